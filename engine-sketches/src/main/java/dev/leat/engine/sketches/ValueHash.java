package dev.leat.engine.sketches;

import com.dynatrace.hash4j.hashing.HashStream64;
import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hashes values, the same in each engine, version and process: of what a value is, not of a code
 * that stands for it. Equal values of a type have equal hashes. Komihash 5.0, whose results are
 * fixed by its specification.
 */
final class ValueHash {
  private static final Hasher64 HASHER = Hashing.komihash5_0();

  private ValueHash() {}

  /** The hash of a value of the Java class of a column's type. */
  static long of(Object value) {
    if (value instanceof String text) {
      return HASHER.hashCharsToLong(text);
    }
    if (value instanceof byte[] bytes) {
      return HASHER.hashBytesToLong(bytes);
    }
    if (value instanceof List<?> || value instanceof BigDecimal) {
      HashStream64 stream = HASHER.hashStream();
      put(value, stream);
      return stream.getAsLong();
    }
    return HASHER.hashLongToLong(number(value));
  }

  private static void put(@Nullable Object value, HashStream64 stream) {
    if (value == null) {
      stream.putByte((byte) 0);
      return;
    }
    stream.putByte((byte) 1);
    if (value instanceof List<?> elements) {
      elements.forEach(element -> put(element, stream));
      stream.putInt(elements.size());
    } else if (value instanceof String text) {
      stream.putString(text);
    } else if (value instanceof byte[] bytes) {
      stream.putByteArray(bytes);
    } else if (value instanceof BigDecimal decimal) {
      // Those of a column have one scale.
      stream.putByteArray(decimal.unscaledValue().toByteArray()).putInt(decimal.scale());
    } else {
      stream.putLong(number(value));
    }
  }

  private static long number(Object value) {
    if (value instanceof Double || value instanceof Float) {
      // One zero, one NaN.
      return Double.doubleToLongBits(((Number) value).doubleValue() + 0.0);
    }
    if (value instanceof Number number) {
      return number.longValue();
    }
    if (value instanceof Boolean truth) {
      return truth ? 1 : 0;
    }
    if (value instanceof Instant instant) {
      return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1000;
    }
    if (value instanceof Duration duration) {
      return duration.getSeconds() * 1_000_000 + duration.getNano() / 1000;
    }
    if (value instanceof LocalDate date) {
      return date.toEpochDay();
    }
    throw new IllegalArgumentException("no column has values of " + value.getClass().getName());
  }
}
