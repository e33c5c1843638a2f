package dev.leat.engine.internal.state;

import com.carrotsearch.hppc.IntArrayList;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.plan.Schema;
import java.util.Arrays;

/**
 * The slots of keys that are one dictionary code: an array by code, in which place 0 is for null.
 * It takes four bytes for each code of the dictionary, and no hashing and no probing.
 */
final class CodeKeyTable implements GroupKeys {
  private static final int NONE = 0;

  private final int column;

  /** By code plus one: the slot plus one, or NONE. */
  private int[] slotOfCode = new int[64];

  /** By slot: the code plus one; 0 for null, -1 for a slot that is free. */
  private int[] codes = new int[32];

  private final IntArrayList free = new IntArrayList();
  private int bound;

  CodeKeyTable(int column) {
    this.column = column;
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

  private int add(int place) {
    if (place >= slotOfCode.length) {
      slotOfCode = Arrays.copyOf(slotOfCode, Math.max(place + 1, 2 * slotOfCode.length));
    }
    int slot = free.isEmpty() ? bound++ : free.removeLast();
    if (slot == codes.length) {
      codes = Arrays.copyOf(codes, 2 * slot);
    }
    slotOfCode[place] = slot + 1;
    codes[slot] = place;
    return slot;
  }

  @Override
  public int bound() {
    return bound;
  }

  @Override
  public void remove(int slot) {
    slotOfCode[codes[slot]] = NONE;
    codes[slot] = -1;
    free.add(slot);
  }

  @Override
  public void write(int keyColumn, int[] slots, int count, Column out) {
    for (int i = 0; i < count; i++) {
      int place = codes[slots[i]];
      if (place == 0) {
        out.setNull(2 * i);
        out.setNull(2 * i + 1);
      } else {
        out.set(2 * i, place - 1L);
        out.set(2 * i + 1, place - 1L);
      }
    }
  }

  @Override
  public void mark(Schema keySchema, CodeSet live) {
    for (int slot = 0; slot < bound; slot++) {
      if (codes[slot] > 0) {
        live.add(codes[slot] - 1L);
      }
    }
  }
}
