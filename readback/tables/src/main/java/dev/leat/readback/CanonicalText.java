package dev.leat.readback;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One text for each value, whatever classes an engine gives it in: two values are the same if their
 * texts are. Decimals keep their scale, fractions the sign of a zero.
 */
public final class CanonicalText {
  private CanonicalText() {}

  /**
   * The text; null of null.
   *
   * @throws IllegalArgumentException if the class is none that a value of ours comes in
   */
  public static @Nullable String of(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    if (value instanceof BigDecimal number) {
      return number.toPlainString();
    }
    if (value instanceof OffsetDateTime time) {
      return time.toInstant().toString();
    }
    if (value instanceof ZonedDateTime time) {
      return time.toInstant().toString();
    }
    if (value instanceof Duration length) {
      long whole = Math.multiplyExact(length.getSeconds(), 1_000_000L);
      return Long.toString(Math.addExact(whole, length.getNano() / 1000));
    }
    if (value instanceof byte[] bytes) {
      return HexFormat.of().formatHex(bytes);
    }
    if (value instanceof List<?> list) {
      return of(list);
    }
    if (value instanceof Boolean
        || value instanceof Number
        || value instanceof String
        || value instanceof Instant
        || value instanceof LocalDate) {
      return value.toString();
    }
    throw new IllegalArgumentException("a value of a class that is not known: " + value.getClass());
  }

  /** Elements with their lengths, so that no two lists have one text. */
  private static String of(List<?> list) {
    StringBuilder text = new StringBuilder("[");
    for (Object element : list) {
      String of = of(element);
      text.append(text.length() > 1 ? "," : "");
      text.append(of == null ? "null" : of.length() + ":" + of);
    }
    return text.append("]").toString();
  }
}
