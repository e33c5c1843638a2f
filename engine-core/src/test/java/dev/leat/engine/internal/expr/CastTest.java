package dev.leat.engine.internal.expr;

import static dev.leat.engine.internal.expr.Table.col;
import static dev.leat.engine.internal.expr.Table.nothing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class CastTest {
  /** Stands for any failure. */
  private static final Object FAILS = new Object();

  private static BigDecimal dec(String text) {
    return new BigDecimal(text);
  }

  /** Casts values, given in turn with what they become. */
  private static void casts(Type from, Type to, Object... valuesAndResults) {
    Table table = Table.of(from);
    for (int i = 0; i < valuesAndResults.length; i += 2) {
      table.row(valuesAndResults[i]);
    }
    table.row((Object) null);
    var results = table.eval(col("a").cast(to));
    for (int i = 0; i < valuesAndResults.length; i += 2) {
      Object result = results.get(i / 2);
      Object expected = valuesAndResults[i + 1];
      if (expected == FAILS) {
        assertThat(result).as("%s as %s", valuesAndResults[i], to).isInstanceOf(Table.Failed.class);
        assertThat(((Table.Failed) result).reason()).endsWith(": cast(a as " + to + ")");
      } else {
        assertThat(result).as("%s as %s", valuesAndResults[i], to).isEqualTo(expected);
      }
    }
    assertThat(results.get(valuesAndResults.length / 2)).isNull();
  }

  @Test
  void floatingToIntegers() {
    casts(
        Type.DOUBLE,
        Type.INT,
        1.9,
        1,
        -1.9,
        -1,
        2147483647.9,
        Integer.MAX_VALUE,
        2147483648.0,
        FAILS,
        -2147483648.9,
        Integer.MIN_VALUE,
        -2147483649.0,
        FAILS,
        Double.NaN,
        FAILS,
        Double.POSITIVE_INFINITY,
        FAILS,
        1e30,
        FAILS);
    casts(
        Type.DOUBLE,
        Type.LONG,
        -0.5,
        0L,
        0x1p63,
        FAILS,
        -0x1p63,
        Long.MIN_VALUE,
        0x1.fffffffffffffp62,
        (long) 0x1.fffffffffffffp62,
        Double.NaN,
        FAILS,
        Double.NEGATIVE_INFINITY,
        FAILS);
    casts(Type.FLOAT, Type.LONG, 2.5f, 2L, Float.NaN, FAILS);
  }

  @Test
  void integersToOthers() {
    casts(
        Type.LONG,
        Type.INT,
        5L,
        5,
        1L << 31,
        FAILS,
        -(1L << 31),
        Integer.MIN_VALUE,
        Long.MIN_VALUE,
        FAILS);
    casts(Type.INT, Type.LONG, 5, 5L);
    casts(Type.LONG, Type.DOUBLE, Long.MAX_VALUE, 0x1p63, (1L << 53) + 1, 0x1p53);
    casts(Type.LONG, Type.FLOAT, 16777217L, 16777216f, Long.MAX_VALUE, 0x1p63f);
    casts(
        Type.LONG,
        Type.decimal(5, 2),
        999L,
        dec("999.00"),
        -999L,
        dec("-999.00"),
        1000L,
        FAILS,
        Long.MIN_VALUE,
        FAILS,
        Long.MAX_VALUE,
        FAILS);
    casts(Type.LONG, Type.decimal(30, 2), Long.MIN_VALUE, dec("-9223372036854775808.00"));
    casts(Type.BOOLEAN, Type.INT, true, 1, false, 0);
    casts(Type.BOOLEAN, Type.LONG, true, 1L, false, 0L);
  }

  @Test
  void betweenFloatingTypes() {
    casts(Type.DOUBLE, Type.FLOAT, 0.1, 0.1f, 1e300, Float.POSITIVE_INFINITY, -1e-300, 0f);
    casts(Type.FLOAT, Type.DOUBLE, 0.1f, (double) 0.1f, Float.NaN, Double.NaN);
  }

  @Test
  void toAndFromDecimals() {
    casts(
        Type.DOUBLE,
        Type.decimal(5, 2),
        1.005,
        dec("1.01"),
        -1.005,
        dec("-1.01"),
        999.994,
        dec("999.99"),
        999.995,
        FAILS,
        Double.NaN,
        FAILS,
        Double.POSITIVE_INFINITY,
        FAILS);
    casts(Type.DOUBLE, Type.decimal(38, 0), 1e37, dec("1" + "0".repeat(37)), 1e38, FAILS);
    casts(
        Type.decimal(7, 4),
        Type.decimal(5, 2),
        dec("123.4550"),
        dec("123.46"),
        dec("-123.4549"),
        dec("-123.45"),
        dec("999.9950"),
        FAILS,
        dec("-999.9950"),
        FAILS);
    casts(Type.decimal(7, 4), Type.decimal(4, 0), dec("999.5000"), dec("1000"));
    casts(Type.decimal(5, 2), Type.decimal(20, 5), dec("1.23"), dec("1.23000"));
    casts(Type.decimal(20, 5), Type.decimal(5, 2), dec("1.23500"), dec("1.24"), dec("1e14"), FAILS);
    casts(
        Type.decimal(12, 1),
        Type.INT,
        dec("-1.9"),
        -1,
        dec("2147483647.9"),
        Integer.MAX_VALUE,
        dec("2147483648.0"),
        FAILS);
    casts(Type.decimal(12, 1), Type.LONG, dec("-1.9"), -1L);
    casts(
        Type.decimal(38, 2),
        Type.LONG,
        dec("9223372036854775807.99"),
        Long.MAX_VALUE,
        dec("9223372036854775808.00"),
        FAILS,
        dec("-9223372036854775808.99"),
        Long.MIN_VALUE);
    casts(Type.decimal(38, 2), Type.INT, dec("-7.99"), -7, dec("3e9"), FAILS);
    casts(
        Type.decimal(18, 9),
        Type.DOUBLE,
        dec("0.1"),
        0.1,
        dec("123456789.123456789"),
        123456789.12345679);
    casts(Type.decimal(38, 20), Type.DOUBLE, dec("0.1"), 0.1);
    casts(Type.decimal(5, 2), Type.FLOAT, dec("0.10"), 0.1f);
  }

  @Test
  void toStrings() {
    casts(Type.BOOLEAN, Type.STRING, true, "true", false, "false");
    casts(Type.INT, Type.STRING, -5, "-5");
    casts(Type.DOUBLE, Type.STRING, 1.0, "1.0", -0.0, "0.0", 1e10, "1.0E10", Double.NaN, "NaN");
    casts(Type.FLOAT, Type.STRING, 0.1f, "0.1");
    casts(Type.decimal(10, 8), Type.STRING, dec("0.00000001"), "0.00000001");
    casts(Type.decimal(38, 2), Type.STRING, dec("5"), "5.00");
    Instant early = Instant.parse("1969-12-31T23:59:59.999999Z");
    casts(Type.INSTANT, Type.STRING, early, "1969-12-31T23:59:59.999999Z");
    casts(Type.DATE, Type.STRING, LocalDate.MIN, "-999999999-01-01");
    casts(Type.DURATION, Type.STRING, Duration.ofMillis(90_500), "PT1M30.5S");
    casts(Type.STRING, Type.STRING, " x ", " x ");
  }

  @Test
  void booleansAndIntegersFromStrings() {
    casts(Type.STRING, Type.BOOLEAN, " TRUE ", true, "false", false, "yes", FAILS, "", FAILS);
    casts(
        Type.STRING,
        Type.INT,
        " 12 ",
        12,
        "+5",
        5,
        "-2147483648",
        Integer.MIN_VALUE,
        "2147483648",
        FAILS,
        "1.0",
        FAILS,
        "\t1",
        FAILS,
        "",
        FAILS);
    casts(
        Type.STRING,
        Type.LONG,
        "9223372036854775807",
        Long.MAX_VALUE,
        "9223372036854775808",
        FAILS);
  }

  @Test
  void otherNumbersFromStrings() {
    casts(
        Type.STRING,
        Type.DOUBLE,
        "1.5",
        1.5,
        " -2e3 ",
        -2000.0,
        ".5",
        0.5,
        "+.5E+1",
        5.0,
        "NaN",
        Double.NaN,
        "Infinity",
        Double.POSITIVE_INFINITY,
        "-Infinity",
        Double.NEGATIVE_INFINITY,
        "+Infinity",
        FAILS,
        "1.",
        FAILS,
        ".",
        FAILS,
        "1e",
        FAILS,
        "0x1p3",
        FAILS,
        "1d",
        FAILS,
        "1f",
        FAILS,
        "",
        FAILS,
        "-",
        FAILS,
        "1 2",
        FAILS,
        "nan",
        FAILS,
        "-0",
        0.0);
    casts(Type.STRING, Type.FLOAT, "0.1", 0.1f, "x", FAILS);
    casts(
        Type.STRING,
        Type.decimal(5, 2),
        "1.005",
        dec("1.01"),
        "1e2",
        dec("100.00"),
        "1e3",
        FAILS,
        "1e-101",
        FAILS,
        "1e-100",
        dec("0.00"),
        "0e101",
        FAILS,
        "0".repeat(201),
        FAILS,
        "0".repeat(200),
        dec("0.00"),
        "x",
        FAILS);
    casts(Type.STRING, Type.decimal(30, 2), "12345678901234567890", dec("12345678901234567890.00"));
  }

  @Test
  void timesFromStrings() {
    casts(
        Type.STRING,
        Type.INSTANT,
        " 2024-02-29T12:00:00.1234567Z ",
        Instant.parse("2024-02-29T12:00:00.123456Z"),
        "1969-12-31T23:59:59.9999999Z",
        Instant.parse("1969-12-31T23:59:59.999999Z"),
        "2024-01-01T00:00:00+02:00",
        Instant.parse("2023-12-31T22:00:00Z"),
        "2024-01-01T00:00:00",
        FAILS,
        "2024-01-01",
        FAILS,
        "+999999999-01-01T00:00:00Z",
        FAILS);
    casts(
        Type.STRING,
        Type.DATE,
        "2024-02-29",
        LocalDate.of(2024, 2, 29),
        "2023-02-29",
        FAILS,
        "x",
        FAILS);
    casts(
        Type.STRING,
        Type.DURATION,
        "PT1.0000019S",
        Duration.ofNanos(1_000_001_000),
        "P1D",
        Duration.ofDays(1),
        "1D",
        FAILS,
        "P200000000D",
        FAILS,
        "-PT0.0000001S",
        Duration.ofNanos(-1000));
  }

  @Test
  void betweenDatesAndInstants() {
    casts(
        Type.INSTANT,
        Type.DATE,
        Instant.parse("1969-12-31T23:59:59.999999Z"),
        LocalDate.of(1969, 12, 31),
        Instant.EPOCH,
        LocalDate.EPOCH);
    casts(
        Type.DATE,
        Type.INSTANT,
        LocalDate.of(1969, 12, 31),
        Instant.parse("1969-12-31T00:00:00Z"),
        LocalDate.MAX,
        FAILS,
        LocalDate.MIN,
        FAILS);
  }

  @Test
  void literalsAreCastWhenCompiled() {
    Table table = Table.of(Type.LONG).row(1L);
    Kernel kernel =
        ExprCompiler.compile(
            dev.leat.engine.plan.Expr.of("12").cast(Type.LONG), table.schema, table.dictionary);
    assertThat(kernel).isInstanceOf(ConstantKernel.class);
    assertThat(table.eval(dev.leat.engine.plan.Expr.of("x").cast(Type.LONG)))
        .containsExactly(Table.failed("not a value of type long: 'x': cast('x' as long)"));
    assertThat(table.eval(nothing(Type.STRING).cast(Type.LONG))).containsOnlyNulls();
  }
}
