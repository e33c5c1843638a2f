package dev.leat.engine.sketches;

import com.dynatrace.hash4j.distinctcount.UltraLogLog;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What is kept of a set of hashes: themselves, as long as they are few, then an UltraLogLog (Ertl,
 * VLDB 2024). Which of the two, and what is in it, follows from the set alone. It never changes.
 *
 * <p>Cost: a hash that is new copies it. Of registers that is seldom: a set of n hashes changes its
 * m registers some m log(n / m) times.
 */
final class DistinctSketch {
  static final DistinctSketch EMPTY = new DistinctSketch(new long[0], new byte[0]);

  private static final byte HASHES = 0;
  private static final byte REGISTERS = 1;
  private static final int HEADER_BYTES = 64;

  /** Ascending; none if there are registers. */
  private final long[] hashes;

  /** The state of an UltraLogLog; none if there are hashes. */
  private final byte[] registers;

  /** Computed when it is asked for first; only the thread that steps asks. */
  private long count = -1;

  private DistinctSketch(long[] hashes, byte[] registers) {
    this.hashes = hashes;
    this.registers = registers;
  }

  /** So many hashes are kept as they are. */
  static int maxHashes(int precision) {
    return (1 << precision) / 16;
  }

  /** The sketch of the set with a hash more. */
  DistinctSketch with(long hash, int precision) {
    if (registers.length > 0) {
      return hasRegistered(hash) ? this : ofRegisters(wrapCopy().add(hash));
    }
    int found = Arrays.binarySearch(hashes, hash);
    if (found >= 0) {
      return this;
    }
    int at = -found - 1;
    long[] more = Arrays.copyOf(hashes, hashes.length + 1);
    System.arraycopy(hashes, at, more, at + 1, hashes.length - at);
    more[at] = hash;
    return ofHashes(more, more.length, precision);
  }

  /** The sketch of both sets. */
  DistinctSketch with(DistinctSketch other, int precision) {
    if (registers.length > 0 && other.registers.length > 0) {
      return ofRegisters(wrapCopy().add(UltraLogLog.wrap(other.registers)));
    }
    if (registers.length > 0) {
      UltraLogLog sketch = wrapCopy();
      for (long hash : other.hashes) {
        sketch.add(hash);
      }
      return ofRegisters(sketch);
    }
    if (other.registers.length > 0) {
      return other.with(this, precision);
    }
    long[] both = Arrays.copyOf(hashes, hashes.length + other.hashes.length);
    System.arraycopy(other.hashes, 0, both, hashes.length, other.hashes.length);
    Arrays.sort(both);
    int distinct = 0;
    for (int i = 0; i < both.length; i++) {
      if (i == 0 || both[i] != both[i - 1]) {
        both[distinct++] = both[i];
      }
    }
    return ofHashes(both, distinct, precision);
  }

  private static DistinctSketch ofHashes(long[] hashes, int count, int precision) {
    if (count <= maxHashes(precision)) {
      long[] exact = count == hashes.length ? hashes : Arrays.copyOf(hashes, count);
      return new DistinctSketch(exact, EMPTY.registers);
    }
    UltraLogLog sketch = UltraLogLog.create(precision);
    for (int i = 0; i < count; i++) {
      sketch.add(hashes[i]);
    }
    return ofRegisters(sketch);
  }

  private static DistinctSketch ofRegisters(UltraLogLog sketch) {
    return new DistinctSketch(EMPTY.hashes, sketch.getState());
  }

  private UltraLogLog wrapCopy() {
    return UltraLogLog.wrap(registers.clone());
  }

  /**
   * Would adding a hash leave the registers as they are? The first bits of a hash tell the
   * register, the zeros that follow them tell a level. A register has the highest level that came
   * (above two bits) and whether the two below it came (the two bits). Were this wrong, it would
   * only cost copies, or a hash; a test compares it with the library.
   */
  private boolean hasRegistered(long hash) {
    int precision = Integer.numberOfTrailingZeros(registers.length);
    int register = registers[(int) (hash >>> (64 - precision))] & 0xff;
    int level = Long.numberOfLeadingZeros(~(~hash << precision)) + precision - 1;
    int highest = register >>> 2;
    int below = highest - level;
    return register != 0
        && (below == 0
            || below > 2
            || (below == 1 && (register & 2) != 0)
            || (below == 2 && (register & 1) != 0));
  }

  /** About how many hashes are in the set. */
  long count() {
    if (count < 0) {
      count =
          registers.length == 0
              ? hashes.length
              : Math.round(
                  UltraLogLog.wrap(registers)
                      .getDistinctCountEstimate(UltraLogLog.MAXIMUM_LIKELIHOOD_ESTIMATOR));
    }
    return count;
  }

  long bytes() {
    return HEADER_BYTES + 8L * hashes.length + registers.length;
  }

  byte[] write() {
    if (registers.length > 0) {
      return ByteBuffer.allocate(1 + registers.length).put(REGISTERS).put(registers).array();
    }
    ByteBuffer buffer = ByteBuffer.allocate(1 + 8 * hashes.length).put(HASHES);
    buffer.asLongBuffer().put(hashes);
    return buffer.array();
  }

  static DistinctSketch read(byte[] bytes, int precision) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    byte kind = buffer.get();
    if (kind == REGISTERS && buffer.remaining() == 1 << precision) {
      return new DistinctSketch(EMPTY.hashes, Arrays.copyOfRange(bytes, 1, bytes.length));
    }
    if (kind != HASHES
        || buffer.remaining() % 8 != 0
        || buffer.remaining() / 8 > maxHashes(precision)) {
      throw new IllegalArgumentException(
          "not the state of a distinct count: kind=" + kind + " bytes=" + bytes.length);
    }
    long[] hashes = new long[buffer.remaining() / 8];
    buffer.asLongBuffer().get(hashes);
    return new DistinctSketch(hashes, EMPTY.registers);
  }
}
