package dev.leat.engine.plan;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which Java class stands for which type. The one home of that table; decimals and arrays have more
 * than a class to them.
 */
public final class JavaTypes {
  private static final Duration MIN_MICROS = Duration.of(Long.MIN_VALUE, ChronoUnit.MICROS);
  private static final Duration PAST_MICROS =
      Duration.of(Long.MAX_VALUE, ChronoUnit.MICROS).plus(1, ChronoUnit.MICROS);
  private static final Map<Class<?>, Type> BY_CLASS =
      Map.ofEntries(
          Map.entry(boolean.class, Type.BOOLEAN),
          Map.entry(Boolean.class, Type.BOOLEAN),
          Map.entry(int.class, Type.INT),
          Map.entry(Integer.class, Type.INT),
          Map.entry(long.class, Type.LONG),
          Map.entry(Long.class, Type.LONG),
          Map.entry(float.class, Type.FLOAT),
          Map.entry(Float.class, Type.FLOAT),
          Map.entry(double.class, Type.DOUBLE),
          Map.entry(Double.class, Type.DOUBLE),
          Map.entry(String.class, Type.STRING),
          Map.entry(Instant.class, Type.INSTANT),
          Map.entry(LocalDate.class, Type.DATE),
          Map.entry(Duration.class, Type.DURATION),
          Map.entry(byte[].class, Type.BYTES));

  private JavaTypes() {}

  /** The type that a class stands for, or null where there is none. */
  public static @Nullable Type typeOf(Class<?> javaClass) {
    return BY_CLASS.get(javaClass);
  }

  /** The class of the values of a type, boxed. */
  public static Class<?> classOf(Type type) {
    return switch (type.kind()) {
      case BOOLEAN -> Boolean.class;
      case INT -> Integer.class;
      case LONG -> Long.class;
      case FLOAT -> Float.class;
      case DOUBLE -> Double.class;
      case DECIMAL -> BigDecimal.class;
      case STRING -> String.class;
      case INSTANT -> Instant.class;
      case DATE -> LocalDate.class;
      case DURATION -> Duration.class;
      case BYTES -> byte[].class;
      case ARRAY -> List.class;
    };
  }

  /**
   * The type of a value.
   *
   * @throws IllegalArgumentException if no type has such values
   */
  public static Type typeOf(Object value) {
    if (value instanceof BigDecimal decimal) {
      int scale = Math.max(0, decimal.scale());
      long precision = Math.max((long) decimal.precision() - decimal.scale() + scale, scale);
      if (precision > Type.MAX_PRECISION) {
        throw new IllegalArgumentException(
            "a decimal has at most " + Type.MAX_PRECISION + " digits: value=" + decimal);
      }
      return Type.decimal(Math.max(1, (int) precision), scale);
    }
    if (value instanceof List<?> list && !list.isEmpty() && list.get(0) != null) {
      return Type.array(typeOf(list.get(0)));
    }
    Type type = typeOf(value.getClass());
    if (type == null) {
      throw new IllegalArgumentException(
          "no column type for values of "
              + value.getClass().getName()
              + "; use a boolean, int, long, float, double, BigDecimal, String, Instant, LocalDate,"
              + " Duration, byte[] or a List of one of these");
    }
    return type;
  }

  /**
   * Checks that a value is one of a type.
   *
   * @throws IllegalArgumentException if it is of another class, or does not fit the type
   */
  public static void check(@Nullable Object value, Type type) {
    if (value == null) {
      return;
    }
    boolean fits = classOf(type).isInstance(value);
    if (fits && value instanceof BigDecimal decimal) {
      fits =
          decimal.scale() <= type.scale()
              && (decimal.signum() == 0
                  || (long) decimal.precision() - decimal.scale()
                      <= type.precision() - type.scale());
    } else if (fits && value instanceof Instant instant) {
      fits = fitsMicros(Duration.between(Instant.EPOCH, instant));
    } else if (fits && value instanceof Duration duration) {
      fits = fitsMicros(duration);
    } else if (fits && value instanceof List<?> list) {
      list.forEach(element -> check(element, type.elementType()));
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "not a value of " + type + ": " + value + " (" + value.getClass().getSimpleName() + ")");
    }
  }

  private static boolean fitsMicros(Duration duration) {
    return duration.compareTo(MIN_MICROS) >= 0 && duration.compareTo(PAST_MICROS) < 0;
  }

  /** A value that nobody else can change: the value itself, but bytes and lists copied. */
  static @Nullable Object copy(@Nullable Object value) {
    if (value instanceof byte[] bytes) {
      return bytes.clone();
    }
    if (value instanceof List<?> elements) {
      List<@Nullable Object> copies = new ArrayList<>();
      elements.forEach(element -> copies.add(copy(element)));
      return Collections.unmodifiableList(copies);
    }
    return value;
  }

  /** A value as it is written in messages: arrays by their elements, bytes in hexadecimal. */
  public static String text(@Nullable Object value) {
    if (value instanceof byte[] bytes) {
      return "x'" + HexFormat.of().formatHex(bytes) + "'";
    }
    return value instanceof List<?> elements
        ? elements.stream().map(JavaTypes::text).toList().toString()
        : String.valueOf(value);
  }
}
