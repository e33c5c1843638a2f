package dev.leat.engine.internal.batch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing byte array to write records into; little-endian. */
public final class ByteWriter {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] bytes = new byte[4096];
  private int size;

  public void clear() {
    size = 0;
  }

  public byte[] bytes() {
    return bytes;
  }

  public int size() {
    return size;
  }

  /** Makes room for more bytes and returns where they start; the caller writes them. */
  public int reserve(int count) {
    int start = size;
    size = Math.addExact(size, count);
    if (size > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8L, size + (size >> 1) + 8L));
    }
    return start;
  }

  public void writeByte(int value) {
    int at = reserve(1);
    bytes[at] = (byte) value;
  }

  public void writeInt(int value) {
    int at = reserve(Integer.BYTES);
    INTS.set(bytes, at, value);
  }

  public void writeLong(long value) {
    int at = reserve(Long.BYTES);
    LONGS.set(bytes, at, value);
  }

  public void writeBytes(byte[] source, int from, int count) {
    int at = reserve(count);
    System.arraycopy(source, from, bytes, at, count);
  }

  /** A string, with its length in UTF-8 in front. */
  public void writeString(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    writeInt(utf8.length);
    writeBytes(utf8, 0, utf8.length);
  }
}
