package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.expr.ClockValue;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.internal.state.KeyTable;
import dev.leat.engine.plan.WithClock;
import java.util.Arrays;
import java.util.List;

/**
 * Rows beside what the clock says. They are kept, equal ones once with a weight, and when a value
 * of the clock's changes all are taken back and added again; so such a step costs all rows, and any
 * other one the rows that changed.
 *
 * <p>A kept row's words are its columns', then its weight, how many of it were told, and the number
 * of its key.
 */
final class WithClockOperator implements Operator {
  private static final int PAYLOAD = 3;

  private final Operator input;
  private final TickTime time;
  private final List<ClockValue> clock;
  private final KeyLayout layout;
  private final KeyLayout outLayout;
  private final KeyTable kept;
  private final int weightWord;
  private final int toldWord;
  private final int numberWord;
  private final TouchedSlots touched = new TouchedSlots();
  private final Consolidator consolidator;
  private final Batch consolidated;
  private final PairedChanges changes;
  private final long[] probe;
  private final long[] row;
  private final Batch output;

  /** What the clock said in the rows that were told. */
  private final long[] told;

  WithClockOperator(WithClock node, Operator input, TickTime time, Dictionary dictionary) {
    this.input = input;
    this.time = time;
    this.clock = node.columns().stream().map(c -> new ClockValue(c.clock())).toList();
    this.layout = KeyLayout.of(node.input().schema());
    this.outLayout = KeyLayout.of(node.schema());
    this.kept = new KeyTable(layout, PAYLOAD, dictionary.hashing());
    this.weightWord = layout.stride();
    this.toldWord = weightWord + 1;
    this.numberWord = weightWord + 2;
    this.consolidator = new Consolidator(node.input().schema(), dictionary.hashing());
    this.consolidated = new Batch(layout.columns());
    this.changes = new PairedChanges(node.schema(), node.key().isPresent());
    this.probe = new long[layout.stride()];
    this.row = new long[outLayout.stride()];
    this.output = new Batch(node.schema().size());
    this.told = new long[clock.size()];
  }

  @Override
  public void step() {
    Batch in = input.output();
    boolean isMoved = isMoved();
    if (in.isEmpty() && !(isMoved && kept.size() > 0)) {
      output.clear();
      if (isMoved) {
        readClock();
      }
      return;
    }
    changes.start();
    touched.start();
    if (isMoved) {
      takeAllBack();
      readClock();
    }
    if (!in.isEmpty()) {
      consolidator.consolidate(in, consolidated);
      consolidated.number(in.slots());
      apply(consolidated);
    }
    for (int i = 0; i < touched.size(); i++) {
      settle(touched.slot(i));
    }
    changes.writeTo(output);
  }

  private boolean isMoved() {
    for (int i = 0; i < told.length; i++) {
      if (told[i] != clock.get(i).at(time.micros())) {
        return true;
      }
    }
    return false;
  }

  private void readClock() {
    for (int i = 0; i < told.length; i++) {
      told[i] = clock.get(i).at(time.micros());
    }
  }

  private void takeAllBack() {
    GroupRows words = kept.rows();
    boolean[] isFree = words.isFree();
    for (int slot = 0; slot < isFree.length; slot++) {
      if (!isFree[slot]) {
        tell(slot, 0);
        touched.touch(slot);
      }
    }
  }

  private void apply(Batch in) {
    int[] slots = in.slots();
    for (int i = 0; i < in.count(); i++) {
      int at = in.row(i);
      layout.gather(in, at, probe);
      int slot = kept.findOrAdd(probe);
      GroupRows words = kept.rows();
      long[] page = words.writable(slot);
      int from = words.offset(slot);
      page[from + weightWord] += in.weight(at);
      if (slots != null && in.weight(at) > 0) {
        page[from + numberWord] = slots[at];
      }
      touched.touch(slot);
    }
  }

  private void settle(int slot) {
    long weight = kept.rows().page(slot)[kept.rows().offset(slot) + weightWord];
    assert weight >= 0 : "a row was taken back more often than it was there: weight=" + weight;
    tell(slot, time.exists() ? weight : 0);
    if (weight == 0) {
      kept.remove(slot);
    }
  }

  /** Tells so many of a row, with what the clock said last. */
  private void tell(int slot, long wanted) {
    GroupRows words = kept.rows();
    long[] page = words.page(slot);
    int from = words.offset(slot);
    long more = wanted - page[from + toldWord];
    if (more == 0) {
      return;
    }
    Arrays.fill(row, 0);
    int columns = layout.columns();
    for (int c = 0; c < columns; c++) {
      if (layout.isNull(page, from, c)) {
        outLayout.setNull(row, 0, c);
      } else {
        row[c] = page[from + c];
      }
    }
    System.arraycopy(told, 0, row, columns, told.length);
    changes.add((int) page[from + numberWord], row, 0, more);
    words.writable(slot)[from + toldWord] = wanted;
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public long stateBytes() {
    return kept.bytes();
  }

  @Override
  public void mark(CodeSet live) {
    kept.mark(live);
  }

  @Override
  public StateImage capture() {
    StateImage rows = kept.capture();
    long[] values = told.clone();
    return out -> {
      out.writeLongs(values, 0, values.length);
      rows.writeTo(out);
    };
  }

  @Override
  public void restore(StateReader in) {
    in.readLongs(told, 0, told.length);
    kept.restore(in);
  }
}
