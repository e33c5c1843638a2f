package dev.leat.engine.testkit;

import static dev.leat.engine.testkit.Rows.aggregate;
import static dev.leat.engine.testkit.Rows.col;
import static dev.leat.engine.testkit.Rows.distinct;
import static dev.leat.engine.testkit.Rows.row;
import static dev.leat.engine.testkit.Rows.table;
import static dev.leat.engine.testkit.Rows.texts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.AggregateArguments;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.SortKey;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Aggregates of a distribution, of bits, and in an order, with results computed by hand. */
class ReferenceStatisticsTest {
  private static Object percentile(AggregateFunction function, double at, Type type, Object... of) {
    AggregateArguments arguments = AggregateArguments.of(List.of(), at);
    return aggregate(new AggregateCall(function, col("x"), null, false, "a", arguments), type, of);
  }

  private static Object ordered(AggregateFunction function, boolean isDistinct, Object... of) {
    AggregateArguments arguments =
        AggregateArguments.of(
            List.of(new SortKey("x", true).nullsLast()),
            function == AggregateFunction.STRING_AGG ? "+" : null);
    return aggregate(
        new AggregateCall(function, col("x"), null, isDistinct, "a", arguments), Type.STRING, of);
  }

  @Test
  void variancesOfOneExampleInEveryType() {
    Integer[] ints = {2, 4, 4, 4, 5, 5, 7, 9, null};
    assertThat(aggregate(AggregateFunction.VAR_POP, Type.INT, (Object[]) ints)).isEqualTo(4.0);
    assertThat(aggregate(AggregateFunction.STDDEV_POP, Type.INT, (Object[]) ints)).isEqualTo(2.0);
    assertThat(aggregate(AggregateFunction.VAR_SAMP, Type.INT, (Object[]) ints))
        .isEqualTo(32.0 / 7);
    Object[] doubles = Arrays.stream(ints).map(i -> i == null ? null : i / 4.0).toArray();
    assertThat(aggregate(AggregateFunction.VAR_POP, Type.DOUBLE, doubles)).isEqualTo(0.25);
    Object[] decimals =
        Arrays.stream(ints).map(i -> i == null ? null : BigDecimal.valueOf(i, 1)).toArray();
    assertThat(aggregate(AggregateFunction.STDDEV_POP, Type.decimal(9, 1), decimals))
        .isEqualTo(0.2);
    assertThat(aggregate(AggregateFunction.STDDEV_SAMP, Type.decimal(30, 1), decimals))
        .isEqualTo(Math.sqrt(0.32 / 7));
    assertThat(distinct(AggregateFunction.VAR_POP, Type.INT, 1, 3, 3, 3)).isEqualTo(1.0);
  }

  @Test
  void variancesOfFewAndOfWhatIsNotFinite() {
    assertThat(aggregate(AggregateFunction.VAR_SAMP, Type.LONG, 5L)).isNull();
    assertThat(aggregate(AggregateFunction.STDDEV_POP, Type.LONG, 5L)).isEqualTo(0.0);
    assertThat(aggregate(AggregateFunction.VAR_POP, Type.LONG)).isNull();
    assertThat(aggregate(AggregateFunction.VAR_POP, Type.DOUBLE, 1.0, Double.NaN))
        .isEqualTo(Double.NaN);
    assertThat(aggregate(AggregateFunction.VAR_POP, Type.DOUBLE, 1e16, 1e16 + 2)).isEqualTo(1.0);
    assertThat(aggregate(AggregateFunction.VAR_POP, Type.LONG, Long.MAX_VALUE, Long.MIN_VALUE))
        .isEqualTo(0x1p126);
  }

  @Test
  void covarianceTakesRowsInWhichBothAreThere() {
    Schema schema = Schema.builder().nullable("x", Type.INT).nullable("y", Type.LONG).build();
    AggregateArguments with = AggregateArguments.of(List.of(col("y")));
    Node node =
        Node.Aggregate.of(
            table(schema),
            List.of(),
            List.of(
                new AggregateCall(AggregateFunction.COVAR_SAMP, col("x"), null, false, "s", with),
                new AggregateCall(AggregateFunction.COVAR_POP, col("x"), null, false, "p", with)));
    assertThat(
            texts(node, List.of(row(1, 2L), row(2, 4L), row(3, 9L), row(null, 7L), row(100, null))))
        .containsExactly("(3.5, " + 7.0 / 3 + ")");
  }

  @Test
  void linesAndCorrelationsAreThoseOfTheRows() {
    Schema schema = Schema.builder().nullable("y", Type.DOUBLE).nullable("x", Type.INT).build();
    AggregateArguments with = AggregateArguments.of(List.of(col("x")));
    Node node =
        Node.Aggregate.of(
            table(schema),
            List.of(),
            List.of(
                new AggregateCall(AggregateFunction.CORR, col("y"), null, false, "c", with),
                new AggregateCall(AggregateFunction.REGR_SLOPE, col("y"), null, false, "s", with),
                new AggregateCall(
                    AggregateFunction.REGR_INTERCEPT, col("y"), null, false, "i", with)));
    assertThat(texts(node, List.of(row(5.0, 1), row(7.0, 2), row(9.0, 3), row(null, 4))))
        .containsExactly("(1.0, 2.0, 3.0)");
    assertThat(texts(node, List.of(row(1.0, 1), row(2.0, 2), row(0.0, 3))))
        .containsExactly("(-0.5, -0.5, 2.0)");
    assertThat(texts(node, List.of(row(4.0, 1), row(4.0, 2)))).containsExactly("(null, 0.0, 4.0)");
    assertThat(texts(node, List.of(row(4.0, 1), row(5.0, 1))))
        .containsExactly("(null, null, null)");
    assertThat(texts(node, List.of())).containsExactly("(null, null, null)");
    assertThat(texts(node, List.of(row(Double.NaN, 1)))).containsExactly("(NaN, NaN, NaN)");
  }

  @Test
  void percentilesAreValuesThatAreThereOrLieBetween() {
    AggregateFunction disc = AggregateFunction.PERCENTILE_DISC;
    AggregateFunction cont = AggregateFunction.PERCENTILE_CONT;
    Object[] hundred = java.util.stream.IntStream.rangeClosed(1, 100).boxed().toArray();
    assertThat(percentile(disc, 0.07, Type.INT, hundred)).isEqualTo(7);
    assertThat(percentile(disc, 0, Type.INT, hundred)).isEqualTo(1);
    assertThat(percentile(disc, 1, Type.INT, hundred)).isEqualTo(100);
    assertThat(percentile(disc, 0.5, Type.STRING, "b", "a", null, "c", "d")).isEqualTo("b");
    assertThat(percentile(disc, 0.5, Type.STRING)).isNull();
    assertThat(percentile(cont, 0.5, Type.INT, 1, 2, 3, 10)).isEqualTo(2.5);
    assertThat(percentile(cont, 0.25, Type.DOUBLE, 1.0, 2.0, 3.0, 4.0)).isEqualTo(1.75);
    assertThat(percentile(cont, 0.5, Type.DURATION, Duration.ZERO, Duration.ofNanos(-3000)))
        .isEqualTo(Duration.ofNanos(-2000));
    assertThat(percentile(cont, 0.5, Type.DOUBLE, 1.0, Double.POSITIVE_INFINITY))
        .isEqualTo(Double.POSITIVE_INFINITY);
  }

  @Test
  void theModeIsTheLeastOfTheMostFrequent() {
    assertThat(aggregate(AggregateFunction.MODE, Type.STRING, "b", "a", "b", "a", "c"))
        .isEqualTo("a");
    assertThat(aggregate(AggregateFunction.MODE, Type.STRING, "b", "a", "b", null, null, null))
        .isEqualTo("b");
  }

  @Test
  void bits() {
    assertThat(aggregate(AggregateFunction.BIT_AND, Type.INT, 6, 3, null)).isEqualTo(2);
    assertThat(aggregate(AggregateFunction.BIT_OR, Type.INT, 6, -8)).isEqualTo(-2);
    assertThat(aggregate(AggregateFunction.BIT_XOR, Type.LONG, 6L, 3L, 3L)).isEqualTo(6L);
    assertThat(distinct(AggregateFunction.BIT_XOR, Type.LONG, 6L, 3L, 3L)).isEqualTo(5L);
    assertThat(aggregate(AggregateFunction.BIT_AND, Type.LONG)).isNull();
  }

  @Test
  void whatIsOrderedHasNullsOnlyInArrays() {
    assertThat(ordered(AggregateFunction.ARRAY_AGG, false, "a", null, "c", "a"))
        .isEqualTo(Arrays.asList("c", "a", "a", null));
    assertThat(ordered(AggregateFunction.ARRAY_AGG, true, "a", null, "c", "a", null))
        .isEqualTo(Arrays.asList("c", "a", null));
    assertThat(ordered(AggregateFunction.ARRAY_AGG, false)).isNull();
    assertThat(ordered(AggregateFunction.STRING_AGG, false, "a", null, "c")).isEqualTo("c+a");
    assertThat(ordered(AggregateFunction.FIRST, false, "a", null, "c")).isEqualTo("c");
    assertThat(ordered(AggregateFunction.LAST, false, "a", null, "c")).isEqualTo("a");
  }
}
