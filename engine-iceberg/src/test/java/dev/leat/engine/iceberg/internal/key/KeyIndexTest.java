package dev.leat.engine.iceberg.internal.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyIndexTest {
  private record Key(long high, long low) {}

  @Test
  void itIsAMap() {
    Random random = new Random(3);
    KeyIndex index = new KeyIndex();
    Map<Key, Long> map = new HashMap<>();
    for (int i = 0; i < 200_000; i++) {
      // Few low bits, so that keys collide, and wrap around the end of the table.
      Key key = new Key(random.nextInt(3000), random.nextInt(40) - 20L);
      if (random.nextInt(3) == 0) {
        index.remove(key.high, key.low);
        map.remove(key);
      } else {
        long place = random.nextLong(Long.MAX_VALUE);
        Long before = map.put(key, place);
        assertThat(index.put(key.high, key.low, place))
            .isEqualTo(before == null ? KeyIndex.NONE : before);
      }
      assertThat(index.size()).isEqualTo(map.size());
    }
    for (int high = 0; high < 3000; high++) {
      for (long low = -20; low < 20; low++) {
        Long place = map.get(new Key(high, low));
        assertThat(index.get(high, low)).isEqualTo(place == null ? KeyIndex.NONE : place);
      }
    }
  }

  @Test
  void aKeyTakesAtMost72Bytes() {
    KeyIndex index = new KeyIndex();
    Random random = new Random(4);
    for (int i = 0; i < 300_000; i++) {
      long unused = index.put(random.nextLong(), random.nextLong(), i);
      if (i > 2000) {
        assertThat(index.bytes()).isBetween(36L * index.size(), 73L * index.size());
      }
    }
  }

  /** From the reference implementation's vectors for 128 bits: key 00 01 .. 0f, no input. */
  @Test
  void theHashIsSipHash() {
    KeyHash hash = new KeyHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
    hash.begin();
    hash.finish();
    assertThat(HexFormat.of().toHexDigits(Long.reverseBytes(hash.low())))
        .isEqualTo("a3817f04ba25a8e6");
    assertThat(HexFormat.of().toHexDigits(Long.reverseBytes(hash.high())))
        .isEqualTo("6df67214c7550293");
    // One byte, 00: what a null is.
    hash.begin();
    hash.addNull();
    hash.finish();
    assertThat(HexFormat.of().toHexDigits(Long.reverseBytes(hash.low())))
        .isEqualTo("da87c1d86b99af44");
    assertThat(HexFormat.of().toHexDigits(Long.reverseBytes(hash.high())))
        .isEqualTo("347659119b22fc45");
  }

  @Test
  void keysOfOtherValuesAreOtherBits() {
    KeyHash hash = new KeyHash(1, 2);
    Map<Key, String> seen = new HashMap<>();
    Random random = new Random(5);
    for (int i = 0; i < 20_000; i++) {
      hash.begin();
      StringBuilder text = new StringBuilder();
      for (int c = 0; c < 2; c++) {
        switch (random.nextInt(3)) {
          case 0 -> {
            hash.addNull();
            text.append("null ");
          }
          case 1 -> {
            long word = random.nextInt(4);
            hash.add(word);
            text.append("word ").append(word).append(' ');
          }
          default -> {
            byte[] bytes = new byte[random.nextInt(20)];
            hash.add(bytes);
            text.append("bytes ").append(bytes.length).append(' ');
          }
        }
      }
      hash.finish();
      assertThat(seen.computeIfAbsent(new Key(hash.high(), hash.low()), k -> text.toString()))
          .isEqualTo(text.toString());
    }
    assertThat(seen.values()).doesNotHaveDuplicates();
  }
}
