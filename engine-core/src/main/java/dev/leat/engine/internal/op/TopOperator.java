package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.internal.state.OrderedRows;
import dev.leat.engine.internal.state.RowOrder;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Top;
import java.util.Arrays;

/**
 * The first rows of each partition in an order.
 *
 * <p><b>How.</b> The rows lie in {@link OrderedRows}, distinct ones, with a weight; a word of each
 * says how many of the equal rows are told, which is how much of them lies within the window from
 * offset to offset + limit. After a batch is applied that is put right for the rows that the batch
 * touched, and for those at the window's two ends: whatever else enters or leaves does it there. A
 * window that begins with the first row only has its other end moved, so from there on rows are put
 * right in both directions until one is right already. With an offset all of the window may move,
 * by as many rows as came and went, so that many are looked at on both sides of both ends. So a
 * step costs some searches for each change, and for each row that enters or leaves; not the window,
 * nor the partition.
 *
 * <p>Where rows are never taken back, those behind the window's end can never come into it, and are
 * removed.
 */
public final class TopOperator implements Operator {
  private final Operator input;
  private final long offset;
  private final long end;
  private final boolean isAppendOnly;
  private final KeyLayout layout;
  private final int weightWord;
  private final int toldWord;
  private final RowOrder order;
  private final OrderedRows ordered;
  private final Partitions partitions;
  private final OrderedState state;
  private final RowNumbers numbers;
  private final Consolidator consolidator;
  private final Batch consolidated;
  private final PairedChanges changes;
  private final TouchedSlots touched = new TouchedSlots();
  private final TouchedSlots touchedPartitions = new TouchedSlots();

  /** By touched partition: how many rows came and went. */
  private long[] moved = new long[0];

  private final long[] probe;
  private final Batch output;

  public TopOperator(Top node, Operator input, Dictionary dictionary) {
    Schema schema = node.schema();
    this.input = input;
    this.offset = node.offset();
    this.end = node.depth();
    this.isAppendOnly = node.input().isAppendOnly();
    this.layout = KeyLayout.of(schema);
    this.weightWord = layout.stride();
    this.toldWord = weightWord + 1;
    int ownerWord = toldWord + 1;
    this.order = new RowOrder(schema, layout, node.order(), dictionary);
    this.ordered =
        new OrderedRows(ownerWord + 1, weightWord, ownerWord, order, dictionary.hashing());
    this.partitions = new Partitions(schema, node.partition(), dictionary.hashing());
    this.state = new OrderedState(partitions, ordered, layout);
    boolean isOne = node.limit() == 1;
    this.numbers =
        isOne ? RowNumbers.PARTITION : node.key().isPresent() ? RowNumbers.INPUT : RowNumbers.NONE;
    this.consolidator = new Consolidator(schema, dictionary.hashing());
    this.consolidated = new Batch(schema.size());
    this.changes = new PairedChanges(schema, numbers != RowNumbers.NONE);
    this.probe = new long[layout.stride()];
    this.output = new Batch(schema.size());
  }

  /** By which numbers the keys of its rows are known. */
  private enum RowNumbers {
    /** They have no key. */
    NONE,
    /** Their key is that of the input, and so is its number. */
    INPUT,
    /** A partition has one row: its key is the partition. */
    PARTITION
  }

  @Override
  public void step() {
    Batch in = input.output();
    if (in.isEmpty()) {
      output.clear();
      return;
    }
    order.refresh();
    changes.start();
    touched.start();
    touchedPartitions.start();
    if (isAppendOnly) {
      apply(in);
    } else {
      consolidator.consolidate(in, consolidated);
      consolidated.number(in.slots());
      apply(consolidated);
    }
    for (int i = 0; i < touched.size(); i++) {
      putRight(touched.slot(i));
    }
    for (int i = 0; i < touchedPartitions.size(); i++) {
      putEndsRight(touchedPartitions.slot(i));
    }
    for (int i = 0; i < touched.size(); i++) {
      if (ordered.weight(touched.slot(i)) == 0) {
        ordered.remove(touched.slot(i));
      }
    }
    for (int i = 0; i < touchedPartitions.size(); i++) {
      endPartition(touchedPartitions.slot(i));
    }
    changes.writeTo(output);
  }

  private void apply(Batch in) {
    int[] slots = in.slots();
    int[] partitionOf = partitions.find(in);
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      int partition = partitionOf[row];
      long weight = in.weight(row);
      layout.gather(in, row, probe);
      touch(partition, weight);
      int slot = ordered.find(partition, probe);
      if (slot < 0) {
        slot = ordered.add(partition, probe, 0);
      }
      if (numbers == RowNumbers.INPUT && slots != null && weight > 0) {
        ordered.setNumber(slot, slots[row]);
      }
      ordered.addWeight(slot, weight);
      touched.touch(slot);
    }
  }

  private void touch(int partition, long weight) {
    if (partition >= moved.length) {
      moved = Arrays.copyOf(moved, Math.max(partition + 1, moved.length + (moved.length >> 1)));
    }
    if (touchedPartitions.touch(partition)) {
      moved[partition] = 0;
    }
    moved[partition] += Math.abs(weight);
  }

  /** Tells as much of a row as lies in the window; gives whether that was something else before. */
  private boolean putRight(int slot) {
    GroupRows rows = ordered.rows();
    long from = ordered.before(slot);
    long to = from + ordered.weight(slot);
    long within = Math.max(0, Math.min(to, end) - Math.max(from, offset));
    long told = rows.page(slot)[rows.offset(slot) + toldWord];
    if (within == told) {
      return false;
    }
    int number = numbers == RowNumbers.PARTITION ? ordered.partition(slot) : ordered.number(slot);
    changes.add(number, rows.page(slot), rows.offset(slot), within - told);
    rows.writable(slot)[rows.offset(slot) + toldWord] = within;
    return true;
  }

  private void putEndsRight(int partition) {
    if (ordered.isEmpty(partition)) {
      return;
    }
    if (offset == 0) {
      putEndRight(partition, end, 0);
    } else {
      putEndRight(partition, offset, moved[partition]);
      putEndRight(partition, end, moved[partition]);
    }
  }

  /**
   * Puts the rows around a place right, those that nobody touched, as far as something differs.
   *
   * @param atLeast how many rows are looked at on each side, whether something differs or not
   */
  private void putEndRight(int partition, long place, long atLeast) {
    boolean isInside = place < ordered.total(partition);
    int behind = isInside ? ordered.at(partition, place) : OrderedRows.NONE;
    // Only a part of the first may lie behind the place.
    long left = behind >= 0 ? atLeast + ordered.weight(behind) : 0;
    for (int slot = behind; slot >= 0; slot = ordered.next(slot)) {
      left -= ordered.weight(slot);
      if (!touched.isTouched(slot) && !putRight(slot) && left <= 0) {
        break;
      }
    }
    left = atLeast;
    int before = behind >= 0 ? ordered.previous(behind) : ordered.last(partition);
    for (int slot = before; slot >= 0; slot = ordered.previous(slot)) {
      left -= ordered.weight(slot);
      if (!touched.isTouched(slot) && !putRight(slot) && left <= 0) {
        break;
      }
    }
  }

  private void endPartition(int partition) {
    if (isAppendOnly) {
      int last = ordered.last(partition);
      while (last >= 0 && ordered.total(partition) - ordered.weight(last) >= end) {
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
    return state.bytes();
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
