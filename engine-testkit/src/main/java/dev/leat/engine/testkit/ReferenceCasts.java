package dev.leat.engine.testkit;

import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.regex.Pattern;

/** The conversions that a cast makes. */
final class ReferenceCasts {
  private static final int MAX_TEXT_SCALE = 100;
  private static final Pattern FLOATING =
      Pattern.compile("[+-]?([0-9]+(\\.[0-9]+)?|\\.[0-9]+)([eE][+-]?[0-9]+)?|NaN|-?Infinity");

  private ReferenceCasts() {}

  static Object cast(Object value, Type from, Type to) {
    if (from.equals(to)) {
      return value;
    }
    if (to.kind() == Type.Kind.STRING) {
      return toText(value);
    }
    if (from.kind() == Type.Kind.STRING) {
      return parse(ReferenceStrings.trim((String) value), to);
    }
    if (value instanceof Instant instant) {
      return ReferenceTimes.day(instant);
    }
    if (value instanceof LocalDate date) {
      return ReferenceTimes.midnight(date);
    }
    if (value instanceof Boolean bool) {
      return number(BigDecimal.valueOf(bool ? 1 : 0), to);
    }
    if (from.isFloating()) {
      return floating(((Number) value).doubleValue(), to);
    }
    return switch (to.kind()) {
      case FLOAT -> ReferenceValues.canonical(((Number) value).floatValue());
      case DOUBLE -> ReferenceValues.canonical(((Number) value).doubleValue());
      default -> number(ReferenceNumbers.exact(value), to);
    };
  }

  private static String toText(Object value) {
    return value instanceof BigDecimal decimal ? decimal.toPlainString() : value.toString();
  }

  private static Object floating(double value, Type to) {
    switch (to.kind()) {
      case FLOAT -> {
        return ReferenceValues.canonical((float) value);
      }
      case DOUBLE -> {
        return ReferenceValues.canonical(value);
      }
      default -> {
        if (!Double.isFinite(value)) {
          throw new RowError("not a number of " + to + ": " + value);
        }
        return number(
            to.kind() == Type.Kind.DECIMAL
                ? new BigDecimal(Double.toString(value))
                : new BigDecimal(value),
            to);
      }
    }
  }

  /** An exact number as an integer, cut towards zero, or as a decimal, rounded. */
  private static Object number(BigDecimal value, Type to) {
    if (to.kind() == Type.Kind.DECIMAL) {
      return ReferenceNumbers.fit(value, to);
    }
    BigInteger whole = value.setScale(0, RoundingMode.DOWN).toBigIntegerExact();
    return to.kind() == Type.Kind.INT
        ? (Object) whole.intValueExact()
        : (Object) whole.longValueExact();
  }

  private static Object parse(String text, Type to) {
    try {
      return switch (to.kind()) {
        case BOOLEAN -> parseBoolean(text);
        case INT -> Integer.parseInt(text);
        case LONG -> Long.parseLong(text);
        case FLOAT -> ReferenceValues.canonical(Float.parseFloat(floatingText(text)));
        case DOUBLE -> ReferenceValues.canonical(Double.parseDouble(floatingText(text)));
        case DECIMAL -> parseDecimal(text, to);
        case INSTANT -> ReferenceTimes.fit(parseInstant(text));
        case DATE -> LocalDate.parse(text);
        case DURATION -> ReferenceTimes.fit(Duration.parse(text));
        default -> throw new IllegalArgumentException("no cast of strings to " + to);
      };
    } catch (NumberFormatException e) {
      throw new RowError("not of " + to + ": '" + text + "'", e);
    }
  }

  private static boolean parseBoolean(String text) {
    if (text.equalsIgnoreCase("true")) {
      return true;
    }
    if (text.equalsIgnoreCase("false")) {
      return false;
    }
    throw new RowError("not a boolean: '" + text + "'");
  }

  private static String floatingText(String text) {
    if (!FLOATING.matcher(text).matches()) {
      throw new RowError("not a number: '" + text + "'");
    }
    return text;
  }

  private static BigDecimal parseDecimal(String text, Type to) {
    BigDecimal value = new BigDecimal(text);
    if (value.scale() > MAX_TEXT_SCALE || value.scale() < -MAX_TEXT_SCALE) {
      throw new RowError("the exponent is too large: '" + text + "'");
    }
    return ReferenceNumbers.fit(value, to);
  }

  private static Instant parseInstant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      return OffsetDateTime.parse(text).toInstant();
    }
  }
}
