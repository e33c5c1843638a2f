package dev.leat.engine.internal.op;

import com.carrotsearch.hppc.IntArrayList;
import com.carrotsearch.hppc.IntIntHashMap;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.internal.state.OrderedRows;
import dev.leat.engine.internal.state.RowOrder;
import dev.leat.engine.internal.state.RowsBehind;
import dev.leat.engine.internal.state.StateFormat;
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
 * step costs some searches for each change, and for each row that enters or leaves; not the window.
 *
 * <p>Where rows are never taken back, those behind the window's end can never come into it, and are
 * removed. Otherwise any may come back, but only the first ones, some more than the window needs,
 * are in order: the <i>front</i>. The others are {@link RowsBehind}: a change of one of them is a
 * look at a table, and none at an order. Behind is what comes after the front's last row. Before a
 * step tells anything, a front that lost too many takes some from behind, and after it one that has
 * grown gives some away, so that each of both is paid for by as many changes.
 *
 * <p>How many rows the front has follows from draws, so nothing that is told may follow from it:
 * touched rows are told in the order in which they were touched, wherever they lay then, and others
 * in their order from the window's ends, as far as changes anywhere reach.
 */
public final class TopOperator implements Operator {
  private static final int NONE = -1;

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
  private final RowsBehind behind;
  private final FrontSize frontSize;

  /** How many rows each partition has in front. */
  private int[] frontRows = new int[0];

  private final RowNumbers numbers;
  private final Consolidator consolidator;
  private final Batch consolidated;
  private final PairedChanges changes;

  /** What the step touches, in its order: slots in front, and of those behind their complements. */
  private final IntArrayList changed = new IntArrayList();

  /** By row of the batch: which row behind it is. */
  private int[] behindOf = new int[0];

  /** In a step: where rows from behind came to lie in front. */
  private final IntIntHashMap fetched = new IntIntHashMap();

  private final TouchedSlots touched = new TouchedSlots();
  private final TouchedSlots touchedPartitions = new TouchedSlots();

  /** By touched partition: how many rows came and went. */
  private long[] moved = new long[0];

  private final long[] probe;
  private final Batch output;

  public TopOperator(Top node, Operator input, Dictionary dictionary) {
    this(node, input, dictionary, FrontSize.of(node.depth()));
  }

  /** With a front of a size that only tests want. */
  TopOperator(Top node, Operator input, Dictionary dictionary, FrontSize frontSize) {
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
    this.behind = new RowsBehind(layout, order, dictionary.hashing());
    this.frontSize = frontSize;
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
    changed.clear();
    if (!fetched.isEmpty()) {
      // Clearing would cost each step what the largest fetch took.
      fetched.release();
    }
    touched.start();
    touchedPartitions.start();
    if (isAppendOnly) {
      apply(in);
    } else {
      consolidator.consolidate(in, consolidated);
      consolidated.number(in.slots());
      apply(consolidated);
    }
    for (int i = 0; i < touchedPartitions.size(); i++) {
      fill(touchedPartitions.slot(i));
    }
    for (int i = 0; i < changed.size(); i++) {
      touch(changed.get(i));
    }
    for (int i = 0; i < touched.size(); i++) {
      putRight(touched.slot(i));
    }
    for (int i = 0; i < touchedPartitions.size(); i++) {
      putEndsRight(touchedPartitions.slot(i));
    }
    for (int i = 0; i < touched.size(); i++) {
      if (ordered.weight(touched.slot(i)) == 0) {
        removeFromFront(touched.slot(i));
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
    if (!isAppendOnly) {
      findBehind(in);
    }
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      int partition = partitionOf[row];
      long weight = in.weight(row);
      layout.gather(in, row, probe);
      int number = numbers == RowNumbers.INPUT && slots != null && weight > 0 ? slots[row] : NONE;
      touchPartition(partition, weight);
      if (!isAppendOnly && behindOf[row] >= 0) {
        changeBehind(behindOf[row], weight, number);
      } else if (isBehind(partition, probe)) {
        changed.add(~behind.add(partition, probe, weight, Math.max(number, 0)));
      } else {
        applyInFront(partition, weight, number);
      }
    }
  }

  /** Does a row come after the front of its partition? Without rows behind, none does. */
  private boolean isBehind(int partition, long[] words) {
    return !behind.isEmpty(partition) && ordered.isBehindLast(partition, words);
  }

  private void changeBehind(int slot, long weight, int number) {
    if (behind.addWeight(slot, weight)) {
      if (number >= 0) {
        behind.setNumber(slot, number);
      }
      changed.add(~slot);
    }
  }

  /** Finds which rows of a batch lie behind: no two of them are equal, so nothing changes it. */
  private void findBehind(Batch in) {
    if (behindOf.length < in.rows()) {
      behindOf = new int[in.rows() + (in.rows() >> 1)];
    }
    behind.find(in, behindOf);
  }

  private void applyInFront(int partition, long weight, int number) {
    int slot = ordered.find(partition, probe);
    if (slot < 0) {
      slot = addToFront(partition, probe, 0);
    }
    if (number >= 0) {
      ordered.setNumber(slot, number);
    }
    ordered.addWeight(slot, weight);
    changed.add(slot);
  }

  private int addToFront(int partition, long[] words, int number) {
    if (partition >= frontRows.length) {
      frontRows =
          Arrays.copyOf(
              frontRows, Math.max(partition + 1, frontRows.length + frontRows.length / 2));
    }
    frontRows[partition]++;
    return ordered.add(partition, words, number);
  }

  private void removeFromFront(int slot) {
    frontRows[ordered.partition(slot)]--;
    ordered.remove(slot);
  }

  /** Touches what was changed, if it is in front now. */
  private void touch(int slotOrBehind) {
    int slot = slotOrBehind >= 0 ? slotOrBehind : fetched.getOrDefault(~slotOrBehind, NONE);
    if (slot >= 0) {
      touched.touch(slot);
    }
  }

  /** Fetches rows from behind if the front of a partition has too few for the window. */
  private void fill(int partition) {
    long total = ordered.total(partition);
    if (total < end && !behind.isEmpty(partition)) {
      behind.take(
          partition,
          frontSize.usual() - total,
          frontSize.surplus(),
          slot -> fetched.put(slot, moveToFront(partition, slot)));
    }
  }

  private int moveToFront(int partition, int slot) {
    System.arraycopy(behind.page(slot), behind.offset(slot), probe, 0, probe.length);
    int found = ordered.find(partition, probe);
    assert found < 0 : "a row is in front and behind";
    int moved = addToFront(partition, probe, behind.number(slot));
    ordered.addWeight(moved, behind.weight(slot));
    return moved;
  }

  /** Gives the last rows of a front away if it has grown too large; all lie behind the window. */
  private void spill(int partition) {
    if (frontRows[partition] <= frontSize.most()) {
      return;
    }
    while (frontRows[partition] > frontSize.usual()) {
      int last = ordered.last(partition);
      System.arraycopy(
          ordered.rows().page(last), ordered.rows().offset(last), probe, 0, probe.length);
      behind.add(partition, probe, ordered.weight(last), ordered.number(last));
      removeFromFront(last);
    }
  }

  private void touchPartition(int partition, long weight) {
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
    int first = isInside ? ordered.at(partition, place) : OrderedRows.NONE;
    // Only a part of the first may lie behind the place.
    long left = first >= 0 ? atLeast + ordered.weight(first) : 0;
    for (int slot = first; slot >= 0; slot = ordered.next(slot)) {
      left -= ordered.weight(slot);
      if (!touched.isTouched(slot) && !putRight(slot) && left <= 0) {
        break;
      }
    }
    left = atLeast;
    int before = first >= 0 ? ordered.previous(first) : ordered.last(partition);
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
        removeFromFront(last);
        last = ordered.last(partition);
      }
    }
    if (ordered.isEmpty(partition)) {
      partitions.remove(partition);
    } else {
      spill(partition);
    }
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public long stateBytes() {
    // Without rows that go there are none behind.
    return isAppendOnly ? state.bytes() : state.bytes() + behind.bytes();
  }

  /** How many of its rows are in order, and how many are not. */
  int[] rowsInFrontAndBehind() {
    return new int[] {ordered.rows().size(), behind.size()};
  }

  /** How often rows were put in a place behind since there is a state: what that has cost. */
  long movesBehind() {
    return behind.moves();
  }

  @Override
  public void mark(CodeSet live) {
    state.mark(live);
    behind.mark(live);
  }

  @Override
  public StateImage capture() {
    StateImage inFront = state.capture();
    StateImage ofOthers = behind.capture();
    return out -> {
      inFront.writeTo(out);
      ofOthers.writeTo(out);
    };
  }

  @Override
  public void restore(StateReader in) {
    state.restore(in);
    behind.restore(in);
    countFront();
    checkBehind();
  }

  private void countFront() {
    boolean[] isFree = ordered.rows().isFree();
    for (int slot = 0; slot < isFree.length; slot++) {
      if (!isFree[slot]) {
        int partition = ordered.partition(slot);
        if (partition >= frontRows.length) {
          frontRows = Arrays.copyOf(frontRows, partition + 1 + partition / 2);
        }
        frontRows[partition]++;
      }
    }
  }

  private void checkBehind() {
    for (int slot = 0; slot < behind.bound(); slot++) {
      if (behind.weight(slot) != 0) {
        int partition = behind.partition(slot);
        System.arraycopy(behind.page(slot), behind.offset(slot), probe, 0, probe.length);
        StateFormat.check(
            !ordered.isEmpty(partition) && ordered.isBehindLast(partition, probe),
            "a row that is not behind the first",
            slot);
      }
    }
  }
}
