package dev.leat.engine.testkit;

import dev.leat.engine.plan.JavaTypes;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The values of each type: their one form, their order, and how they are written and handed to user
 * functions.
 */
final class ReferenceValues {
  private static final BigInteger MICROS_PER_SECOND = BigInteger.valueOf(1_000_000);

  private ReferenceValues() {}

  /**
   * The one form of a value.
   *
   * @throws IllegalArgumentException if it is no value of the type
   */
  static @Nullable Object canonical(Type type, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    boolean isBuffer = type.kind() == Type.Kind.BYTES && value instanceof ByteBuffer;
    if (!isBuffer && !JavaTypes.classOf(type).isInstance(value)) {
      throw new IllegalArgumentException(
          "no value of its type: type=" + type + " class=" + value.getClass().getName());
    }
    return switch (type.kind()) {
      case BOOLEAN, INT, LONG, STRING, DATE -> value;
      case FLOAT -> canonical((float) value);
      case DOUBLE -> canonical((double) value);
      case DECIMAL -> fit((BigDecimal) value, type);
      case INSTANT -> instant(micros((Instant) value));
      case DURATION -> duration(micros((Duration) value));
      case BYTES -> buffer(isBuffer ? bytes(value) : ((byte[]) value).clone());
      case ARRAY -> {
        List<@Nullable Object> elements = new ArrayList<>();
        for (Object element : (List<?>) value) {
          elements.add(canonical(type.elementType(), element));
        }
        yield Collections.unmodifiableList(elements);
      }
    };
  }

  static Double canonical(double value) {
    return Double.isNaN(value) ? Double.NaN : value + 0.0;
  }

  static Float canonical(float value) {
    return Float.isNaN(value) ? Float.NaN : value + 0.0f;
  }

  /** A decimal at the scale of its type, rounded half away from zero. */
  static BigDecimal fit(BigDecimal value, Type type) {
    BigDecimal scaled = value.setScale(type.scale(), RoundingMode.HALF_UP);
    if (scaled.precision() > type.precision()) {
      throw new IllegalArgumentException("too many digits for " + type + ": " + value);
    }
    return scaled;
  }

  /** Microseconds since 1970, rounded down. */
  static long micros(Instant value) {
    return micros(value.getEpochSecond(), value.getNano());
  }

  /** The length in microseconds, rounded down. */
  static long micros(Duration value) {
    return micros(value.getSeconds(), value.getNano());
  }

  private static long micros(long seconds, int nanos) {
    BigInteger micros =
        BigInteger.valueOf(seconds)
            .multiply(MICROS_PER_SECOND)
            .add(BigInteger.valueOf(nanos / 1000));
    if (micros.bitLength() > 63) {
      throw new IllegalArgumentException(
          "does not fit 64 bits of microseconds: seconds=" + seconds);
    }
    return micros.longValue();
  }

  static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000);
  }

  static Duration duration(long micros) {
    return Duration.ofSeconds(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000);
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }

  private static byte[] bytes(Object buffer) {
    ByteBuffer copy = ((ByteBuffer) buffer).duplicate();
    byte[] bytes = new byte[copy.remaining()];
    copy.get(bytes);
    return bytes;
  }

  /** A value in the Java class of its type, as user functions get it. */
  static @Nullable Object toJava(Type type, @Nullable Object value) {
    if (value instanceof ByteBuffer) {
      return bytes(value);
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> elements = new ArrayList<>();
      for (Object element : list) {
        elements.add(toJava(type.elementType(), element));
      }
      return Collections.unmodifiableList(elements);
    }
    return value;
  }

  /** The order of the values of a type: NaN is greatest, strings by code point, bytes unsigned. */
  static int compare(Type type, Object a, Object b) {
    return switch (type.kind()) {
      case BOOLEAN -> Boolean.compare((boolean) a, (boolean) b);
      case INT -> Integer.compare((int) a, (int) b);
      case LONG -> Long.compare((long) a, (long) b);
      case FLOAT -> Float.compare((float) a, (float) b);
      case DOUBLE -> Double.compare((double) a, (double) b);
      case DECIMAL -> ((BigDecimal) a).compareTo((BigDecimal) b);
      case STRING ->
          Arrays.compare(((String) a).codePoints().toArray(), ((String) b).codePoints().toArray());
      case INSTANT -> ((Instant) a).compareTo((Instant) b);
      case DATE -> ((LocalDate) a).compareTo((LocalDate) b);
      case DURATION -> ((Duration) a).compareTo((Duration) b);
      case BYTES -> Arrays.compareUnsigned(bytes(a), bytes(b));
      case ARRAY -> compareLists(type.elementType(), (List<?>) a, (List<?>) b);
    };
  }

  /** By the first elements that differ, null being the largest; then the shorter is less. */
  private static int compareLists(Type element, List<?> a, List<?> b) {
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      int order = ReferenceOrdered.compareNullLast(element, a.get(i), b.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(a.size(), b.size());
  }

  /** A value for messages. */
  static String text(@Nullable Object value) {
    if (value instanceof ByteBuffer) {
      return "x'" + HexFormat.of().formatHex(bytes(value)) + "'";
    }
    if (value instanceof String) {
      return "'" + value + "'";
    }
    return String.valueOf(value);
  }
}
