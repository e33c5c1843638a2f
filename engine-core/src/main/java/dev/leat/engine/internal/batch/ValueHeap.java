package dev.leat.engine.internal.batch;

import java.util.Arrays;

/**
 * The variable-length values of some staged rows, each once, as bytes one behind the other; a local
 * code is a value's number. Built by a host's thread or read from the log, before there is a {@link
 * Dictionary} code.
 */
public final class ValueHeap {
  private final Hashing hashing;
  private byte[] bytes = new byte[1024];
  private int[] ends = new int[64];
  private long[] hashes = new long[64];
  private int[] table = new int[128];
  private int size;
  private boolean tableIsValid = true;

  public ValueHeap(Hashing hashing) {
    this.hashing = hashing;
    Arrays.fill(table, -1);
  }

  /** Forgets all values. */
  public void clear() {
    size = 0;
    tableIsValid = true;
    Arrays.fill(table, -1);
  }

  /** How many values. */
  public int size() {
    return size;
  }

  /** All values' bytes, one behind the other. */
  public byte[] bytes() {
    return bytes;
  }

  /** Where the bytes of a value start. */
  public int start(int code) {
    return code == 0 ? 0 : ends[code - 1];
  }

  /** Where the bytes of a value end. */
  public int end(int code) {
    return ends[code];
  }

  /** The hash of a value's bytes. */
  public long hash(int code) {
    return hashes[code];
  }

  /** How many bytes all values have. */
  public int byteCount() {
    return size == 0 ? 0 : ends[size - 1];
  }

  /** The local code of a value, a new one if need be. */
  public int add(byte[] source, int from, int to) {
    if (!tableIsValid) {
      rehash(table.length);
    }
    long hash = hashing.hash(source, from, to);
    int mask = table.length - 1;
    int at = (int) hash & mask;
    for (; table[at] >= 0; at = (at + 1) & mask) {
      int code = table[at];
      if (hashes[code] == hash && Arrays.equals(bytes, start(code), ends[code], source, from, to)) {
        return code;
      }
    }
    table[at] = size;
    if (2 * (size + 1) > table.length) {
      append(source, from, to, hash);
      rehash(2 * table.length);
      return size - 1;
    }
    return append(source, from, to, hash);
  }

  private int append(byte[] source, int from, int to, long hash) {
    int start = byteCount();
    int end = Math.addExact(start, to - from);
    if (end > bytes.length) {
      bytes =
          Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(end, 2L * start)));
    }
    if (size == ends.length) {
      ends = Arrays.copyOf(ends, 2 * size);
      hashes = Arrays.copyOf(hashes, 2 * size);
    }
    System.arraycopy(source, from, bytes, start, to - from);
    ends[size] = end;
    hashes[size] = hash;
    return size++;
  }

  /** Takes back the values that were added last, down to a number of them. */
  void truncate(int toSize) {
    int mask = table.length - 1;
    while (size > toSize) {
      size--;
      if (tableIsValid) {
        // Nothing was put behind the newest value in its chain, so emptying its slot breaks none.
        int at = (int) hashes[size] & mask;
        while (table[at] != size) {
          at = (at + 1) & mask;
        }
        table[at] = -1;
      }
    }
  }

  private void rehash(int length) {
    int needed = length;
    while (needed < 2 * (size + 1)) {
      needed *= 2;
    }
    table = table.length == needed ? table : new int[needed];
    Arrays.fill(table, -1);
    int mask = needed - 1;
    for (int code = 0; code < size; code++) {
      int at = (int) hashes[code] & mask;
      while (table[at] >= 0) {
        at = (at + 1) & mask;
      }
      table[at] = code;
    }
    tableIsValid = true;
  }

  /** Takes over values as they were written; they are not looked up among each other. */
  void load(byte[] source, int from, int[] lengths, int count) {
    clear();
    int at = from;
    for (int i = 0; i < count; i++) {
      append(source, at, at + lengths[i], hashing.hash(source, at, at + lengths[i]));
      at += lengths[i];
    }
    tableIsValid = false;
  }
}
