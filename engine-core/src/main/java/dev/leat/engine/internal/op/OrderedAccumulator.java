package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Bits;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.OrderedMultisets;
import dev.leat.engine.internal.state.TouchedRows;
import dev.leat.engine.internal.state.TupleOrder;
import java.util.Arrays;

/**
 * An aggregate whose result depends on the order of a group's values: they are kept in it, with
 * what they are ordered by, in {@link OrderedMultisets}. What is made of them is put into a word of
 * the group whenever the group's values changed.
 */
abstract class OrderedAccumulator extends ColumnsAccumulator {
  private final TupleOrder order;
  private final OrderedMultisets tuples;
  private final boolean takesNulls;
  private final boolean isResultEncoded;
  private final int word;
  private final StateLayout.Flag present;
  private final StateLayout.Flag failed;
  private final long[] tuple;

  /** The slots whose values changed in this step. */
  private long[] changed = new long[1];

  /**
   * An aggregate.
   *
   * @param takesNulls does a row count whose value is null?
   * @param isResultEncoded is its result a code?
   */
  OrderedAccumulator(
      TupleOrder order,
      OrderedMultisets tuples,
      boolean takesNulls,
      boolean isResultEncoded,
      StateLayout layout) {
    this.order = order;
    this.tuples = tuples;
    this.takesNulls = takesNulls;
    this.isResultEncoded = isResultEncoded;
    this.word = layout.word();
    this.present = layout.flag(1);
    this.failed = layout.flag(1);
    this.tuple = new long[order.stride()];
  }

  /** The values of all groups. */
  final OrderedMultisets tuples() {
    return tuples;
  }

  /** The word of the result of a group that has values. */
  abstract long result(int slot);

  /** Can there be no result of a group that has values? */
  boolean fails(int slot) {
    return false;
  }

  /** Why there is none. */
  String reason() {
    return "";
  }

  @Override
  void add(GroupedRows groups, Column[] operands, Batch rows) {
    for (int i = 0; i < rows.count(); i++) {
      int row = rows.row(i);
      if (takesNulls || !operands[0].isNull(row)) {
        int slot = groups.slots()[row];
        order.gather(operands, row, tuple);
        tuples.add(slot, tuple, rows.weight(row));
        noteChange(slot);
      }
    }
  }

  @Override
  void settle(TouchedRows touched) {
    long[] words = touched.words();
    for (int i = 0; i < touched.count(); i++) {
      int slot = touched.slots()[i];
      if (slot >>> 6 < changed.length && Bits.get(changed, slot)) {
        Bits.clear(changed, slot);
        settle(slot, words, i * touched.stride());
      }
    }
  }

  private void settle(int slot, long[] words, int group) {
    words[group + word] = 0;
    present.clear(words, group);
    failed.clear(words, group);
    if (tuples.size(slot) > 0) {
      if (fails(slot)) {
        failed.set(words, group);
      } else {
        words[group + word] = result(slot);
        present.set(words, group);
      }
    }
  }

  @Override
  void merge(GroupMerge merge) {
    tuples.forEach(
        merge.fromSlot(),
        (words, from, times) -> {
          System.arraycopy(words, from, tuple, 0, tuple.length);
          tuples.add(merge.toSlot(), tuple, times);
          return true;
        });
    noteChange(merge.toSlot());
  }

  private void noteChange(int slot) {
    if (slot >>> 6 >= changed.length) {
      changed = Arrays.copyOf(changed, Math.max((slot >>> 6) + 1, 2 * changed.length));
    }
    Bits.set(changed, slot);
  }

  @Override
  void write(long[] rows, int stride, int first, int end, Column out, RowErrors errors) {
    for (int i = first; i < end; i++) {
      int group = i * stride;
      if (present.isSet(rows, group, 0)) {
        out.set(i, rows[group + word]);
      } else {
        out.setNull(i);
        if (failed.isSet(rows, group, 0)) {
          errors.fail(i, reason());
        }
      }
    }
  }

  @Override
  boolean isTold() {
    return true;
  }

  @Override
  void clear(int slot) {
    tuples.clear(slot);
  }

  @Override
  long besideBytes() {
    return tuples.bytes();
  }

  @Override
  void mark(long[] words, int row, CodeSet live) {
    if (isResultEncoded && present.isSet(words, row, 0)) {
      live.add(words[row + word]);
    }
  }

  @Override
  void mark(CodeSet live) {
    tuples.mark(live);
  }

  @Override
  public StateImage capture() {
    return tuples.capture();
  }

  @Override
  public void restore(StateReader in) {
    tuples.restore(in);
  }
}
