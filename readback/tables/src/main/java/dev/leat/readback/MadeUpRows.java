package dev.leat.readback;

import dev.leat.engine.Row;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Rows of all types, with what is at the edges of each: the same each time. A row has an {@code
 * id}, columns that may be null, and for each type one that may not.
 */
final class MadeUpRows {
  /** Every how many values that may be null one is. */
  private static final int NULLS = 5;

  private static final List<Type> TYPES =
      List.of(
          Type.BOOLEAN,
          Type.INT,
          Type.LONG,
          Type.FLOAT,
          Type.DOUBLE,
          Type.decimal(9, 2),
          Type.decimal(18, 4),
          Type.decimal(38, 10),
          Type.STRING,
          Type.INSTANT,
          Type.DATE,
          Type.DURATION,
          Type.BYTES,
          Type.array(Type.STRING),
          Type.array(Type.array(Type.LONG)),
          Type.array(Type.decimal(20, 3)),
          Type.array(Type.INSTANT));

  private static final List<String> NAMES =
      List.of(
          "a_boolean",
          "an_int",
          "a_long",
          "a_float",
          "a_double",
          "a_short_decimal",
          "a_decimal",
          "a_long_decimal",
          "a_string",
          "an_instant",
          "a_date",
          "a_duration",
          "some_bytes",
          "strings",
          "longs",
          "decimals",
          "instants");

  private static final List<Integer> INTS = List.of(0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE);
  private static final List<Long> LONGS = List.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE);
  private static final List<Double> DOUBLES =
      List.of(
          0.0,
          -0.0,
          Double.NaN,
          Double.POSITIVE_INFINITY,
          Double.NEGATIVE_INFINITY,
          Double.MIN_VALUE,
          -Double.MAX_VALUE,
          0.1);
  private static final List<String> STRINGS =
      List.of(
          "",
          " ",
          "null",
          "a/b c%",
          "100% \u00fc=\u00f6&x+y",
          "quote ' and \" and \\ and `",
          "line\nand\ttab\r",
          "Zo\u00eb \uD83D\uDE00",
          "\u65e5\u672c\u8a9e",
          "\uFFFF after all of the others",
          "\uDBFF\uDFFF after even that",
          "the same beginning of more than sixteen characters, one",
          "the same beginning of more than sixteen characters, two");
  private static final List<Instant> INSTANTS =
      List.of(
          Instant.EPOCH,
          Instant.parse("1969-12-31T23:59:59.999999Z"),
          Instant.parse("1815-12-10T01:02:03.000004Z"),
          Instant.parse("1582-10-10T12:00:00Z"),
          Instant.parse("0001-01-01T00:00:00Z"),
          Instant.parse("9999-12-31T23:59:59.999999Z"));
  private static final List<LocalDate> DATES =
      List.of(
          LocalDate.EPOCH,
          LocalDate.parse("1969-12-31"),
          LocalDate.parse("1815-12-10"),
          LocalDate.parse("1582-10-10"),
          LocalDate.parse("0001-01-01"),
          LocalDate.parse("9999-12-31"));
  private static final long DAY_SECONDS = 86_400;

  /** The columns of all rows. */
  static final Schema SCHEMA = schema();

  private final SplittableRandom random;

  MadeUpRows(long seed) {
    this.random = new SplittableRandom(seed);
  }

  private static Schema schema() {
    List<Field> fields = new ArrayList<>();
    fields.add(new Field("id", Type.LONG, false));
    for (int i = 0; i < TYPES.size(); i++) {
      fields.add(new Field(NAMES.get(i), TYPES.get(i), true));
      fields.add(new Field(NAMES.get(i) + "_always", TYPES.get(i), false));
    }
    return Schema.of(fields);
  }

  /** Rows of these ids. */
  List<Row> rows(long from, long to) {
    List<Row> rows = new ArrayList<>();
    for (long id = from; id < to; id++) {
      rows.add(row(id));
    }
    return rows;
  }

  /** The next row. */
  Row row(long id) {
    @Nullable Object[] values = new @Nullable Object[SCHEMA.size()];
    values[0] = id;
    for (int c = 1; c < values.length; c++) {
      Field field = SCHEMA.field(c);
      values[c] = field.nullable() && random.nextInt(NULLS) == 0 ? null : value(field.type());
    }
    return Row.of(SCHEMA, values);
  }

  /** Whether a row has the least number of a column's type. */
  static boolean isLeast(Row row, String column) {
    Object value = row.value(column);
    if (value instanceof BigDecimal number) {
      Type type = SCHEMA.field(SCHEMA.find(column)).type();
      return number.unscaledValue().equals(greatest(type).negate());
    }
    return Objects.equals(value, Integer.MIN_VALUE) || Objects.equals(value, Long.MIN_VALUE);
  }

  private static BigInteger greatest(Type decimal) {
    return BigInteger.TEN.pow(decimal.precision()).subtract(BigInteger.ONE);
  }

  private <T> T pick(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private Object value(Type type) {
    boolean isEdge = random.nextInt(3) == 0;
    return switch (type.kind()) {
      case BOOLEAN -> random.nextBoolean();
      case INT -> isEdge ? pick(INTS) : random.nextInt(-50, 50);
      case LONG -> isEdge ? pick(LONGS) : random.nextLong();
      case FLOAT -> (float) (isEdge ? pick(DOUBLES) : random.nextDouble(-1e6, 1e6));
      case DOUBLE -> isEdge ? pick(DOUBLES) : random.nextDouble(-1e6, 1e6);
      case DECIMAL -> decimal(type, isEdge);
      case STRING -> isEdge ? pick(STRINGS) : "string " + random.nextInt(500);
      case INSTANT -> isEdge ? pick(INSTANTS) : instant();
      case DATE -> isEdge ? pick(DATES) : LocalDate.ofEpochDay(random.nextInt(-400, 400));
      case DURATION -> Duration.of(random.nextLong(-1L << 40, 1L << 40), ChronoUnit.MICROS);
      case BYTES -> bytes();
      case ARRAY -> list(Objects.requireNonNull(type.elementType(), "element"));
    };
  }

  /** Within three days of 1970, so that partitions of days have more than one row. */
  private Instant instant() {
    return Instant.ofEpochSecond(
        random.nextLong(-3 * DAY_SECONDS, 3 * DAY_SECONDS), random.nextInt(1_000_000) * 1000L);
  }

  private BigDecimal decimal(Type type, boolean isEdge) {
    BigInteger unscaled = isEdge ? greatest(type) : BigInteger.valueOf(random.nextInt(1000));
    return new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), type.scale());
  }

  private byte[] bytes() {
    byte[] bytes = new byte[random.nextInt(30)];
    random.nextBytes(bytes);
    return bytes;
  }

  private List<@Nullable Object> list(Type element) {
    List<@Nullable Object> list = new ArrayList<>();
    int size = random.nextInt(4);
    for (int i = 0; i < size; i++) {
      list.add(random.nextInt(NULLS) == 0 ? null : value(element));
    }
    return list;
  }
}
