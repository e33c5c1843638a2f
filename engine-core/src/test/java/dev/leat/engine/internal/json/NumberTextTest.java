package dev.leat.engine.internal.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumberTextTest {
  private static final NumberText NUMBER = new NumberText();

  private static int scan(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return NUMBER.scan(bytes, 0, bytes.length);
  }

  @Test
  void randomNumbersAreThoseOfTheJdk() {
    Random random = new Random(11);
    int quick = 0;
    for (int i = 0; i < 60_000; i++) {
      String text = number(random);
      assertThat(scan(text)).as(text).isEqualTo(text.length());
      // Adding zero: a negative zero is no other word than zero.
      assertThat(NUMBER.toDouble() + 0.0).as(text).isEqualTo(Double.parseDouble(text) + 0.0);
      assertThat(NUMBER.toFloat() + 0.0f).as(text).isEqualTo(Float.parseFloat(text) + 0.0f);
      BigDecimal exact = new BigDecimal(text);
      assertThat(NUMBER.decimal()).as(text).isEqualByComparingTo(exact);
      int scale = random.nextInt(19);
      long unscaled = NUMBER.unscaled(scale);
      if (unscaled != NumberText.NOT_QUICK) {
        assertThat(BigDecimal.valueOf(unscaled, scale)).as(text).isEqualByComparingTo(exact);
        quick++;
      }
      if (NUMBER.isInteger()) {
        boolean fits = exact.toBigInteger().bitLength() < 64;
        assertThat(NUMBER.isLong()).as(text).isEqualTo(fits);
        if (fits) {
          assertThat(NUMBER.toLong()).as(text).isEqualTo(exact.longValueExact());
        }
      }
    }
    assertThat(quick).isGreaterThan(5_000);
  }

  private static String number(Random random) {
    switch (random.nextInt(6)) {
      case 0 -> {
        return Double.toString(Double.longBitsToDouble(random.nextLong()))
            .replace("NaN", "1")
            .replace("Infinity", "2");
      }
      case 1 -> {
        return Float.toString(random.nextFloat() * random.nextInt(1000));
      }
      case 2 -> {
        return Long.toString(random.nextLong() >> random.nextInt(64));
      }
      default -> {
        StringBuilder text = new StringBuilder(random.nextBoolean() ? "-" : "");
        text.append(random.nextInt(5) == 0 ? "0" : digits(random, 20).replaceFirst("^0", "1"));
        if (random.nextBoolean()) {
          text.append('.').append(digits(random, 25));
        }
        if (random.nextBoolean()) {
          text.append(random.nextBoolean() ? 'e' : 'E');
          text.append(random.nextInt(3) == 0 ? "+" : random.nextBoolean() ? "-" : "");
          text.append(random.nextInt(random.nextBoolean() ? 30 : 330));
        }
        return text.toString();
      }
    }
  }

  private static String digits(Random random, int most) {
    StringBuilder digits = new StringBuilder();
    for (int count = 1 + random.nextInt(most); count > 0; count--) {
      digits.append((char) ('0' + random.nextInt(10)));
    }
    return digits.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "'', -1", "-, -1", "+1, -1", ".5, -1", "01, -1", "-01, -1", "00, -1", "1., -1", "1.e5, -1",
        "1e, -1",
    "1e+, -1", "e5, -1", "Infinity, -1", "0x1, 1", "1 , 1", "1-2, 1", "0, 1", "-0, 2", "0.0e-0, 6",
        "1E+05, 5"
  })
  void readsNumbersOfJsonOnly(String text, int end) {
    assertThat(scan(text)).isEqualTo(end);
  }
}
