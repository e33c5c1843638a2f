package dev.leat.engine.internal.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.Type;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WordsLawsTest {
  private static final List<Integer> CODE_POINTS =
      List.of(0, 0x61, 0x62, 0x7f, 0x80, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x1f600, 0x10ffff);

  private static String string(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(6); i > 0; i--) {
      text.appendCodePoint(CODE_POINTS.get(random.nextInt(CODE_POINTS.size())));
    }
    return text.toString();
  }

  @Test
  void stringsAreOrderedByCodePointWhichIsTheOrderOfTheirBytes() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      String a = string(random);
      String b = string(random);
      int byCodePoint = Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray());
      int byByte =
          Arrays.compareUnsigned(
              ValueBytes.encode(Type.STRING, a), ValueBytes.encode(Type.STRING, b));
      int compared = Integer.signum(Words.compareStrings(a, b));
      assertThat(compared).isEqualTo(Integer.signum(byCodePoint));
      assertThat(compared).isEqualTo(Integer.signum(byByte));
    }
  }

  @Test
  void equalDoublesAreEqualWords() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      double a = Double.longBitsToDouble(random.nextLong());
      long word = Words.ofDouble(a);
      assertThat(Words.ofDouble(Words.toDouble(word))).isEqualTo(word);
      assertThat(Words.toDouble(word) == a || Double.isNaN(a)).isTrue();
    }
    assertThat(Words.ofDouble(-0.0)).isEqualTo(Words.ofDouble(0.0));
    assertThat(Words.ofDouble(Double.longBitsToDouble(0x7ff8_0000_0000_0001L)))
        .isEqualTo(Words.ofDouble(Double.NaN));
  }

  @Test
  void everyMicrosecondIsAnInstantAndADuration() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      long micros =
          switch (random.nextInt(4)) {
            case 0 -> Long.MAX_VALUE - random.nextInt(3_000_000);
            case 1 -> Long.MIN_VALUE + random.nextInt(3_000_000);
            default -> random.nextLong() >> random.nextInt(64);
          };
      assertThat(Words.ofInstant(Words.toInstant(micros))).isEqualTo(micros);
      assertThat(Words.ofDuration(Words.toDuration(micros))).isEqualTo(micros);
    }
  }
}
