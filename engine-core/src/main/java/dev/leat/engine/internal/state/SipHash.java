package dev.leat.engine.internal.state;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * SipHash-2-4 with 128 bits (Aumasson and Bernstein 2012, and their reference code): whoever does
 * not know the key cannot make two values with one hash, and by chance nobody will ever see any.
 * Keeps the last hash instead of making an object of it. One thread.
 */
final class SipHash {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final long key0;
  private final long key1;
  private long v0;
  private long v1;
  private long v2;
  private long v3;
  private long first;
  private long second;

  SipHash(long key0, long key1) {
    this.key0 = key0;
    this.key1 = key1;
  }

  long key0() {
    return key0;
  }

  long key1() {
    return key1;
  }

  /** The first 64 bits of the last hash. */
  long first() {
    return first;
  }

  /** The other 64 bits of the last hash. */
  long second() {
    return second;
  }

  /** Hashes bytes. */
  void hash(byte[] bytes, int from, int to) {
    v0 = 0x736f6d6570736575L ^ key0;
    v1 = 0x646f72616e646f6dL ^ key1 ^ 0xee;
    v2 = 0x6c7967656e657261L ^ key0;
    v3 = 0x7465646279746573L ^ key1;
    int at = from;
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      compress((long) LONGS.get(bytes, at));
    }
    long last = (long) (to - from) << 56;
    for (int i = 0; at + i < to; i++) {
      last |= (bytes[at + i] & 0xffL) << (8 * i);
    }
    compress(last);
    v2 ^= 0xee;
    rounds(4);
    first = v0 ^ v1 ^ v2 ^ v3;
    v1 ^= 0xdd;
    rounds(4);
    second = v0 ^ v1 ^ v2 ^ v3;
  }

  private void compress(long word) {
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
}
