package dev.leat.engine.testkit;

import static dev.leat.engine.plan.AggregateFunction.AVG;
import static dev.leat.engine.plan.AggregateFunction.BOOL_AND;
import static dev.leat.engine.plan.AggregateFunction.BOOL_OR;
import static dev.leat.engine.plan.AggregateFunction.COUNT;
import static dev.leat.engine.plan.AggregateFunction.MAX;
import static dev.leat.engine.plan.AggregateFunction.MIN;
import static dev.leat.engine.plan.AggregateFunction.SUM;
import static dev.leat.engine.testkit.Rows.ERROR;
import static dev.leat.engine.testkit.Rows.aggregate;
import static dev.leat.engine.testkit.Rows.col;
import static dev.leat.engine.testkit.Rows.distinct;
import static dev.leat.engine.testkit.Rows.row;
import static dev.leat.engine.testkit.Rows.texts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReferenceAggregatesTest {
  private static final AggregateCall COUNT_ROWS = new AggregateCall(COUNT, null, null, false, "n");
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  private static BigDecimal dec(String text) {
    return new BigDecimal(text);
  }

  @Test
  void nullsArePassedOver() {
    assertThat(aggregate(COUNT, Type.LONG, 1L, null, 1L)).isEqualTo(2L);
    assertThat(aggregate(COUNT_ROWS, Type.LONG, 1L, null, 1L)).isEqualTo(3L);
    assertThat(aggregate(SUM, Type.LONG, 1L, null, 1L)).isEqualTo(2L);
    assertThat(aggregate(AVG, Type.LONG, 1L, null, 2L)).isEqualTo(1.5);
    assertThat(aggregate(MIN, Type.LONG, 2L, null, 1L)).isEqualTo(1L);
    assertThat(aggregate(BOOL_OR, Type.BOOLEAN, false, null)).isEqualTo(false);
    assertThat(aggregate(BOOL_OR, Type.BOOLEAN, false, true, null)).isEqualTo(true);
    assertThat(aggregate(BOOL_AND, Type.BOOLEAN, true, false, null)).isEqualTo(false);
    assertThat(aggregate(BOOL_AND, Type.BOOLEAN, true, null)).isEqualTo(true);
  }

  @Test
  void ofNothingThereIsACountAndElseNull() {
    assertThat(aggregate(COUNT_ROWS, Type.LONG)).isEqualTo(0L);
    assertThat(aggregate(COUNT, Type.LONG, (Object) null)).isEqualTo(0L);
    assertThat(aggregate(SUM, Type.LONG)).isNull();
    assertThat(aggregate(AVG, Type.LONG)).isNull();
    assertThat(aggregate(MAX, Type.STRING)).isNull();
    assertThat(aggregate(BOOL_OR, Type.BOOLEAN)).isNull();
    assertThat(aggregate(BOOL_AND, Type.BOOLEAN, (Object) null)).isNull();
  }

  @Test
  void sumsOfIntegersAreExact() {
    assertThat(aggregate(SUM, Type.INT, Integer.MAX_VALUE, 1)).isEqualTo(2147483648L);
    assertThat(aggregate(SUM, Type.LONG, Long.MAX_VALUE, 1L, -1L)).isEqualTo(Long.MAX_VALUE);
    assertThat(aggregate(SUM, Type.LONG, Long.MAX_VALUE, 1L)).isEqualTo(ERROR);
    assertThat(aggregate(AVG, Type.LONG, Long.MAX_VALUE, Long.MAX_VALUE)).isEqualTo(0x1p63);
    assertThat(aggregate(AVG, Type.INT, 1, 2, 2)).isEqualTo(5.0 / 3);
  }

  @Test
  void sumsOfDoublesAreRoundedOnce() {
    assertThat(aggregate(SUM, Type.DOUBLE, 1e16, 1.0, -1e16)).isEqualTo(1.0);
    assertThat(aggregate(SUM, Type.DOUBLE, 0.1, 0.2, 0.3)).isEqualTo(0.6);
    assertThat(aggregate(SUM, Type.DOUBLE, Double.MAX_VALUE, Double.MAX_VALUE, -Double.MAX_VALUE))
        .isEqualTo(Double.MAX_VALUE);
    assertThat(aggregate(SUM, Type.DOUBLE, Double.MAX_VALUE, Double.MAX_VALUE)).isEqualTo(INFINITY);
    assertThat(aggregate(SUM, Type.FLOAT, 0.1f, 0.1f)).isEqualTo(2 * (double) 0.1f);
    assertThat(aggregate(AVG, Type.DOUBLE, 1e16, 1.0, -1e16)).isEqualTo(1.0 / 3);
    assertThat(aggregate(SUM, Type.DOUBLE, -0.0)).isEqualTo(0.0);
  }

  @Test
  void sumsOfInfinitiesFollowTheStandard() {
    assertThat(aggregate(SUM, Type.DOUBLE, INFINITY, 1.0)).isEqualTo(INFINITY);
    assertThat(aggregate(SUM, Type.DOUBLE, -INFINITY, 1.0, -INFINITY)).isEqualTo(-INFINITY);
    assertThat(aggregate(SUM, Type.DOUBLE, INFINITY, -INFINITY)).isEqualTo(Double.NaN);
    assertThat(aggregate(SUM, Type.DOUBLE, INFINITY, Double.NaN)).isEqualTo(Double.NaN);
    assertThat(aggregate(AVG, Type.DOUBLE, INFINITY, 1.0)).isEqualTo(INFINITY);
  }

  @Test
  void decimalsAndDurations() {
    Type money = Type.decimal(5, 2);
    Type widest = Type.decimal(38, 0);
    String nines = "9".repeat(38);
    assertThat(aggregate(SUM, money, dec("999.99"), dec("0.01"))).isEqualTo(dec("1000.00"));
    assertThat(aggregate(AVG, money, dec("1"), dec("1"), dec("0"))).isEqualTo(dec("0.666667"));
    assertThat(aggregate(SUM, widest, dec(nines), dec("1"))).isEqualTo(ERROR);
    assertThat(aggregate(SUM, widest, dec(nines), dec("1"), dec("-1"))).isEqualTo(dec(nines));
    assertThat(aggregate(AVG, widest, dec(nines), dec(nines))).isEqualTo(dec(nines));
    Duration longest = ReferenceValues.duration(Long.MAX_VALUE);
    Duration tick = Duration.ofNanos(1000);
    assertThat(aggregate(SUM, Type.DURATION, longest, tick)).isEqualTo(ERROR);
    assertThat(aggregate(AVG, Type.DURATION, longest, longest)).isEqualTo(longest);
    assertThat(aggregate(AVG, Type.DURATION, tick.negated(), Duration.ZERO))
        .isEqualTo(Duration.ZERO);
  }

  @Test
  void extremesFollowTheOrderOfTheType() {
    String smile = "\ud83d\ude00";
    assertThat(aggregate(MAX, Type.STRING, "\uffff", smile, "z")).isEqualTo(smile);
    assertThat(aggregate(MIN, Type.STRING, "b", "a", "")).isEqualTo("");
    assertThat(aggregate(MAX, Type.BYTES, new byte[] {127}, new byte[] {-1}))
        .isEqualTo(ByteBuffer.wrap(new byte[] {-1}));
    assertThat(aggregate(MIN, Type.BYTES, new byte[] {1, 0}, new byte[] {1}))
        .isEqualTo(ByteBuffer.wrap(new byte[] {1}));
    assertThat(aggregate(MAX, Type.BOOLEAN, false, true)).isEqualTo(true);
    assertThat(aggregate(MIN, Type.INT, 2, Integer.MIN_VALUE)).isEqualTo(Integer.MIN_VALUE);
    assertThat(aggregate(MAX, Type.decimal(5, 2), dec("-1"), dec("-2"))).isEqualTo(dec("-1.00"));
    Instant before = Instant.EPOCH.minusNanos(1000);
    assertThat(aggregate(MIN, Type.INSTANT, Instant.EPOCH, before)).isEqualTo(before);
    LocalDate early = LocalDate.parse("-0044-03-15");
    assertThat(aggregate(MIN, Type.DATE, LocalDate.EPOCH, early)).isEqualTo(early);
    assertThat(aggregate(MAX, Type.DURATION, Duration.ofSeconds(-1), Duration.ZERO))
        .isEqualTo(Duration.ZERO);
    assertThat(aggregate(MAX, Type.DOUBLE, 1.0, Double.NaN, INFINITY)).isEqualTo(Double.NaN);
    assertThat(aggregate(MIN, Type.FLOAT, Float.NaN, 1f)).isEqualTo(1f);
    assertThat(aggregate(MIN, Type.DOUBLE, 0.0, -0.0)).isEqualTo(0.0);
  }

  @Test
  void distinctTakesEqualOperandsOnce() {
    assertThat(distinct(COUNT, Type.DOUBLE, 0.0, -0.0, Double.NaN, Double.NaN, null)).isEqualTo(2L);
    assertThat(distinct(SUM, Type.LONG, 2L, 2L, 3L)).isEqualTo(5L);
    assertThat(distinct(AVG, Type.LONG, 2L, 2L, 3L)).isEqualTo(2.5);
    assertThat(distinct(COUNT, Type.decimal(5, 2), dec("1.5"), dec("1.50"))).isEqualTo(1L);
    assertThat(distinct(COUNT, Type.BYTES, new byte[] {1}, new byte[] {1})).isEqualTo(1L);
    assertThat(distinct(MAX, Type.STRING, "a", "b", "b")).isEqualTo("b");
  }

  @Test
  void whereDecidesBeforeTheOperand() {
    AggregateCall sum = new AggregateCall(SUM, Rows.lit(6).dividedBy(col("x")), null, false, null);
    assertThat(aggregate(sum.where(col("x").ne(0)), Type.LONG, 0L, 1L, null, 2L)).isEqualTo(9L);
  }

  @Test
  void aRowThatFailsInOneAggregateCountsInNone() {
    Schema schema = Schema.builder().nullable("k", Type.STRING).nullable("x", Type.LONG).build();
    AggregateCall sum = new AggregateCall(SUM, Rows.lit(6).dividedBy(col("x")), null, false, "s");
    Node node = Node.Aggregate.of(Rows.table(schema), List.of("k"), List.of(COUNT_ROWS, sum));
    List<List<Object>> rows =
        List.of(row("a", 1L), row("a", 0L), row("b", 0L), row(null, 2L), row(null, null));

    assertThat(texts(node, rows)).containsExactly("('a', 1, 6)", "(null, 2, 3)");
    assertThat(Rows.evaluate(node, rows).errors()).isEqualTo(2);
  }

  @Test
  void aGroupWhoseResultFailsHasNoRow() {
    Schema schema = Schema.builder().nullable("k", Type.DOUBLE).nullable("x", Type.LONG).build();
    AggregateCall sum = new AggregateCall(SUM, col("x"), null, false, "s");
    Node node = Node.Aggregate.of(Rows.table(schema), List.of("k"), List.of(COUNT_ROWS, sum));
    List<List<Object>> rows =
        List.of(row(0.0, 1L), row(-0.0, 2L), row(1.0, Long.MAX_VALUE), row(1.0, 1L));

    assertThat(texts(node, rows)).containsExactly("(0.0, 2, 3)");
    assertThat(Rows.evaluate(node, rows).errors()).isEqualTo(1);
  }

  @Test
  void withoutAggregatesTheGroupsAreTheDistinctKeys() {
    Schema schema = Schema.builder().nullable("k", Type.STRING).build();
    Node node = Node.Aggregate.of(Rows.table(schema), List.of("k"), List.of());

    assertThat(texts(node, List.of(row("a"), row("a"), row((Object) null))))
        .containsExactly("('a')", "(null)");
  }
}
