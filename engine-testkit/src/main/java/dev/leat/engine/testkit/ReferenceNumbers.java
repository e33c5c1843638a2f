package dev.leat.engine.testkit;

import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Arithmetic, rounding, and the conversions between numbers that happen without a cast. */
final class ReferenceNumbers {
  private ReferenceNumbers() {}

  /**
   * A decimal at the scale of its type, rounded half away from zero; too many digits are an error
   * of the row.
   */
  static BigDecimal fit(BigDecimal value, Type type) {
    BigDecimal scaled = value.setScale(type.scale(), RoundingMode.HALF_UP);
    if (scaled.precision() > type.precision()) {
      throw new RowError("too many digits for " + type + ": " + value);
    }
    return scaled;
  }

  /** The value of an int, long or decimal. */
  static BigDecimal exact(Object number) {
    return number instanceof BigDecimal decimal
        ? decimal
        : BigDecimal.valueOf(((Number) number).longValue());
  }

  private static double floating(Object number) {
    return ((Number) number).doubleValue();
  }

  private static long integer(Object number) {
    return ((Number) number).longValue();
  }

  /** A value in the common type of several, see {@link dev.leat.engine.plan.TypeRules#common}. */
  static @Nullable Object convert(@Nullable Object value, Type from, Type to) {
    if (value == null || from.equals(to)) {
      return value;
    }
    return switch (to.kind()) {
      case LONG -> integer(value);
      case DOUBLE -> ReferenceValues.canonical(floating(value));
      case DECIMAL -> fit(exact(value), to);
      default -> throw new IllegalArgumentException("no conversion from " + from + " to " + to);
    };
  }

  static Object arithmetic(Op op, Object a, Object b, Type result) {
    return switch (result.kind()) {
      case LONG -> integers(op, integer(a), integer(b));
      case DOUBLE -> ReferenceValues.canonical(doubles(op, floating(a), floating(b)));
      default -> fit(decimals(op, exact(a), exact(b), result), result);
    };
  }

  private static long integers(Op op, long a, long b) {
    return switch (op) {
      case ADD -> Math.addExact(a, b);
      case SUBTRACT -> Math.subtractExact(a, b);
      case MULTIPLY -> Math.multiplyExact(a, b);
      case DIVIDE -> divide(a, b);
      case MODULO -> a % b;
      default -> throw new IllegalArgumentException("not arithmetic: " + op);
    };
  }

  /** The quotient cut towards zero; an error for zero, and where it does not fit. */
  static long divide(long a, long b) {
    if (a == Long.MIN_VALUE && b == -1) {
      throw new RowError("long overflow");
    }
    return a / b;
  }

  private static double doubles(Op op, double a, double b) {
    if ((op == Op.DIVIDE || op == Op.MODULO) && b == 0) {
      throw new RowError("division by zero");
    }
    return switch (op) {
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case DIVIDE -> a / b;
      case MODULO -> a % b;
      default -> throw new IllegalArgumentException("not arithmetic: " + op);
    };
  }

  private static BigDecimal decimals(Op op, BigDecimal a, BigDecimal b, Type result) {
    return switch (op) {
      case ADD -> a.add(b);
      case SUBTRACT -> a.subtract(b);
      case MULTIPLY -> a.multiply(b);
      case DIVIDE -> a.divide(b, result.scale(), RoundingMode.HALF_UP);
      case MODULO -> a.remainder(b);
      default -> throw new IllegalArgumentException("not arithmetic: " + op);
    };
  }

  /** The negated or the absolute value. */
  static Object signed(Op op, Object value, Type result) {
    return switch (result.kind()) {
      case LONG -> signed(op, integer(value));
      case DOUBLE ->
          ReferenceValues.canonical(op == Op.ABS ? Math.abs(floating(value)) : -floating(value));
      case DECIMAL -> op == Op.ABS ? exact(value).abs() : exact(value).negate();
      case DURATION ->
          ReferenceValues.duration(signed(op, ReferenceValues.micros((Duration) value)));
      default -> throw new IllegalArgumentException("no sign: " + result);
    };
  }

  private static long signed(Op op, long value) {
    return op == Op.ABS && value >= 0 ? value : Math.negateExact(value);
  }

  /** Rounded half away from zero; of a double, as the shortest text of it is written. */
  static Object round(Object value, int digits, Type result) {
    return switch (result.kind()) {
      case LONG -> integer(value);
      case DECIMAL -> fit(exact(value), result);
      default -> {
        double number = floating(value);
        yield Double.isFinite(number)
            ? ReferenceValues.canonical(
                new BigDecimal(Double.toString(number))
                    .setScale(digits, RoundingMode.HALF_UP)
                    .doubleValue())
            : ReferenceValues.canonical(number);
      }
    };
  }
}
