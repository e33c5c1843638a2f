package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import java.util.Arrays;

/**
 * A set of dictionary codes for each slot, to which codes are only added: an open-addressing table
 * from a slot and a block of 64 codes to the block's bitmap. Codes of values that are seen together
 * lie together, so a block holds many; a lone code costs one entry.
 */
public final class CodeBitmaps {
  private static final int BLOCK_BITS = 6;
  private static final int SLOT_SHIFT = 32;

  private final Hashing hashing;
  private long[] keys = new long[64];
  private long[] bits = new long[64];
  private int size;

  public CodeBitmaps(Hashing hashing) {
    this.hashing = hashing;
  }

  /** Adds a code to the set of a slot; returns 1 if it was not there, else 0. */
  public int add(int slot, long code) {
    // One more than the slot, so that no key is 0, which marks an empty place.
    long key = (slot + 1L) << SLOT_SHIFT | code >>> BLOCK_BITS;
    int mask = keys.length - 1;
    int at = (int) hashing.hash(key) & mask;
    while (keys[at] != key) {
      if (keys[at] == 0) {
        keys[at] = key;
        bits[at] = 1L << code;
        size++;
        if (2 * size > keys.length) {
          grow();
        }
        return 1;
      }
      at = (at + 1) & mask;
    }
    long old = bits[at];
    bits[at] = old | 1L << code;
    return (int) (~old >>> code & 1);
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldBits = bits;
    keys = new long[2 * oldKeys.length];
    bits = new long[keys.length];
    int mask = keys.length - 1;
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != 0) {
        int at = (int) hashing.hash(oldKeys[i]) & mask;
        while (keys[at] != 0) {
          at = (at + 1) & mask;
        }
        keys[at] = oldKeys[i];
        bits[at] = oldBits[i];
      }
    }
  }

  /** Adds all codes to a set. */
  public void mark(CodeSet live) {
    for (int i = 0; i < keys.length; i++) {
      if (keys[i] != 0) {
        live.addBlock((int) keys[i], bits[i]);
      }
    }
  }

  /** Forgets everything. */
  public void clear() {
    Arrays.fill(keys, 0);
    Arrays.fill(bits, 0);
    size = 0;
  }
}
