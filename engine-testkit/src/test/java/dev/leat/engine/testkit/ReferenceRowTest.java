package dev.leat.engine.testkit;

import static dev.leat.engine.testkit.Rows.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReferenceRowTest {
  private static ReferenceRow of(Type type, Object value) {
    return ReferenceRow.of(Schema.builder().nullable("x", type).build(), row(value));
  }

  @Test
  void valuesOfATypeHaveOneForm() {
    Type money = Type.decimal(5, 2);
    double otherNaN = Double.longBitsToDouble(0x7ff8_0000_0000_0001L);
    assertThat(of(money, new BigDecimal("1.5"))).isEqualTo(of(money, new BigDecimal("1.50")));
    assertThat(of(Type.DOUBLE, otherNaN)).isEqualTo(of(Type.DOUBLE, Double.NaN));
    assertThat(of(Type.DOUBLE, -0.0)).isEqualTo(of(Type.DOUBLE, 0.0));
    assertThat(of(Type.FLOAT, -0f)).isEqualTo(of(Type.FLOAT, 0f));
    assertThat(of(Type.BYTES, new byte[] {1})).isEqualTo(of(Type.BYTES, new byte[] {1}));
    assertThat(of(Type.BYTES, ByteBuffer.wrap(new byte[] {0, 1}, 1, 1)))
        .isEqualTo(of(Type.BYTES, new byte[] {1}));
    assertThat(of(Type.INSTANT, Instant.ofEpochSecond(-1, 999)))
        .isEqualTo(of(Type.INSTANT, Instant.ofEpochSecond(-1)));
    assertThat(of(Type.DURATION, Duration.ofNanos(-1)))
        .isEqualTo(of(Type.DURATION, Duration.ofNanos(-1000)));
  }

  @Test
  void elementsOfArraysHaveOneFormToo() {
    assertThat(of(Type.array(Type.BYTES), List.of(new byte[] {1})))
        .isEqualTo(of(Type.array(Type.BYTES), List.of(new byte[] {1})));
    assertThat(of(Type.array(Type.array(Type.DOUBLE)), List.of(List.of(-0.0))))
        .isEqualTo(of(Type.array(Type.array(Type.DOUBLE)), List.of(List.of(0.0))));
    assertThat(of(Type.array(Type.LONG), Arrays.asList(1L, null)).toString())
        .isEqualTo("([1, null])");
  }

  @Test
  void aByteArrayChangedLaterDoesNotChangeTheRow() {
    byte[] bytes = {1};
    ReferenceRow row = of(Type.BYTES, bytes);
    bytes[0] = 2;

    assertThat(row).isEqualTo(of(Type.BYTES, new byte[] {1}));
  }

  @Test
  void valuesOfOtherTypesAreRefused() {
    assertThatThrownBy(() -> of(Type.LONG, 1)).hasMessageContaining("type=long");
    assertThatThrownBy(() -> of(Type.array(Type.LONG), List.of(1)))
        .hasMessageContaining("type=long");
    assertThatThrownBy(() -> of(Type.decimal(2, 1), new BigDecimal("10")))
        .hasMessageContaining("too many digits for decimal(2,1)");
    assertThatThrownBy(() -> of(Type.INSTANT, Instant.MAX))
        .hasMessageContaining("64 bits of microseconds");
  }
}
