package dev.leat.engine.internal.batch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads what a {@link ByteWriter} wrote. Reading past the end throws {@link
 * IndexOutOfBoundsException}.
 */
public final class ByteReader {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bytes;
  private final int end;
  private int at;

  /** Reads a part of an array. */
  public ByteReader(byte[] bytes, int from, int length) {
    this.bytes = bytes;
    this.at = from;
    this.end = from + length;
  }

  /** Skips bytes and returns where they start; the caller reads them from {@link #bytes}. */
  public int skip(int count) {
    int start = at;
    if (count < 0 || count > end - at) {
      throw new IndexOutOfBoundsException(
          "the record ends early: wanted=" + count + " left=" + (end - at));
    }
    at += count;
    return start;
  }

  public byte[] bytes() {
    return bytes;
  }

  public boolean isAtEnd() {
    return at == end;
  }

  public byte readByte() {
    return bytes[skip(1)];
  }

  public int readInt() {
    return (int) INTS.get(bytes, skip(Integer.BYTES));
  }

  public long readLong() {
    return (long) LONGS.get(bytes, skip(Long.BYTES));
  }

  public String readString() {
    int length = readInt();
    int from = skip(length);
    return new String(bytes, from, length, StandardCharsets.UTF_8);
  }
}
