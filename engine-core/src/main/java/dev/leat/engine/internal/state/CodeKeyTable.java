package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Hashing;
import java.util.Arrays;

/**
 * The slots of keys that are one dictionary code: an array by code, in which place 0 is for null.
 * It takes four bytes for each code of the dictionary, and no hashing and no probing.
 */
final class CodeKeyTable extends GroupKeys {
  private static final int NONE = 0;
  private static final int NOT_FOUND = -1;

  private final int column;

  /** By code plus one: the slot plus one, or NONE. */
  private int[] slotOfCode = new int[64];

  CodeKeyTable(KeyLayout layout, int payloadWords, Hashing hashing) {
    super(layout, payloadWords, hashing);
    this.column = layout.column(0);
  }

  @Override
  public void findOrAdd(Batch batch, int[] slots) {
    Column keys = batch.column(column);
    long[] words = keys.words();
    boolean hasNulls = keys.nulls() != null;
    int[] selection = batch.selection();
    int count = batch.count();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      int place = hasNulls && keys.isNull(row) ? 0 : (int) words[row] + 1;
      int slot = place < slotOfCode.length ? slotOfCode[place] : NONE;
      slots[row] = slot == NONE ? add(place) : slot - 1;
    }
    makeReserved();
  }

  @Override
  public void findOrAdd(int[] codes, int count, int[] slots) {
    int first = reserving(count);
    int highest = 0;
    for (int i = 0; i < count; i++) {
      highest = Math.max(highest, codes[i]);
    }
    ensure(highest + 1);
    if (first < 0) {
      for (int i = 0; i < count; i++) {
        int slot = slotOfCode[codes[i] + 1];
        slots[i] = slot == NONE ? add(codes[i] + 1) : slot - 1;
      }
      makeReserved();
    } else {
      reserveNext(findOrAppend(codes, count, slots, first));
    }
  }

  /**
   * The same where new keys get slots one behind the other; without a branch, because whether a key
   * is new cannot be predicted.
   *
   * @return how many are new
   */
  private int findOrAppend(int[] codes, int count, int[] slots, int first) {
    int[] known = slotOfCode;
    int[] sources = sources();
    int added = 0;
    for (int i = 0; i < count; i++) {
      int place = codes[i] + 1;
      int slot = known[place];
      int isNew = (slot - 1) >> 31;
      slot |= (first + added + 1) & isNew;
      known[place] = slot;
      slots[i] = slot - 1;
      // What is written too early is written again.
      sources[added] = place;
      added -= isNew;
    }
    return added;
  }

  @Override
  void find(Batch batch, RowReader other, int[] slots) {
    Column keys = batch.column(other.column(0));
    long[] words = keys.words();
    boolean hasNulls = keys.nulls() != null;
    int[] selection = batch.selection();
    int count = batch.count();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      int place = hasNulls && keys.isNull(row) ? 0 : (int) words[row] + 1;
      slots[row] = (place < slotOfCode.length ? slotOfCode[place] : NONE) - 1;
    }
  }

  private int add(int place) {
    int slot = reserve(place);
    setSlot(place, slot + 1);
    return slot;
  }

  @Override
  void writeKeys(int[] slots, int[] from, int count) {
    GroupRows rows = rows();
    for (int i = 0; i < count; i++) {
      // The word of null is -1, and its place 0.
      rows.writable(slots[i])[rows.offset(slots[i])] = from[i] - 1L;
    }
  }

  @Override
  public int find(long[] key) {
    int place = layout().isNull(key, 0, 0) ? 0 : (int) key[0] + 1;
    return place < slotOfCode.length ? slotOfCode[place] - 1 : NOT_FOUND;
  }

  private void ensure(int place) {
    if (place >= slotOfCode.length) {
      slotOfCode = Arrays.copyOf(slotOfCode, Math.max(place + 1, 2 * slotOfCode.length));
    }
  }

  private void setSlot(int place, int slot) {
    ensure(place);
    slotOfCode[place] = slot;
  }

  private int place(int slot) {
    long[] page = rows().page(slot);
    int from = rows().offset(slot);
    return layout().isNull(page, from, 0) ? 0 : (int) page[from] + 1;
  }

  @Override
  long lookupBytes() {
    return (long) slotOfCode.length * Integer.BYTES;
  }

  @Override
  void index(int slot) {
    setSlot(place(slot), slot + 1);
  }

  @Override
  void forget(int slot) {
    slotOfCode[place(slot)] = NONE;
  }
}
