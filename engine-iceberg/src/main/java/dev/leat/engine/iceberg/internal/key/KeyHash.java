package dev.leat.engine.iceberg.internal.key;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * 128 bits that stand for a key of any length: SipHash-2-4 with 128 bits (Aumasson and Bernstein,
 * 2012) over the values of the key, each with a mark that tells a null from a value and where it
 * ends, so that two keys that differ are different bytes.
 *
 * <p>Keys are taken for equal if these bits are. With 2^30 keys, two that differ have the same bits
 * with a probability of about 2^-69; and nobody can look for such keys, as the hash is seeded anew
 * by each session.
 *
 * <p>The engine has this hash too, of bytes, for its own use: what is internal there may change
 * with any version, so this module has its own. Both are tested with the authors' vectors.
 */
public final class KeyHash {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final byte NULL = 0;
  private static final byte WORD = 1;
  private static final byte BYTES = 2;

  private final long seed0;
  private final long seed1;
  private byte[] bytes = new byte[64];
  private int length;
  private long v0;
  private long v1;
  private long v2;
  private long v3;
  private long high;
  private long low;

  public KeyHash(long seed0, long seed1) {
    this.seed0 = seed0;
    this.seed1 = seed1;
  }

  /** Begins another key. */
  public void begin() {
    length = 0;
  }

  /** Adds a value that is null. */
  public void addNull() {
    room(1);
    bytes[length++] = NULL;
  }

  /** Adds a value of 64 bits. */
  public void add(long word) {
    room(1 + Long.BYTES);
    bytes[length++] = WORD;
    LONGS.set(bytes, length, word);
    length += Long.BYTES;
  }

  /** Adds a value of bytes. */
  public void add(byte[] value) {
    room(1 + Long.BYTES + value.length);
    bytes[length++] = BYTES;
    LONGS.set(bytes, length, (long) value.length);
    length += Long.BYTES;
    System.arraycopy(value, 0, bytes, length, value.length);
    length += value.length;
  }

  private void room(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(length, more), 2 * bytes.length));
    }
  }

  /** Computes {@link #high} and {@link #low} of the key. */
  public void finish() {
    v0 = seed0 ^ 0x736f6d6570736575L;
    v1 = seed1 ^ 0x646f72616e646f6dL ^ 0xee;
    v2 = seed0 ^ 0x6c7967656e657261L;
    v3 = seed1 ^ 0x7465646279746573L;
    int whole = length & -Long.BYTES;
    for (int i = 0; i < whole; i += Long.BYTES) {
      block((long) LONGS.get(bytes, i));
    }
    long last = (long) length << 56;
    for (int i = whole; i < length; i++) {
      last |= (bytes[i] & 0xffL) << (8 * (i - whole));
    }
    block(last);
    v2 ^= 0xee;
    rounds(4);
    low = v0 ^ v1 ^ v2 ^ v3;
    v1 ^= 0xdd;
    rounds(4);
    high = v0 ^ v1 ^ v2 ^ v3;
  }

  private void block(long word) {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }

  private void rounds(int count) {
    long a = v0;
    long b = v1;
    long c = v2;
    long d = v3;
    for (int i = 0; i < count; i++) {
      a += b;
      b = Long.rotateLeft(b, 13) ^ a;
      a = Long.rotateLeft(a, 32);
      c += d;
      d = Long.rotateLeft(d, 16) ^ c;
      a += d;
      d = Long.rotateLeft(d, 21) ^ a;
      c += b;
      b = Long.rotateLeft(b, 17) ^ c;
      c = Long.rotateLeft(c, 32);
    }
    v0 = a;
    v1 = b;
    v2 = c;
    v3 = d;
  }

  public long high() {
    return high;
  }

  public long low() {
    return low;
  }
}
