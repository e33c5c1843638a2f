package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.internal.state.TimeHeap;
import dev.leat.engine.plan.Forget;
import java.util.Arrays;
import java.util.Objects;

/**
 * Rows that came or were changed within a time.
 *
 * <p><b>How.</b> Rows are kept in a heap by the time at which they are forgotten. Where they have
 * keys, the number of a key leads to its row: a change of a key that was forgotten brings it back,
 * and when it is taken back nothing happens. Without keys nothing is ever taken back.
 *
 * <p>A row's words are its columns', then when it is forgotten, its weight, and the number of its
 * key.
 */
final class ForgetOperator implements Operator {
  private static final int PAYLOAD = 3;
  private static final int NONE = -1;

  /** When rows that came before the first epoch, of aggregates over nothing, come in truth. */
  private static final long WITH_FIRST_EPOCH = TickTime.NONE + 1;

  private final Operator input;
  private final TickTime time;
  private final long afterMicros;
  private final boolean isKeyed;
  private final KeyLayout layout;
  private final GroupRows rows;
  private final int timeWord;
  private final int weightWord;
  private final int numberWord;
  private final TimeHeap heap = new TimeHeap();
  private final Consolidator consolidator;
  private final Batch consolidated;
  private final PairedChanges changes;
  private final Batch output;

  /** By number of a key: where its row is. */
  private int[] slotOf = new int[0];

  ForgetOperator(Forget node, Operator input, TickTime time, Dictionary dictionary) {
    this.input = input;
    this.time = time;
    this.afterMicros = node.afterMicros();
    this.isKeyed = node.key().isPresent();
    this.layout = KeyLayout.of(node.schema());
    this.timeWord = layout.stride();
    this.weightWord = timeWord + 1;
    this.numberWord = timeWord + 2;
    this.rows = new GroupRows(layout.stride() + PAYLOAD);
    this.consolidator = new Consolidator(node.schema(), dictionary.hashing());
    this.consolidated = new Batch(node.schema().size());
    this.changes = new PairedChanges(node.schema(), isKeyed);
    this.output = new Batch(node.schema().size());
  }

  @Override
  public void step() {
    Batch in = input.output();
    long now = time.micros();
    if (in.isEmpty() && !isDue(now)) {
      output.clear();
      return;
    }
    changes.start();
    // With the first epoch there is no other row yet.
    while (isDue(now) && heap.firstTime() != WITH_FIRST_EPOCH) {
      takeBack(heap.removeFirst());
    }
    if (isKeyed && !in.isEmpty()) {
      // So that what is taken back and added again unchanged is no change.
      consolidator.consolidate(in, consolidated);
      consolidated.number(in.slots());
      in = consolidated;
    }
    long end = time.exists() ? now + afterMicros : WITH_FIRST_EPOCH;
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      if (in.weight(row) > 0) {
        add(in, row, end);
      } else {
        takeBackOfKey(in, row);
      }
    }
    while (isDue(now)) {
      tell(heap.removeFirst(), end);
    }
    changes.writeTo(output);
  }

  private boolean isDue(long now) {
    return heap.size() > 0 && heap.firstTime() <= now;
  }

  private void add(Batch in, int row, long end) {
    int slot = rows.add();
    long[] page = rows.writable(slot);
    int from = rows.offset(slot);
    layout.gather(in, row, page, from);
    page[from + weightWord] = in.weight(row);
    int[] numbers = in.slots();
    int number = numbers == null || !isKeyed ? 0 : numbers[row];
    page[from + numberWord] = number;
    if (isKeyed) {
      remember(number, slot);
    }
    tell(slot, end);
  }

  private boolean isTold(int slot) {
    return rows.page(slot)[rows.offset(slot) + timeWord] != WITH_FIRST_EPOCH;
  }

  private void tell(int slot, long end) {
    long[] page = rows.writable(slot);
    int from = rows.offset(slot);
    page[from + timeWord] = end;
    heap.put(slot, end);
    if (isTold(slot)) {
      changes.add((int) page[from + numberWord], page, from, page[from + weightWord]);
    }
  }

  private void remember(int number, int slot) {
    if (number >= slotOf.length) {
      int known = slotOf.length;
      slotOf = Arrays.copyOf(slotOf, Math.max(number + 1, known + (known >> 1)));
      Arrays.fill(slotOf, known, slotOf.length, NONE);
    }
    slotOf[number] = slot;
  }

  private void takeBackOfKey(Batch in, int row) {
    int[] numbers = Objects.requireNonNull(in.slots(), "a row without a key is taken back");
    int number = numbers[row];
    int slot = number < slotOf.length ? slotOf[number] : NONE;
    if (slot != NONE) {
      heap.remove(slot);
      takeBack(slot);
    }
  }

  private void takeBack(int slot) {
    long[] page = rows.page(slot);
    int from = rows.offset(slot);
    int number = (int) page[from + numberWord];
    if (isTold(slot)) {
      changes.add(number, page, from, -page[from + weightWord]);
    }
    if (isKeyed) {
      slotOf[number] = NONE;
    }
    rows.remove(slot);
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public long stateBytes() {
    return rows.bytes() + heap.bytes();
  }

  @Override
  public void mark(CodeSet live) {
    boolean[] isFree = rows.isFree();
    for (int slot = 0; slot < isFree.length; slot++) {
      if (!isFree[slot]) {
        layout.mark(rows.page(slot), rows.offset(slot), live);
      }
    }
  }

  @Override
  public StateImage capture() {
    return rows.capture();
  }

  @Override
  public void restore(StateReader in) {
    rows.restore(in);
    boolean[] isFree = rows.isFree();
    for (int slot = 0; slot < isFree.length; slot++) {
      if (!isFree[slot]) {
        long[] page = rows.page(slot);
        int from = rows.offset(slot);
        if (isKeyed) {
          remember((int) page[from + numberWord], slot);
        }
        heap.put(slot, page[from + timeWord]);
      }
    }
  }
}
