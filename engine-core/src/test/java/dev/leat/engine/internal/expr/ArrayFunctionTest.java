package dev.leat.engine.internal.expr;

import static dev.leat.engine.internal.expr.Table.col;
import static dev.leat.engine.internal.expr.Table.lit;
import static dev.leat.engine.internal.expr.Table.nothing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.EngineException;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArrayFunctionTest {
  private static final Type STRINGS = Type.array(Type.STRING);
  private static final Type LONGS = Type.array(Type.LONG);

  private static Table strings() {
    return Table.of(STRINGS, Type.STRING, Type.INT)
        .row(List.of("a", "bc", "a"), "bc", 2)
        .row(Arrays.asList("a", null), "b", 1)
        .row(List.of(), "a", 1)
        .row(null, "a", 1)
        .row(Arrays.asList((String) null), null, null)
        .row(Arrays.asList(null, "\uD83D\uDE00"), "\uD83D\uDE00", -1);
  }

  @Test
  void cardinalityCountsNullsToo() {
    assertThat(strings().eval(col("a").cardinality())).containsExactly(3L, 2L, 0L, null, 1L, 2L);
    assertThat(strings().eval(lit(List.of(1L, 2L)).cardinality())).containsOnly(2L);
  }

  @Test
  void containsIsUnknownOnlyWhereAnElementIsNull() {
    assertThat(strings().eval(col("a").contains(col("b"))))
        .containsExactly(true, null, false, null, null, true);
    assertThat(strings().eval(col("a").contains("a")))
        .containsExactly(true, true, false, null, null, null);
    assertThat(strings().eval(col("a").contains(nothing(Type.STRING)))).containsOnlyNulls();
  }

  @Test
  void containsComparesByValue() {
    Table numbers =
        Table.of(LONGS, Type.array(Type.DOUBLE), Type.array(Type.decimal(20, 2)))
            .row(List.of(5L, -1L), List.of(-0.0, Double.NaN), List.of(new BigDecimal("1.5")));
    assertThat(numbers.eval(col("a").contains(5))).containsExactly(true);
    assertThat(numbers.eval(col("a").contains(6L))).containsExactly(false);
    assertThat(numbers.eval(col("b").contains(0.0))).containsExactly(true);
    assertThat(numbers.eval(col("b").contains(Double.NaN))).containsExactly(true);
    assertThat(numbers.eval(col("b").contains(1))).containsExactly(false);
    assertThat(numbers.eval(col("c").contains(new BigDecimal("1.50")))).containsExactly(true);
    Table nested = Table.of(Type.array(LONGS)).row(List.of(List.of(1L), List.of(2L, 3L)));
    assertThat(nested.eval(col("a").contains(List.of(2L, 3L)))).containsExactly(true);
    assertThat(nested.eval(col("a").element(2).element(1))).containsExactly(2L);
    assertThat(nested.eval(col("a").element(1).contains(2L))).containsExactly(false);
  }

  @Test
  void elementsAreCountedFromOneAndNullOutside() {
    assertThat(strings().eval(col("a").element(col("c"))))
        .containsExactly("bc", "a", null, null, null, null);
    assertThat(strings().eval(col("a").element(2)))
        .containsExactly("bc", null, null, null, null, "\uD83D\uDE00");
    assertThat(strings().eval(col("a").element(0))).containsOnlyNulls();
    assertThat(strings().eval(col("a").element(Long.MAX_VALUE))).containsOnlyNulls();
    assertThat(strings().eval(col("a").element(Long.MIN_VALUE + 1))).containsOnlyNulls();
    assertThat(strings().eval(col("a").element(1L + Integer.MAX_VALUE + Integer.MAX_VALUE + 2)))
        .containsOnlyNulls();
  }

  @Test
  void textsOfElementsAreJoinedWithoutNulls() {
    assertThat(strings().eval(col("a").arrayToString("-")))
        .containsExactly("a-bc-a", "a", "", null, "", "\uD83D\uDE00");
    assertThat(strings().eval(col("a").arrayToString(col("b"))))
        .containsExactly("abcbcbca", "a", "", null, null, "\uD83D\uDE00");
    Table others =
        Table.of(LONGS, Type.array(Type.INSTANT), Type.array(Type.DURATION))
            .row(List.of(1L, -2L), List.of(Instant.EPOCH), List.of(Duration.ofMinutes(1)));
    assertThat(others.eval(col("a").arrayToString(", "))).containsExactly("1, -2");
    assertThat(others.eval(col("b").arrayToString(", "))).containsExactly("1970-01-01T00:00:00Z");
    assertThat(others.eval(col("c").arrayToString(", "))).containsExactly("PT1M");
  }

  @Test
  void aTextThatIsTooLongIsAnErrorOfTheRow() {
    String half = "x".repeat((1 << 23) + 1);
    Table table = Table.of(STRINGS).row(List.of(half, half)).row(List.of("a"));
    List<Object> texts = table.eval(col("a").arrayToString(""));
    assertThat(texts.get(0))
        .isInstanceOf(Table.Failed.class)
        .asString()
        .contains("a string of more than 16777216 characters", "array_to_string(a, '')");
    assertThat(texts.get(1)).isEqualTo("a");
  }

  @Test
  void whatIsNoArrayOrDoesNotGoWithItsElementsIsRefused() {
    refused(col("b").cardinality(), "cardinality(b) takes an array, not string");
    refused(col("a").contains(1), "contains(a, 1) takes a value that is a string, not int; cast");
    refused(col("a").element("1"), "element(a, '1') takes an integer place, not string");
    refused(col("a").arrayToString(1), "takes a string between elements, not int");
    Table bytes = Table.of(Type.array(Type.BYTES), Type.array(Type.INT));
    assertThatThrownBy(() -> bytes.eval(col("a").arrayToString(",")))
        .hasMessageContaining("takes elements that have a text, not bytes");
    // What does not fit the elements can be in none, which is more likely a mistake than meant.
    assertThatThrownBy(() -> bytes.eval(col("b").contains(5L)))
        .hasMessageContaining("takes a value that is a int, not long; cast it");
  }

  private static void refused(Expr expr, String message) {
    assertThatThrownBy(() -> strings().eval(expr))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(message);
  }
}
