package dev.leat.engine.internal.batch;

import java.util.Arrays;

/**
 * The variable-length values of some staged rows as bytes one behind the other; a local code is a
 * value's number. Built by a host's thread or read from the log, before there is a {@link
 * Dictionary} code.
 *
 * <p>A value that was added by {@link #add} is there once; one that came by {@link #addUnshared} or
 * from the log may be there again. These are in no table, and nobody asks for the hash of most of
 * them, so it is not computed before.
 */
public final class ValueHeap {
  /** In the place of the hash of a value that no table has; a hash that is this is not tabled. */
  private static final long NOT_TABLED = 0;

  private final Hashing hashing;
  private byte[] bytes = new byte[1024];
  private int[] ends = new int[64];
  private long[] hashes = new long[64];
  private int[] table = new int[128];
  private int size;
  private int tabled;

  public ValueHeap(Hashing hashing) {
    this.hashing = hashing;
    Arrays.fill(table, -1);
  }

  /** Forgets all values. */
  public void clear() {
    if (tabled < table.length / 8) {
      truncate(0); // a few values in a table that was large once
    } else {
      size = 0;
      tabled = 0;
      Arrays.fill(table, -1);
    }
  }

  /** About how many bytes of memory it takes, used or not. */
  long memoryBytes() {
    return bytes.length
        + (long) (Integer.BYTES + Long.BYTES) * ends.length
        + (long) Integer.BYTES * table.length;
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
    long hash = hashes[code];
    return hash == NOT_TABLED ? hashing.hash(bytes, start(code), ends[code]) : hash;
  }

  /** How many bytes all values have. */
  public int byteCount() {
    return size == 0 ? 0 : ends[size - 1];
  }

  /** The local code of a value, a new one if need be. */
  public int add(byte[] source, int from, int to) {
    long hash = hashing.hash(source, from, to);
    if (hash == NOT_TABLED) {
      return append(source, from, to, hash);
    }
    int mask = table.length - 1;
    int at = (int) hash & mask;
    for (; table[at] >= 0; at = (at + 1) & mask) {
      int code = table[at];
      if (hashes[code] == hash && Arrays.equals(bytes, start(code), ends[code], source, from, to)) {
        return code;
      }
    }
    table[at] = size;
    tabled++;
    int added = append(source, from, to, hash);
    if (2 * tabled > table.length) {
      rehash(2 * table.length);
    }
    return added;
  }

  /** Adds a value that is not looked for among the others: a new local code. */
  public int addUnshared(byte[] source, int from, int to) {
    return append(source, from, to, NOT_TABLED);
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
      if (hashes[size] != NOT_TABLED) {
        // Nothing was put behind the newest value in its chain, so emptying its slot breaks none.
        int at = (int) hashes[size] & mask;
        while (table[at] != size) {
          at = (at + 1) & mask;
        }
        table[at] = -1;
        tabled--;
      }
    }
  }

  private void rehash(int length) {
    table = new int[length];
    Arrays.fill(table, -1);
    int mask = length - 1;
    for (int code = 0; code < size; code++) {
      if (hashes[code] != NOT_TABLED) {
        int at = (int) hashes[code] & mask;
        while (table[at] >= 0) {
          at = (at + 1) & mask;
        }
        table[at] = code;
      }
    }
  }

  /** Takes over values as they were written; they are not looked up among each other. */
  void load(byte[] source, int from, int[] lengths, int count) {
    clear();
    if (ends.length < count) {
      ends = new int[count];
      hashes = new long[count];
    }
    int end = 0;
    for (int i = 0; i < count; i++) {
      end = Math.addExact(end, lengths[i]);
      ends[i] = end;
    }
    if (bytes.length < end) {
      bytes = new byte[end];
    }
    System.arraycopy(source, from, bytes, 0, end);
    Arrays.fill(hashes, 0, count, NOT_TABLED);
    size = count;
  }
}
