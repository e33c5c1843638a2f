package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.Batch;
import java.util.Arrays;

/**
 * The rows of {@link GroupRows} that a step touches: copies that lie one behind the other, on which
 * the step works. At its end they are compared with the rows as they were, only those that differ
 * are written back, and for those there is an <i>image</i>: what each was and what it is, in the
 * order in which rows were first touched. Whatever is not in the image did not change.
 *
 * <p>The word behind the key says by being other than zero that a row <i>exists</i>: a new slot's
 * row does not yet, and one that stops existing ends with the step.
 */
public final class TouchedRows {
  private static final int STEP_SHIFT = 32;
  private static final int UNROLLED = 4;

  private final GroupRows rows;
  private final int stride;
  private final int keyWords;
  private final long initialLife;

  /** By slot: the number of the step that touched it last, and as which of its rows. */
  private long[] stamps = new long[16];

  private long step;

  private int[] slots = new int[16];
  private int count;
  private int copied;
  private long[] words = new long[0];

  private long[] image = new long[0];
  private int[] imageSlots = new int[0];
  private long[] imageWeights = new long[0];
  private int imageRows;
  private int[] ended = new int[16];
  private int endedCount;

  /**
   * Of some rows.
   *
   * @param keyWords how many words of a row are its key, which nobody changes
   * @param initial what a row that does not exist begins with; the key's words are not used. If the
   *     word behind the key is not zero, its bits are set in every row that is touched: it exists
   */
  public TouchedRows(GroupRows rows, int keyWords, long[] initial) {
    this(rows, keyWords, initial, 0);
  }

  /** The same after a number of steps. */
  TouchedRows(GroupRows rows, int keyWords, long[] initial, int steps) {
    this.step = (long) steps << STEP_SHIFT;
    this.rows = rows;
    this.stride = rows.stride();
    this.keyWords = keyWords;
    this.initialLife = initial[keyWords];
    long[] notYet = initial.clone();
    notYet[keyWords] = 0;
    rows.startWith(notYet);
  }

  /** Begins a step: no row is touched. */
  public void start() {
    step += 1L << STEP_SHIFT;
    if (step < 0) {
      // After 2^31 steps numbers begin again; no row keeps one from before.
      Arrays.fill(stamps, 0);
      step = 1L << STEP_SHIFT;
    }
    count = 0;
    copied = 0;
    imageRows = 0;
    endedCount = 0;
  }

  /**
   * Touches the rows of the slots of a batch's selected rows.
   *
   * @param slotOf the slot of each selected row, at the row's index
   * @param at is given where the words of the slot's row begin, at the row's index
   */
  public void touch(Batch batch, int[] slotOf, int[] at) {
    ensureStamps();
    ensureSlots(count + batch.count() + 1);
    int[] touched = slots;
    long[] known = stamps;
    int[] selection = batch.selection();
    int end = batch.count();
    int next = count;
    for (int i = 0; i < end; i++) {
      int row = selection == null ? i : selection[i];
      int slot = slotOf[row];
      // Without a branch, because whether a group comes again cannot be predicted.
      long stamp = known[slot];
      long isNew = (stamp - step) >> 63;
      stamp ^= (stamp ^ (step | next)) & isNew;
      known[slot] = stamp;
      // What is written too early is written again.
      touched[next] = slot;
      at[row] = (int) stamp * stride;
      next -= (int) isNew;
    }
    count = next;
    copy();
  }

  /** Touches a row; gives where its words begin. */
  public int touch(int slot) {
    ensureStamps();
    if (stamps[slot] >= step) {
      return (int) stamps[slot] * stride;
    }
    ensureSlots(count + 1);
    stamps[slot] = step | count;
    slots[count++] = slot;
    copy();
    return (count - 1) * stride;
  }

  private void ensureStamps() {
    if (stamps.length < rows.bound()) {
      stamps = Arrays.copyOf(stamps, Math.max(rows.bound(), 2 * stamps.length));
    }
  }

  private void ensureSlots(int size) {
    if (slots.length < size) {
      slots = Arrays.copyOf(slots, size + (size >> 1));
    }
  }

  /** Copies rows that were touched since the last time. */
  private void copy() {
    if (words.length < count * stride) {
      words = Arrays.copyOf(words, Math.multiplyExact(count + (count >> 1), stride));
    }
    long[] to = words;
    int at = copied * stride;
    for (int i = copied; i < count; i++) {
      long[] page = rows.page(slots[i]);
      int from = rows.offset(slots[i]);
      copyRow(page, from, to, at, stride);
      to[at + keyWords] |= initialLife;
      at += stride;
    }
    copied = count;
  }

  /** About how many bytes the marks of its rows take: whether a step touched them. */
  public long stateBytes() {
    return (long) Long.BYTES * Math.min(stamps.length, rows.size());
  }

  /** Words of a row. */
  public int stride() {
    return stride;
  }

  /** How many rows are touched. */
  public int count() {
    return count;
  }

  /** The slots of the touched rows, in the order in which they were first touched. */
  public int[] slots() {
    return slots;
  }

  /** The words of all touched rows, {@link GroupRows#stride} each, to be changed. */
  public long[] words() {
    return words;
  }

  /** The bits that a word has in any touched row. */
  long anyBit(int word) {
    long bits = 0;
    for (int at = word; at < count * stride; at += stride) {
      bits |= words[at];
    }
    return bits;
  }

  /** A word of a touched row as it was before the step. */
  public long before(int place, int word) {
    int slot = slots[place];
    return rows.page(slot)[rows.offset(slot) + word];
  }

  /** A word of a touched row. */
  public long word(int place, int word) {
    return words[place * stride + word];
  }

  /** Writes back what changed; there is no image of it. */
  public void store() {
    for (int place = 0; place < count; place++) {
      int slot = slots[place];
      int at = place * stride;
      int from = rows.offset(slot);
      if (words[at + keyWords] == 0) {
        end(slot);
      }
      if (!isEqual(rows.page(slot), from, words, at)) {
        copyRow(words, at + keyWords, rows.writable(slot), from + keyWords, stride - keyWords);
      }
    }
  }

  /** Writes back what changed and makes the image of it. */
  public void storeWithImage() {
    ensureImage();
    int next = 0;
    for (int place = 0; place < count; place++) {
      int slot = slots[place];
      int at = place * stride;
      int from = rows.offset(slot);
      long[] page = rows.page(slot);
      boolean existed = page[from + keyWords] != 0;
      boolean exists = words[at + keyWords] != 0;
      if (!exists) {
        end(slot);
      }
      if ((!existed && !exists) || isEqual(page, from, words, at)) {
        continue;
      }
      if (existed) {
        imageSlots[next] = slot;
        imageWeights[next] = -1;
        copyRow(page, from, image, next++ * stride, stride);
      }
      if (exists) {
        imageSlots[next] = slot;
        imageWeights[next] = 1;
        copyRow(words, at, image, next++ * stride, stride);
      }
      copyRow(words, at + keyWords, rows.writable(slot), from + keyWords, stride - keyWords);
    }
    imageRows = next;
  }

  private void ensureImage() {
    if (imageSlots.length < 2 * count) {
      imageSlots = new int[3 * count];
      imageWeights = new long[imageSlots.length];
      image = new long[Math.multiplyExact(imageSlots.length, stride)];
    }
  }

  private void end(int slot) {
    if (endedCount == ended.length) {
      ended = Arrays.copyOf(ended, 2 * endedCount);
    }
    ended[endedCount++] = slot;
  }

  private boolean isEqual(long[] page, int from, long[] other, int at) {
    for (int w = keyWords; w < stride; w++) {
      if (page[from + w] != other[at + w]) {
        return false;
      }
    }
    return true;
  }

  private static void copyRow(long[] source, int from, long[] target, int to, int count) {
    int w = 0;
    // Rows are too short for what loops need to get going.
    for (; w + UNROLLED <= count; w += UNROLLED) {
      target[to + w] = source[from + w];
      target[to + w + 1] = source[from + w + 1];
      target[to + w + 2] = source[from + w + 2];
      target[to + w + 3] = source[from + w + 3];
    }
    if (w < count) {
      target[to + w] = source[from + w];
      if (w + 1 < count) {
        target[to + w + 1] = source[from + w + 1];
        if (w + 2 < count) {
          target[to + w + 2] = source[from + w + 2];
        }
      }
    }
  }

  /** How many rows the image has. */
  public int imageRows() {
    return imageRows;
  }

  /**
   * The image: for each row that changed what it was, if it existed, and right behind it what it
   * is, if it exists; {@link GroupRows#stride} words each.
   */
  public long[] image() {
    return image;
  }

  /** The slot of each row of the image. */
  public int[] imageSlots() {
    return imageSlots;
  }

  /** For each row of the image, -1 for what a row was and +1 for what it is. */
  public long[] imageWeights() {
    return imageWeights;
  }

  /** How many rows do not exist any more; it is for the caller to remove them. */
  public int endedCount() {
    return endedCount;
  }

  /** A row that does not exist any more, in the order in which rows were first touched. */
  public int ended(int index) {
    return ended[index];
  }
}
