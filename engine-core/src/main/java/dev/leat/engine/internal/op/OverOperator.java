package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.internal.state.OrderedRows;
import dev.leat.engine.plan.Over;
import dev.leat.engine.plan.Schema;
import java.util.Arrays;

/**
 * Rows beside what is computed of the rows around them.
 *
 * <p><b>How.</b> Rows lie in {@link OrderedRows} with the results that were told. A step adds what
 * came, and takes the weight from what went, which keeps its place until the end of the step. Then,
 * partition by partition, {@link OverReach} says in which rows the changes can be seen: so many
 * around each, those whose values are near, or all behind it. Their results are computed again, in
 * order, and where they are others than before, the row is told with the old ones (-1) and the new
 * ones (+1). Where a change is seen in all rows behind, that ends as soon as results show that
 * nothing more can change. What is the same for all rows of a partition is computed for one row
 * that was there before, and again for all only if it changed.
 *
 * <p>With a limit, rows beyond it are not computed; where rows are never taken back they are
 * removed.
 */
public final class OverOperator implements Operator {
  private final Operator input;
  private final Schema schema;
  private final Schema inputSchema;
  private final String place;
  private final boolean isKeyed;
  private final boolean isAppendOnly;
  private final long limit;
  private final int limited;
  private final OverRows rows;
  private final OrderedRows ordered;
  private final OverColumn[] columns;
  private final Column[] results;
  private final OverReach reach;
  private final Partitions partitions;
  private final OrderedState state;
  private final Consolidator consolidator;
  private final Batch consolidated;
  private final PairedChanges changes;
  private final TouchedSlots touched = new TouchedSlots();
  private final TouchedSlots touchedPartitions = new TouchedSlots();
  private final OverPlace at = new OverPlace();
  private final RowErrors errors = new RowErrors();
  private final Failures failures;
  private final Batch failed;
  private final Batch output;
  private final long besideBytes;

  /** By touched partition: the change that came last to it, and by change the one before it. */
  private int[] lastChange = new int[0];

  private int[] earlierChange = new int[16];
  private boolean isMoved;

  public OverOperator(Over node, Operator input, Dictionary dictionary, Failures failures) {
    this.input = input;
    this.schema = node.schema();
    this.inputSchema = node.input().schema();
    this.place = node.describe();
    this.isKeyed = node.key().isPresent();
    this.isAppendOnly = node.input().isAppendOnly();
    this.limit = node.limit();
    this.limited = node.limitedCall();
    this.rows = new OverRows(node, dictionary);
    this.ordered = rows.ordered();
    OverColumns made = new OverColumns(node, rows, dictionary);
    this.columns = made.columns();
    this.besideBytes = made.bytesOfRow();
    this.results = new Column[columns.length];
    Arrays.setAll(results, i -> new Column());
    this.reach = new OverReach(columns);
    this.partitions = new Partitions(inputSchema, node.partition(), dictionary.hashing());
    this.state = new OrderedState(partitions, ordered, rows.layout());
    this.consolidator = new Consolidator(inputSchema, dictionary.hashing());
    this.consolidated = new Batch(inputSchema.size());
    this.changes = new PairedChanges(schema, isKeyed);
    this.failures = failures;
    this.failed = new Batch(inputSchema.size());
    this.output = new Batch(schema.size());
  }

  @Override
  public void step() {
    Batch in = input.output();
    if (in.isEmpty()) {
      output.clear();
      return;
    }
    rows.order().refresh();
    changes.start();
    touched.start();
    touchedPartitions.start();
    consolidator.consolidate(in, consolidated);
    consolidated.number(in.slots());
    apply(consolidated);
    for (int i = 0; i < touchedPartitions.size(); i++) {
      evaluate(touchedPartitions.slot(i));
    }
    for (int i = 0; i < touched.size(); i++) {
      if (!rows.isLive(touched.slot(i))) {
        ordered.remove(touched.slot(i));
      }
    }
    for (int i = 0; i < touchedPartitions.size(); i++) {
      endPartition(touchedPartitions.slot(i));
    }
    changes.writeTo(output);
  }

  private void apply(Batch in) {
    int[] partitionOf = partitions.find(in);
    int[] numbers = in.slots();
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      int partition = partitionOf[row];
      int number = isKeyed && numbers != null ? numbers[row] : 0;
      rows.read(in, row);
      long copies = isKeyed ? (in.weight(row) > 0 ? 0 : 1) : rows.copies(partition);
      for (long weight = in.weight(row); weight > 0; weight--) {
        touch(partition, rows.add(partition, copies++, number));
      }
      for (long weight = in.weight(row); weight < 0; weight++) {
        touch(partition, rows.takeAway(partition, --copies));
      }
    }
  }

  private void touch(int partition, int slot) {
    if (partition >= lastChange.length) {
      lastChange =
          Arrays.copyOf(
              lastChange, Math.max(partition + 1, lastChange.length + (lastChange.length >> 1)));
    }
    if (touchedPartitions.touch(partition)) {
      lastChange[partition] = OrderedRows.NONE;
    }
    touched.touch(slot);
    int change = touched.size() - 1;
    if (change >= earlierChange.length) {
      earlierChange = Arrays.copyOf(earlierChange, 2 * change);
    }
    earlierChange[change] = lastChange[partition];
    lastChange[partition] = change;
  }

  private void evaluate(int partition) {
    reach.start();
    int moved = 0;
    for (int i = lastChange[partition]; i >= 0; i = earlierChange[i]) {
      int slot = touched.slot(i);
      reach.add(ordered, partition, slot);
      boolean isLive = rows.isLive(slot);
      moved += isLive ? 1 : -1;
      if (!isLive && rows.isTold(slot)) {
        tell(slot, -1);
      }
    }
    isMoved = moved != 0;
    if (changesAll(partition)) {
      reach.addAll(ordered, partition);
    }
    reach.merge();
    long openFrom = Math.min(reach.openFrom(), ordered.total(partition));
    for (int i = 0; i < reach.size() && reach.first(i) < openFrom; i++) {
      evaluateRun(partition, reach.first(i), Math.min(reach.last(i), openFrom - 1));
    }
    if (openFrom < ordered.total(partition)) {
      evaluateRun(partition, openFrom, OverColumn.UNBOUNDED);
    }
  }

  /** Is a result that is the same for all rows another than it was? */
  private boolean changesAll(int partition) {
    boolean isAny = false;
    for (OverColumn column : columns) {
      isAny |= column.isOfAll();
    }
    if (!isAny || ordered.total(partition) == 0) {
      return false;
    }
    long index = 0;
    int slot = ordered.at(partition, 0);
    while (slot >= 0 && touched.isTouched(slot)) {
      slot = rows.next(slot);
      index++;
    }
    if (slot < 0) {
      return false;
    }
    if (!rows.isTold(slot)) {
      // It failed, and nothing is known of what the others were told.
      return true;
    }
    at.set(partition, slot, index);
    errors.clear();
    boolean isEqual = true;
    for (int i = 0; i < columns.length; i++) {
      if (columns[i].isOfAll()) {
        results[i].reset(1);
        columns[i].write(at, results[i], errors);
        isEqual &= rows.isResult(slot, i, results[i]);
      }
    }
    return !isEqual || !errors.isEmpty();
  }

  /** Evaluates rows from an index to another; without an end, as far as something can change. */
  private void evaluateRun(int partition, long first, long last) {
    int slot = ordered.at(partition, first);
    at.set(partition, slot, first);
    boolean isOpen = last == OverColumn.UNBOUNDED;
    while (slot >= 0 && at.index() <= last) {
      boolean isSettled = evaluateRow(slot);
      if (isOpen && at.index() > reach.settledFrom() && isSettled) {
        return;
      }
      boolean isBeyond = limit != Over.UNLIMITED && !rows.isTold(slot);
      if (isBeyond && lastWasUntold && !touched.isTouched(slot)) {
        return;
      }
      slot = rows.next(slot);
      at.next(slot);
    }
  }

  /** Was the row that was computed last not told before: did it lie beyond the limit? */
  private boolean lastWasUntold;

  /**
   * Computes the results of a row and tells them if they are new.
   *
   * @return do they show that rows behind are what they were, if the row is behind all changes?
   */
  private boolean evaluateRow(int slot) {
    errors.clear();
    boolean isEqual = true;
    boolean isSettled = true;
    for (int i = 0; i < columns.length; i++) {
      results[i].reset(1);
      columns[i].write(at, results[i], errors);
      boolean isSame = rows.isResult(slot, i, results[i]);
      isEqual &= isSame;
      if (!columns[i].isOfAll()) {
        isSettled &= isSame && columns[i].endsWhereEqual(isMoved);
      }
    }
    boolean wasTold = rows.isTold(slot);
    boolean isTold = errors.isEmpty() && (limited < 0 || results[limited].word(0) <= limit);
    lastWasUntold = !wasTold;
    if (!errors.isEmpty() && (wasTold || touched.isTouched(slot))) {
      report(slot);
    }
    if (isEqual && isTold == wasTold) {
      return isSettled && errors.isEmpty();
    }
    if (wasTold) {
      tell(slot, -1);
    }
    for (int i = 0; i < columns.length; i++) {
      rows.setResult(slot, i, results[i]);
    }
    rows.setTold(slot, isTold);
    if (isTold) {
      tell(slot, 1);
    }
    return isSettled && errors.isEmpty();
  }

  private void tell(int slot, int weight) {
    GroupRows words = rows.words();
    changes.add(ordered.number(slot), words.page(slot), words.offset(slot), weight);
  }

  private void report(int slot) {
    GroupRows words = rows.words();
    for (int c = 0; c < inputSchema.size(); c++) {
      Column column = failed.column(c);
      column.reset(1);
      if (rows.isNull(slot, c)) {
        column.setNull(0);
      } else {
        column.set(0, words.page(slot)[words.offset(slot) + c]);
      }
    }
    failed.fill(1, null);
    failures.report(place, errors.reason(0), inputSchema, failed, 0);
  }

  private void endPartition(int partition) {
    if (isAppendOnly && limit != Over.UNLIMITED) {
      int last = ordered.last(partition);
      while (last >= 0 && !rows.isTold(last)) {
        ordered.remove(last);
        last = ordered.last(partition);
      }
    }
    if (ordered.isEmpty(partition)) {
      partitions.remove(partition);
    }
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public long stateBytes() {
    return besideBytes * rows.words().size() + state.bytes();
  }

  @Override
  public void mark(CodeSet live) {
    state.mark(live);
  }

  @Override
  public StateImage capture() {
    return state.capture();
  }

  @Override
  public void restore(StateReader in) {
    state.restore(in);
  }
}
