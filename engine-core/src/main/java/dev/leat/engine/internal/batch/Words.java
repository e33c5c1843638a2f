package dev.leat.engine.internal.batch;

import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;

/**
 * What a word means, by type; the one home of that.
 *
 * <ul>
 *   <li>boolean: 0 or 1; int and long: the number; date: days since 1970-01-01; instant:
 *       microseconds since 1970-01-01T00:00Z; duration: microseconds;
 *   <li>float and double: the raw bits of the double, with one NaN and no negative zero, so that
 *       equal numbers are equal words;
 *   <li>decimal of at most 18 digits: the unscaled value;
 *   <li>string, bytes, array, wider decimal: the code of a {@link Dictionary}, in which all but
 *       strings are bytes ({@link ValueBytes}).
 * </ul>
 */
public final class Words {
  private static final long MICROS = 1_000_000L;

  private Words() {}

  /** A sum of times that stays at the greatest or least word where it would be beyond. */
  public static long saturatedSum(long a, long b) {
    long sum = a + b;
    boolean isOverflow = ((a ^ sum) & (b ^ sum)) < 0;
    return isOverflow ? (a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum;
  }

  /** The word of a double. */
  public static long ofDouble(double value) {
    // Adding zero makes negative zero positive; doubleToLongBits gives all NaNs the same bits.
    return Double.doubleToLongBits(value + 0.0);
  }

  public static double toDouble(long word) {
    return Double.longBitsToDouble(word);
  }

  /**
   * The word of an instant; parts of a microsecond are cut off downwards.
   *
   * @throws ArithmeticException if it is more than 292,000 years from 1970
   */
  public static long ofInstant(Instant instant) {
    return micros(instant.getEpochSecond(), instant.getNano() / 1000);
  }

  private static long micros(long seconds, int micros) {
    if (seconds < 0 && micros > 0) {
      // One second later, less the rest of it: the product alone may overflow where the sum does
      // not.
      return Math.addExact(Math.multiplyExact(seconds + 1, MICROS), micros - MICROS);
    }
    return Math.addExact(Math.multiplyExact(seconds, MICROS), micros);
  }

  public static Instant toInstant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1000L);
  }

  /**
   * The word of a duration; parts of a microsecond are cut off downwards.
   *
   * @throws ArithmeticException if it is longer than 292,000 years
   */
  public static long ofDuration(Duration duration) {
    return micros(duration.getSeconds(), duration.getNano() / 1000);
  }

  public static Duration toDuration(long micros) {
    return Duration.ofSeconds(Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1000L);
  }

  /**
   * Brings a decimal to the scale of its type, rounding half away from zero.
   *
   * @throws ArithmeticException if it has too many digits for the type
   */
  public static BigDecimal fit(Type type, BigDecimal value) {
    if (value.precision() - (long) value.scale() > type.precision() - type.scale()
        && value.signum() != 0) {
      throw tooWide(type, value);
    }
    if (value.signum() == 0 || value.precision() - (long) value.scale() < -type.scale()) {
      // Less than a tenth of the last digit. Its own zeros may be millions, so it is not rescaled.
      return BigDecimal.ZERO.setScale(type.scale());
    }
    BigDecimal scaled = value.setScale(type.scale(), RoundingMode.HALF_UP);
    if (scaled.precision() > type.precision() && scaled.signum() != 0) {
      throw tooWide(type, value);
    }
    return scaled;
  }

  private static ArithmeticException tooWide(Type type, BigDecimal value) {
    return new ArithmeticException(
        "a number of " + value.precision() + " digits does not fit " + type);
  }

  /** The word of a decimal that was brought to its type by {@link #fit}. */
  public static long ofDecimal(Type type, BigDecimal fitted, Dictionary dictionary) {
    return type.isEncoded()
        ? dictionary.intern(fitted.unscaledValue().toByteArray())
        : fitted.unscaledValue().longValueExact();
  }

  /** The decimal of a word. */
  public static BigDecimal toDecimal(Type type, long word, Dictionary.Values values) {
    return type.isEncoded()
        ? new BigDecimal(new BigInteger(values.bytes(word)), type.scale())
        : BigDecimal.valueOf(word, type.scale());
  }

  /**
   * The word of a Java value of the type's class.
   *
   * @throws ArithmeticException if the value does not fit the type
   * @throws ClassCastException if it is of another class
   * @throws IllegalArgumentException if half of a surrogate pair stands alone in a string
   */
  public static long of(Type type, Object value, Dictionary dictionary) {
    return switch (type.kind()) {
      case STRING -> dictionary.intern((String) value);
      case BYTES, ARRAY -> dictionary.intern(ValueBytes.encode(type, value));
      case DECIMAL -> ofDecimal(type, fit(type, (BigDecimal) value), dictionary);
      default -> ofFixed(type, value);
    };
  }

  /** The word of a Java value of a type that needs no dictionary. */
  public static long ofFixed(Type type, Object value) {
    return switch (type.kind()) {
      case BOOLEAN -> (Boolean) value ? 1 : 0;
      case INT -> (Integer) value;
      case LONG -> (Long) value;
      case FLOAT -> ofDouble((Float) value);
      case DOUBLE -> ofDouble((Double) value);
      case DECIMAL -> fit(type, (BigDecimal) value).unscaledValue().longValueExact();
      case INSTANT -> ofInstant((Instant) value);
      case DATE -> ((LocalDate) value).toEpochDay();
      case DURATION -> ofDuration((Duration) value);
      case STRING, BYTES, ARRAY -> throw new IllegalArgumentException("not fixed: " + type);
    };
  }

  /** The Java value of a word that is not null. */
  public static Object toObject(Type type, long word, Dictionary.Values values) {
    return switch (type.kind()) {
      case STRING -> values.string(word);
      case BYTES, ARRAY -> ValueBytes.decode(type, values.bytes(word));
      case DECIMAL -> toDecimal(type, word, values);
      default -> toFixedObject(type, word);
    };
  }

  /** The Java value of a word of a type that needs no dictionary. */
  public static Object toFixedObject(Type type, long word) {
    return switch (type.kind()) {
      case BOOLEAN -> word != 0;
      case INT -> (int) word;
      case LONG -> word;
      case FLOAT -> (float) toDouble(word);
      case DOUBLE -> toDouble(word);
      case DECIMAL -> BigDecimal.valueOf(word, type.scale());
      case INSTANT -> toInstant(word);
      case DATE -> LocalDate.ofEpochDay(word);
      case DURATION -> toDuration(word);
      case STRING, BYTES, ARRAY -> throw new IllegalArgumentException("not fixed: " + type);
    };
  }

  /**
   * Orders two words of a type, neither of them null, by value: strings by code point, bytes
   * unsigned, NaN largest, arrays by their first elements that differ, of which null is the
   * largest.
   */
  public static int compare(Type type, long a, long b, Dictionary.Values values) {
    if (a == b) {
      return 0;
    }
    return switch (type.kind()) {
      case FLOAT, DOUBLE -> Double.compare(toDouble(a), toDouble(b));
      case STRING -> compareStrings(values.string(a), values.string(b));
      case BYTES -> java.util.Arrays.compareUnsigned(values.bytes(a), values.bytes(b));
      case DECIMAL ->
          type.isEncoded()
              ? toDecimal(type, a, values).compareTo(toDecimal(type, b, values))
              : Long.compare(a, b);
      case ARRAY -> ArrayBytes.compare(type.elementType(), values.bytes(a), values.bytes(b));
      default -> Long.compare(a, b);
    };
  }

  /**
   * Orders strings by code point, as UTF-8 bytes would be: {@code compareTo} puts U+E000 to U+FFFF
   * behind what is beyond.
   */
  public static int compareStrings(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean bothHigh = x >= Character.MIN_SURROGATE && y >= Character.MIN_SURROGATE;
        if (bothHigh && Character.isSurrogate(x) != Character.isSurrogate(y)) {
          return Character.isSurrogate(x) ? 1 : -1;
        }
        return Character.compare(x, y);
      }
    }
    return Integer.compare(a.length(), b.length());
  }
}
