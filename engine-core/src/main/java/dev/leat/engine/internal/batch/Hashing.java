package dev.leat.engine.internal.batch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Seeded hashes. Each engine has a seed of its own, so that nobody can craft keys that collide.
 * Hashes never reach a result: tables hand out rows in the order in which they came.
 *
 * <p>Words are mixed with two rounds of multiply and fold (the 128-bit product's halves added by
 * xor), as in Wang Yi's wyhash.
 */
public final class Hashing {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long K0 = 0xa0761d6478bd642fL;
  private static final long K1 = 0xe7037ed1a0b428dbL;
  private static final long K2 = 0x8ebc6af09c88c6e3L;
  private static final int LANES_BYTES = 4 * Long.BYTES;

  private final long seed;

  /** Hashes of a seed. */
  public Hashing(long seed) {
    this.seed = fold(seed ^ K0, K1);
  }

  private static long fold(long a, long b) {
    return (a * b) ^ Math.multiplyHigh(a, b);
  }

  /** The hash to start with for a row of words. */
  public long start() {
    return seed;
  }

  /** Takes one more word into a hash. */
  public static long mix(long hash, long word) {
    return fold(hash ^ word ^ K0, word + K1 | 1);
  }

  /** Ends a hash, so that its low bits can address a table. */
  public static long finish(long hash) {
    return fold(hash ^ K1, hash >>> 32 ^ K0);
  }

  /** The hash of one word. */
  public long hash(long word) {
    return finish(mix(seed, word));
  }

  /** The hash of bytes. */
  public long hash(byte[] bytes, int from, int to) {
    long hash = seed ^ (to - from);
    int at = from;
    if (to - at >= 2 * LANES_BYTES) {
      // Each multiplication waits for the one before it, so several go side by side.
      long b = mix(hash, K0);
      long c = mix(hash, K1);
      long d = mix(hash, K2);
      for (; at + LANES_BYTES <= to; at += LANES_BYTES) {
        hash = mix(hash, (long) LONGS.get(bytes, at));
        b = mix(b, (long) LONGS.get(bytes, at + Long.BYTES));
        c = mix(c, (long) LONGS.get(bytes, at + 2 * Long.BYTES));
        d = mix(d, (long) LONGS.get(bytes, at + 3 * Long.BYTES));
      }
      hash = mix(mix(mix(hash, b), c), d);
    }
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      hash = mix(hash, (long) LONGS.get(bytes, at));
    }
    long rest = 0;
    for (; at < to; at++) {
      rest = rest << 8 | (bytes[at] & 0xff);
    }
    return finish(mix(hash, rest));
  }
}
