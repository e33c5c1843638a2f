package dev.leat.engine.plan;

import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The type of a column or an expression. Every type is nullable; whether a column may be null is
 * said by its {@link Field}.
 *
 * @param kind what kind of value
 * @param precision for decimals the number of digits, 1 to 38; otherwise 0
 * @param scale for decimals the digits behind the point, 0 to precision; otherwise 0
 * @param element for arrays the type of an element; otherwise null
 */
public record Type(Kind kind, int precision, int scale, @Nullable Type element) {

  /** The kinds of value. */
  public enum Kind {
    BOOLEAN,
    /** 32-bit signed integer. */
    INT,
    /** 64-bit signed integer. */
    LONG,
    /** IEEE 754 single precision. */
    FLOAT,
    /** IEEE 754 double precision. */
    DOUBLE,
    /** Exact decimal of at most 38 digits. */
    DECIMAL,
    STRING,
    /** A point in time, UTC, in microseconds. */
    INSTANT,
    /** A calendar day. */
    DATE,
    /** A length of time in microseconds. */
    DURATION,
    BYTES,
    ARRAY
  }

  /** The greatest number of digits a decimal may have. */
  public static final int MAX_PRECISION = 38;

  /** The greatest precision at which every unscaled value fits a 64-bit word. */
  public static final int MAX_WORD_PRECISION = 18;

  public static final Type BOOLEAN = of(Kind.BOOLEAN);
  public static final Type INT = of(Kind.INT);
  public static final Type LONG = of(Kind.LONG);
  public static final Type FLOAT = of(Kind.FLOAT);
  public static final Type DOUBLE = of(Kind.DOUBLE);
  public static final Type STRING = of(Kind.STRING);
  public static final Type INSTANT = of(Kind.INSTANT);
  public static final Type DATE = of(Kind.DATE);
  public static final Type DURATION = of(Kind.DURATION);
  public static final Type BYTES = of(Kind.BYTES);

  public Type {
    Objects.requireNonNull(kind, "kind");
    if (kind == Kind.DECIMAL
        && (precision < 1 || precision > MAX_PRECISION || scale < 0 || scale > precision)) {
      throw new IllegalArgumentException(
          "a decimal has 1 to 38 digits and a scale of 0 to that: precision="
              + precision
              + " scale="
              + scale);
    }
    if (kind != Kind.DECIMAL && (precision != 0 || scale != 0)) {
      throw new IllegalArgumentException("only decimals have precision and scale: kind=" + kind);
    }
    if ((kind == Kind.ARRAY) != (element != null)) {
      throw new IllegalArgumentException("arrays, and only arrays, have an element type: " + kind);
    }
  }

  private static Type of(Kind kind) {
    return new Type(kind, 0, 0, null);
  }

  /**
   * An exact decimal.
   *
   * @param precision number of digits, 1 to 38
   * @param scale digits behind the point, 0 to {@code precision}
   */
  public static Type decimal(int precision, int scale) {
    return new Type(Kind.DECIMAL, precision, scale, null);
  }

  /** An array with elements of a type. */
  public static Type array(Type element) {
    return new Type(Kind.ARRAY, 0, 0, Objects.requireNonNull(element, "element"));
  }

  /** Is it one of the numbers: int, long, float, double or decimal? */
  public boolean isNumeric() {
    return isInteger() || isFloating() || kind == Kind.DECIMAL;
  }

  /** Is it int or long? */
  public boolean isInteger() {
    return kind == Kind.INT || kind == Kind.LONG;
  }

  /** Is it float or double? */
  public boolean isFloating() {
    return kind == Kind.FLOAT || kind == Kind.DOUBLE;
  }

  /**
   * Is a value kept as a code that stands for an object (strings, bytes, arrays, decimals of more
   * than 18 digits), and not in the word itself?
   */
  public boolean isEncoded() {
    return switch (kind) {
      case STRING, BYTES, ARRAY -> true;
      case DECIMAL -> precision > MAX_WORD_PRECISION;
      default -> false;
    };
  }

  /** The type of an array's elements. */
  public Type elementType() {
    if (element == null) {
      throw new IllegalStateException("not an array: " + this);
    }
    return element;
  }

  /** Its text is in logs, too: see the format of the log before changing it. */
  @Override
  public String toString() {
    return switch (kind) {
      case DECIMAL -> "decimal(" + precision + "," + scale + ")";
      case ARRAY -> "array<" + element + ">";
      default -> kind.name().toLowerCase(Locale.ROOT);
    };
  }
}
