package dev.leat.engine.iceberg.internal.parquet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.parquet.bytes.BytesInput;

/** Bytes of a page in the making: numbers as Parquet stores them, the lowest byte first. */
final class PageBytes {
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int MAX_BYTES = Integer.MAX_VALUE - 8;

  private byte[] bytes = new byte[64];
  private int size;

  int size() {
    return size;
  }

  /** The bytes; more of them than there are. Another array may come with the next byte. */
  byte[] array() {
    return bytes;
  }

  void clear() {
    size = 0;
  }

  /** Forgets what came behind the first ones. */
  void truncate(int to) {
    size = to;
  }

  private void makeRoom(int more) {
    int needed = Math.addExact(size, more);
    if (needed > bytes.length) {
      long larger = Math.max(needed, Math.min(MAX_BYTES, 2L * bytes.length));
      bytes = Arrays.copyOf(bytes, (int) larger);
    }
  }

  void putByte(int value) {
    makeRoom(1);
    bytes[size++] = (byte) value;
  }

  void putInt(int value) {
    makeRoom(Integer.BYTES);
    INTS.set(bytes, size, value);
    size += Integer.BYTES;
  }

  int intAt(int at) {
    return (int) INTS.get(bytes, at);
  }

  /** Writes over an int that is there. */
  void setInt(int at, int value) {
    INTS.set(bytes, at, value);
  }

  void putLong(long value) {
    makeRoom(Long.BYTES);
    LONGS.set(bytes, size, value);
    size += Long.BYTES;
  }

  /** Seven bits a byte, the lowest first; the highest bit says that another byte comes. */
  void putVarInt(int value) {
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      putByte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    putByte(rest);
  }

  void putBytes(byte[] from, int offset, int length) {
    makeRoom(length);
    System.arraycopy(from, offset, bytes, size, length);
    size += length;
  }

  BytesInput toInput() {
    return BytesInput.from(bytes, 0, size);
  }
}
