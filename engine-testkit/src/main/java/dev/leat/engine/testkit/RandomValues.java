package dev.leat.engine.testkit;

import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Picks values from small domains, so that rows collide, with the ends of each type's range among
 * them. Values come as a program would write them: a decimal may have fewer digits behind the point
 * than its type, a zero may be negative.
 */
class RandomValues {
  private static final int RARE_PERCENT = 12;
  private static final int NULL_PERCENT = 12;

  private static final List<Object> INTS = List.of(0, 1, 2, 3, -1, 7);
  private static final List<Object> RARE_INTS = List.of(Integer.MAX_VALUE, Integer.MIN_VALUE, 100);
  private static final List<Object> LONGS = List.of(0L, 1L, 2L, 3L, -1L, 10L);
  private static final List<Object> RARE_LONGS =
      List.of(Long.MAX_VALUE, Long.MIN_VALUE, (1L << 53) + 1, -(1L << 53) - 1, 4_000_000_000L);
  private static final List<Object> FLOATS = List.of(0f, 1f, -1f, 1.5f, 0.1f, 2f);
  private static final List<Object> RARE_FLOATS =
      List.of(-0f, Float.NaN, Float.POSITIVE_INFINITY, Float.MAX_VALUE, Float.MIN_VALUE, 16777216f);
  private static final List<Object> DOUBLES = List.of(0.0, 1.0, -1.0, 1.5, 0.1, 2.5, 1e16);
  private static final List<Object> RARE_DOUBLES =
      List.of(
          -0.0,
          Double.NaN,
          Double.longBitsToDouble(0x7ff8_0000_0000_0001L),
          Double.POSITIVE_INFINITY,
          Double.NEGATIVE_INFINITY,
          Double.MAX_VALUE,
          Double.MIN_VALUE,
          9.007199254740992e15,
          -1e16,
          2.675);
  private static final List<Object> STRINGS = List.of("", "a", "b", "ab", "A", "1", "-2.5");
  private static final List<Object> RARE_STRINGS =
      List.of(
          " a ",
          "\t",
          "a%b",
          "a_b",
          "\\",
          "true",
          "1e3",
          "NaN",
          "2026-04-01",
          "PT1.5S",
          "2026-04-01T09:00:00.5Z",
          "\u00df",
          "e\u0301",
          "\ud83d\ude00",
          "\ud83d\ude00b",
          "\uffff",
          "9223372036854775808");
  private static final List<Object> INSTANTS =
      List.of(
          Instant.parse("2026-04-01T09:00:00Z"),
          Instant.parse("2026-04-01T09:00:30.000001Z"),
          Instant.parse("2026-04-01T09:05:00Z"),
          Instant.parse("2026-03-31T23:59:59.999999Z"),
          Instant.EPOCH);
  private static final List<Object> RARE_INSTANTS =
      List.of(
          Instant.parse("1969-12-31T23:59:59.999999Z"),
          Instant.parse("1904-02-29T12:00:00Z"),
          Instant.parse("2000-01-01T00:00:00Z"),
          ReferenceValues.instant(Long.MAX_VALUE),
          ReferenceValues.instant(Long.MIN_VALUE));
  private static final List<Object> DATES =
      List.of(
          LocalDate.parse("2026-04-01"),
          LocalDate.parse("2026-04-02"),
          LocalDate.parse("2024-02-29"),
          LocalDate.EPOCH);
  private static final List<Object> RARE_DATES =
      List.of(
          LocalDate.parse("1969-12-31"),
          LocalDate.parse("0001-01-01"),
          LocalDate.parse("-0044-03-15"),
          LocalDate.parse("+12345-01-01"));
  private static final List<Object> DURATIONS =
      List.of(
          Duration.ZERO,
          Duration.ofSeconds(1),
          Duration.ofMinutes(30),
          Duration.ofNanos(-1000),
          Duration.ofDays(1));
  private static final List<Object> RARE_DURATIONS =
      List.of(
          ReferenceValues.duration(Long.MAX_VALUE),
          ReferenceValues.duration(Long.MIN_VALUE),
          Duration.ofMillis(-1500));
  private static final List<Object> BYTES =
      List.of(new byte[0], new byte[] {1}, new byte[] {-1}, new byte[] {1, 2});
  private static final List<Object> RARE_BYTES =
      List.of(new byte[] {0}, new byte[] {127}, new byte[] {-128, 0}, new byte[20]);

  private final RandomGenerator random;

  RandomValues(RandomGenerator random) {
    this.random = random;
  }

  boolean percent(int chance) {
    return random.nextInt(100) < chance;
  }

  <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  /** A row of a schema. */
  List<@Nullable Object> row(Schema schema) {
    List<@Nullable Object> row = new ArrayList<>();
    for (Field field : schema.fields()) {
      row.add(value(field));
    }
    return row;
  }

  /** A value of a column, seldom null where it may be. */
  @Nullable Object value(Field field) {
    return field.nullable() && percent(NULL_PERCENT) ? null : value(field.type());
  }

  /** A value of a type, mostly one of a few. */
  Object value(Type type) {
    boolean isRare = percent(RARE_PERCENT);
    return switch (type.kind()) {
      case BOOLEAN -> random.nextBoolean();
      case INT -> pick(isRare ? RARE_INTS : INTS);
      case LONG -> pick(isRare ? RARE_LONGS : LONGS);
      case FLOAT -> pick(isRare ? RARE_FLOATS : FLOATS);
      case DOUBLE -> pick(isRare ? RARE_DOUBLES : DOUBLES);
      case DECIMAL -> decimal(type, isRare);
      case STRING -> pick(isRare ? RARE_STRINGS : STRINGS);
      case INSTANT -> pick(isRare ? RARE_INSTANTS : INSTANTS);
      case DATE -> pick(isRare ? RARE_DATES : DATES);
      case DURATION -> pick(isRare ? RARE_DURATIONS : DURATIONS);
      case BYTES -> ((byte[]) pick(isRare ? RARE_BYTES : BYTES)).clone();
      case ARRAY -> {
        List<Object> elements = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
          elements.add(value(type.elementType()));
        }
        yield List.copyOf(elements);
      }
    };
  }

  private BigDecimal decimal(Type type, boolean isRare) {
    BigInteger limit = BigInteger.TEN.pow(type.precision());
    BigInteger unscaled;
    if (isRare) {
      BigInteger greatest = limit.subtract(BigInteger.ONE);
      unscaled = random.nextBoolean() ? greatest : greatest.negate();
    } else {
      BigInteger unit = BigInteger.TEN.pow(type.scale());
      BigInteger small =
          switch (random.nextInt(6)) {
            case 0 -> BigInteger.ZERO;
            case 1 -> unit;
            case 2 -> unit.negate();
            case 3 -> BigInteger.ONE;
            case 4 -> unit.add(unit.shiftRight(1));
            default -> unit.multiply(BigInteger.TWO);
          };
      unscaled = small.remainder(limit);
    }
    return rewritten(new BigDecimal(unscaled, type.scale()));
  }

  /** An equal decimal, maybe of another scale. */
  private BigDecimal rewritten(BigDecimal value) {
    if (random.nextBoolean()) {
      return value;
    }
    BigDecimal stripped = value.stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }

  /**
   * The values of a canonical row as a program would write them, maybe in another of their forms.
   */
  List<@Nullable Object> written(Schema schema, ReferenceRow row) {
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = 0; i < schema.size(); i++) {
      Object value = ReferenceValues.toJava(schema.field(i).type(), row.value(i));
      if (value instanceof BigDecimal decimal) {
        values.add(rewritten(decimal));
      } else if (value instanceof Double number && number == 0 && random.nextBoolean()) {
        values.add(-0.0);
      } else {
        values.add(value);
      }
    }
    return values;
  }
}
