package dev.leat.engine.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class BlockPackingLawsTest {
  /** Bytes of which some are zero, in the way of small words or anyhow. */
  private static byte[] bytes(Random random, int length, int kind) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      boolean isZero =
          switch (kind) {
            case 0 -> true;
            case 1 -> i % 8 > 3;
            case 2 -> random.nextBoolean();
            case 3 -> random.nextInt(8) < i % 8;
            default -> false;
          };
      bytes[i] = isZero ? 0 : (byte) random.nextInt();
    }
    return bytes;
  }

  @Property
  void unpackedIsWhatWasPacked(
      @ForAll long seed,
      @ForAll @IntRange(max = 200) int length,
      @ForAll @IntRange(max = 4) int k) {
    byte[] source = bytes(new Random(seed), length + 3, k);
    byte[] packed = new byte[2 * length + 32];
    int limit = 2 * length + 16;
    int stored = BlockPacking.pack(source, 3, length, packed, 5, limit);
    assertThat(stored).isBetween(0, length + length / 8);
    byte[] target = new byte[length + 7];
    assertThat(BlockPacking.unpack(packed, 5, stored, target, 7, length)).isTrue();
    assertThat(Arrays.copyOfRange(target, 7, target.length))
        .isEqualTo(Arrays.copyOfRange(source, 3, source.length));
  }

  @Property
  void packingNeverGoesBeyondItsLimit(
      @ForAll long seed,
      @ForAll @IntRange(max = 200) int length,
      @ForAll @IntRange(max = 4) int kind,
      @ForAll @IntRange(max = 200) int limit) {
    byte[] source = bytes(new Random(seed), length, kind);
    byte[] packed = new byte[limit + Long.BYTES + length / 8];
    int size = BlockPacking.pack(source, 0, length, packed, 0, limit);
    byte[] all = new byte[2 * length + 32];
    int needed = BlockPacking.pack(source, 0, length, all, 0, 2 * length + 16);
    assertThat(size).isEqualTo(needed <= limit ? needed : -1);
  }

  @Property
  void whateverIsUnpackedStaysWithinItsArrays(
      @ForAll long seed,
      @ForAll @IntRange(max = 200) int length,
      @ForAll @IntRange(max = 200) int size) {
    byte[] source = new byte[length + Long.BYTES];
    new Random(seed).nextBytes(source);
    byte[] target = new byte[size];
    if (BlockPacking.unpack(source, 0, length, target, 0, size)) {
      byte[] again = new byte[2 * size + 32];
      int packed = BlockPacking.pack(target, 0, size, again, 0, 2 * size + 16);
      assertThat(packed).isLessThanOrEqualTo(length);
    }
  }
}
