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

  private final long[] probe = new long[1];

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
    if (place == 0) {
      layout().setNull(probe, 0, 0);
    } else {
      probe[0] = place - 1L;
    }
    int slot = newRow(probe);
    setSlot(place, slot + 1);
    return slot;
  }

  @Override
  public int find(long[] key) {
    int place = layout().isNull(key, 0, 0) ? 0 : (int) key[0] + 1;
    return place < slotOfCode.length ? slotOfCode[place] - 1 : NOT_FOUND;
  }

  private void setSlot(int place, int slot) {
    if (place >= slotOfCode.length) {
      slotOfCode = Arrays.copyOf(slotOfCode, Math.max(place + 1, 2 * slotOfCode.length));
    }
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
