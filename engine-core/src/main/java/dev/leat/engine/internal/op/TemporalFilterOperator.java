package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.expr.ClockValue;
import dev.leat.engine.internal.expr.ExprCompiler;
import dev.leat.engine.internal.expr.Kernel;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.internal.state.KeyTable;
import dev.leat.engine.internal.state.TimeHeap;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.TemporalFilter;
import java.util.Arrays;
import java.util.List;

/**
 * Rows between the time when they enter and the time when they leave.
 *
 * <p><b>How.</b> Each comparison says for a row at what time it begins or ceases to hold; the
 * greatest beginning and the least end are when the row enters and leaves. Rows that will still
 * enter or leave are kept, equal ones once with a weight, in a heap by the time of their next
 * change; so a step costs what enters and leaves, and not what is there.
 *
 * <p>A row that has entered for ever, or has left, is not kept: when it is taken back, its times
 * are computed again, are the same, and say whether it was told.
 *
 * <p>A kept row's words are its columns', then its weight, how many of it were told, when it enters
 * and leaves, and the number of its key.
 */
final class TemporalFilterOperator implements Operator {
  private static final int PAYLOAD = 5;

  /** Rows that come before the first epoch, of aggregates over nothing, enter with it. */
  private static final long SINCE_THERE_IS_TIME = TickTime.NONE + 1;

  private record Compared(ClockValue clock, Kernel row, TemporalFilter.Bound bound) {}

  private final Operator input;
  private final TickTime time;
  private final List<Compared> bounds;
  private final boolean isAppendOnly;
  private final boolean isOnlyAdding;
  private final boolean isKeyed;
  private final KeyLayout layout;
  private final KeyTable kept;
  private final int weightWord;
  private final int toldWord;
  private final int enterWord;
  private final int leaveWord;
  private final int numberWord;
  private final TimeHeap heap = new TimeHeap();
  private final TouchedSlots touched = new TouchedSlots();
  private final RowErrors errors = new RowErrors();
  private final RowFilter failed;
  private final Batch good;
  private final Consolidator consolidator;
  private final Batch consolidated;
  private final PairedChanges changes;
  private final long[] probe;
  private final Batch output;
  private long[] enters = new long[0];
  private long[] leaves = new long[0];

  TemporalFilterOperator(
      TemporalFilter node,
      Operator input,
      TickTime time,
      Dictionary dictionary,
      Failures failures) {
    Schema schema = node.schema();
    this.input = input;
    this.time = time;
    this.bounds =
        node.bounds().stream()
            .map(
                bound ->
                    new Compared(
                        new ClockValue(bound.clock()),
                        ExprCompiler.compile(bound.row(), schema, dictionary),
                        bound))
            .toList();
    this.isAppendOnly = node.input().isAppendOnly();
    this.isOnlyAdding = node.isAppendOnly();
    this.isKeyed = node.key().isPresent();
    this.layout = KeyLayout.of(schema);
    this.kept = new KeyTable(layout, PAYLOAD, dictionary.hashing());
    this.weightWord = layout.stride();
    this.toldWord = weightWord + 1;
    this.enterWord = weightWord + 2;
    this.leaveWord = weightWord + 3;
    this.numberWord = weightWord + 4;
    this.failed = new RowFilter(node.describe(), schema, failures);
    this.good = new Batch(schema.size());
    this.consolidator = new Consolidator(schema, dictionary.hashing());
    this.consolidated = new Batch(schema.size());
    this.changes = new PairedChanges(schema, isKeyed);
    this.probe = new long[layout.stride()];
    this.output = new Batch(schema.size());
  }

  @Override
  public void step() {
    Batch in = input.output();
    long now = time.micros();
    boolean isDue = heap.size() > 0 && heap.firstTime() <= now;
    if (in.isEmpty() && !isDue) {
      output.clear();
      return;
    }
    changes.start();
    touched.start();
    while (heap.size() > 0 && heap.firstTime() <= now) {
      touched.touch(heap.removeFirst());
    }
    if (!in.isEmpty()) {
      if (!isAppendOnly) {
        consolidator.consolidate(in, consolidated);
        consolidated.number(in.slots());
        in = consolidated;
      }
      apply(in, now);
    }
    for (int i = 0; i < touched.size(); i++) {
      settle(touched.slot(i), now);
    }
    changes.writeTo(output);
  }

  private void apply(Batch in, long now) {
    int[] slots = in.slots();
    Batch rows = withTimes(in);
    for (int i = 0; i < rows.count(); i++) {
      int row = rows.row(i);
      long enter = enters[row];
      long leave = leaves[row];
      if (leave <= now || enter >= leave) {
        continue; // It was never told, or has been taken back.
      }
      layout.gather(rows, row, probe);
      long weight = rows.weight(row);
      int number = slots == null ? 0 : slots[row];
      boolean isForEver = enter <= now && leave == ClockValue.NEVER;
      int slot = isForEver ? kept.find(probe) : kept.findOrAdd(probe);
      if (slot < 0) {
        changes.add(number, probe, 0, weight);
        continue;
      }
      GroupRows words = kept.rows();
      long[] page = words.writable(slot);
      int from = words.offset(slot);
      page[from + weightWord] += weight;
      page[from + enterWord] = enter;
      page[from + leaveWord] = leave;
      if (weight > 0) {
        page[from + numberWord] = number;
      }
      touched.touch(slot);
    }
  }

  /** Computes when rows enter and leave; without those for which that fails. */
  private Batch withTimes(Batch in) {
    if (enters.length < in.rows()) {
      enters = new long[in.rows() + (in.rows() >> 1)];
      leaves = new long[enters.length];
    }
    Arrays.fill(enters, 0, in.rows(), SINCE_THERE_IS_TIME);
    Arrays.fill(leaves, 0, in.rows(), ClockValue.NEVER);
    errors.clear();
    for (Compared compared : bounds) {
      compare(compared, in);
    }
    if (errors.isEmpty()) {
      return in;
    }
    Operators.shareColumns(in, good);
    failed.exclude(in, errors, good);
    return good;
  }

  private void compare(Compared compared, Batch in) {
    Column column = compared.row().evaluate(in, in.selection(), in.count(), errors);
    ClockValue clock = compared.clock();
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      if (column.isNull(row)) {
        leaves[row] = ClockValue.ALWAYS;
        continue;
      }
      long value = column.word(row);
      switch (compared.bound().op()) {
        case GE -> enters[row] = Math.max(enters[row], clock.first(value));
        case GT -> enters[row] = Math.max(enters[row], clock.firstAfter(value));
        case LT -> leaves[row] = Math.min(leaves[row], clock.first(value));
        case LE -> leaves[row] = Math.min(leaves[row], clock.firstAfter(value));
        default -> {
          enters[row] = Math.max(enters[row], clock.first(value));
          leaves[row] = Math.min(leaves[row], clock.firstAfter(value));
        }
      }
    }
  }

  /** Tells of a row what there is to tell, and keeps it for as long as something will change. */
  private void settle(int slot, long now) {
    GroupRows words = kept.rows();
    long[] page = words.page(slot);
    int from = words.offset(slot);
    long weight = page[from + weightWord];
    long enter = page[from + enterWord];
    long leave = page[from + leaveWord];
    assert weight >= 0 : "a row was taken back more often than it was there: weight=" + weight;
    long wanted = enter <= now && now < leave ? weight : 0;
    long more = wanted - page[from + toldWord];
    if (more != 0) {
      tell((int) page[from + numberWord], page, from, more);
      words.writable(slot)[from + toldWord] = wanted;
    }
    long next = enter > now ? enter : leave;
    if (weight == 0 || next <= now || next == ClockValue.NEVER) {
      heap.remove(slot);
      kept.remove(slot);
    } else {
      heap.put(slot, next);
    }
  }

  /** Tells of equal rows: one by one if they are never taken back, as readers then expect. */
  private void tell(int number, long[] row, int from, long weight) {
    if (!isOnlyAdding) {
      changes.add(number, row, from, weight);
      return;
    }
    for (long i = 0; i < weight; i++) {
      changes.add(number, row, from, 1);
    }
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public long stateBytes() {
    return kept.bytes() + heap.bytes();
  }

  @Override
  public void mark(CodeSet live) {
    kept.mark(live);
  }

  @Override
  public StateImage capture() {
    return kept.capture();
  }

  @Override
  public void restore(StateReader in) {
    kept.restore(in);
    GroupRows words = kept.rows();
    boolean[] isFree = words.isFree();
    for (int slot = 0; slot < isFree.length; slot++) {
      if (!isFree[slot]) {
        long[] page = words.page(slot);
        int from = words.offset(slot);
        // What has been told will leave; the rest will enter.
        boolean isIn = page[from + toldWord] != 0;
        heap.put(slot, page[from + (isIn ? leaveWord : enterWord)]);
      }
    }
  }
}
