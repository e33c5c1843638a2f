package dev.leat.engine.internal.json;

import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns the JSON values of one field into its column's; both ways of reading a line end here, so
 * they cannot differ in it.
 *
 * <ul>
 *   <li>boolean: true or false; int and long: a number without point and exponent;
 *   <li>float, double: any number, rounded to the nearest; rejected if that is infinite;
 *   <li>decimal: a number, or a string that holds nothing else, that fits without rounding;
 *   <li>string: a string; bytes: a string in padded base64 (RFC 4648, section 4);
 *   <li>instant, date: see {@link TimeText}; duration: a string that {@link Duration#parse} reads;
 *   <li>array: an array of the element type's values and nulls.
 * </ul>
 */
final class FieldDecoder {
  private static final int MAX_DURATION_BYTES = 64;

  private final int column;
  private final String label;
  private final Type type;
  private final Type.Kind kind;
  private final boolean isNullable;
  private final JsonLimits limits;
  private final NumberText held = new NumberText();

  /** A decoder into the column of an index. */
  FieldDecoder(int column, Field field, JsonLimits limits) {
    this.column = column;
    label = label(field.name());
    type = field.type();
    kind = type.kind();
    isNullable = field.nullable();
    this.limits = limits;
  }

  /** How reasons name a field. */
  static String label(String name) {
    return "field " + BadRow.quote(name);
  }

  Type type() {
    return type;
  }

  boolean isNullable() {
    return isNullable;
  }

  /** Sets the column to null, if it may be. */
  void setNull(StagedRows rows) throws BadRow {
    if (!isNullable) {
      throw new BadRow(label + " is null");
    }
    rows.setNull(column);
  }

  /** Sets the column to null because the row does not have the field. */
  void setMissing(StagedRows rows) throws BadRow {
    if (!isNullable) {
      throw new BadRow(label + " is missing");
    }
    rows.setNull(column);
  }

  /** Sets the column to a string's value; the text is valid UTF-8, without quotes and escapes. */
  void setText(byte[] text, int from, int to, StagedRows rows) throws BadRow {
    if (kind == Type.Kind.STRING) {
      checkLength(to - from);
      rows.setUtf8(column, text, from, to);
    } else if (type.isEncoded()) {
      rows.setObject(column, encodedOfText(type, text, from, to));
    } else {
      rows.setWord(column, wordOfText(type, text, from, to));
    }
  }

  void setNumber(NumberText number, StagedRows rows) throws BadRow {
    if (type.isEncoded()) {
      rows.setObject(column, encodedOfNumber(type, number));
    } else {
      rows.setWord(column, wordOfNumber(type, number));
    }
  }

  void setBoolean(boolean value, StagedRows rows) throws BadRow {
    if (kind != Type.Kind.BOOLEAN) {
      throw mismatch(type, Boolean.toString(value));
    }
    rows.setWord(column, value ? 1 : 0);
  }

  void setArray(List<@Nullable Object> elements, StagedRows rows) {
    rows.setObject(column, elements);
  }

  /** An array's element that is a string. */
  Object elementOfText(Type element, byte[] text, int from, int to) throws BadRow {
    return element.isEncoded()
        ? encodedOfText(element, text, from, to)
        : Words.toFixedObject(element, wordOfText(element, text, from, to));
  }

  /** An array's element that is a number. */
  Object elementOfNumber(Type element, NumberText number) throws BadRow {
    return element.isEncoded()
        ? encodedOfNumber(element, number)
        : Words.toFixedObject(element, wordOfNumber(element, number));
  }

  /** An array's element that is true or false. */
  Object elementOfBoolean(Type element, boolean value) throws BadRow {
    if (element.kind() != Type.Kind.BOOLEAN) {
      throw mismatch(element, Boolean.toString(value));
    }
    return value;
  }

  /** Says that a value is of the wrong kind. */
  BadRow mismatch(Type wanted, String found) {
    return new BadRow(label + ": not " + describe(wanted) + ": " + found);
  }

  private static String describe(Type type) {
    return switch (type.kind()) {
      case BOOLEAN -> "true or false";
      case INT, LONG -> "a number without point and exponent";
      case FLOAT, DOUBLE -> "a number";
      case DECIMAL -> "a number or a string that holds one";
      case STRING -> "a string";
      case INSTANT -> "an instant with an offset";
      case DATE -> "a date like 2026-04-01";
      case DURATION -> "a duration like PT1H30M";
      case BYTES -> "a string in base64";
      case ARRAY -> "an array";
    };
  }

  private BadRow badText(Type wanted, byte[] text, int from, int to) {
    // Four bytes at most make a character, and a cut through the last one is not shown.
    int end = Math.min(to, from + 4 * BadRow.MAX_QUOTE + 4);
    String start = new String(text, from, end - from, StandardCharsets.UTF_8);
    return mismatch(wanted, BadRow.quote(start));
  }

  private BadRow doesNotFit(Type wanted, NumberText number) {
    return new BadRow(
        label + ": does not fit " + wanted + ": " + BadRow.shorten(number.toString()));
  }

  private long wordOfText(Type wanted, byte[] text, int from, int to) throws BadRow {
    checkLength(to - from);
    switch (wanted.kind()) {
      case INSTANT -> {
        long micros = TimeText.micros(text, from, to);
        if (micros != TimeText.INVALID) {
          return micros;
        }
      }
      case DATE -> {
        long day = TimeText.epochDay(text, from, to);
        if (day != TimeText.INVALID) {
          return day;
        }
      }
      case DURATION -> {
        Duration duration = duration(text, from, to);
        if (duration != null) {
          return duration(duration);
        }
      }
      case DECIMAL -> {
        if (isNumber(text, from, to)) {
          return wordOfNumber(wanted, held);
        }
      }
      default -> {}
    }
    throw badText(wanted, text, from, to);
  }

  private Object encodedOfText(Type wanted, byte[] text, int from, int to) throws BadRow {
    checkLength(to - from);
    switch (wanted.kind()) {
      case STRING -> {
        return new String(text, from, to - from, StandardCharsets.UTF_8);
      }
      case BYTES -> {
        byte[] bytes = base64(text, from, to);
        if (bytes != null) {
          return bytes;
        }
      }
      case DECIMAL -> {
        if (isNumber(text, from, to)) {
          return encodedOfNumber(wanted, held);
        }
      }
      default -> {}
    }
    throw badText(wanted, text, from, to);
  }

  /** Is the text one number and nothing else? If so it is held. */
  private boolean isNumber(byte[] text, int from, int to) {
    return held.scan(text, from, to) == to;
  }

  private static @Nullable Duration duration(byte[] text, int from, int to) {
    if (to - from > MAX_DURATION_BYTES) {
      return null;
    }
    try {
      return Duration.parse(new String(text, from, to - from, StandardCharsets.UTF_8));
    } catch (DateTimeException e) {
      return null;
    }
  }

  private long duration(Duration duration) throws BadRow {
    try {
      return Words.ofDuration(duration);
    } catch (ArithmeticException e) {
      throw new BadRow(label + ": longer than 292,000 years: " + duration);
    }
  }

  private static byte @Nullable [] base64(byte[] text, int from, int to) {
    if ((to - from) % 4 != 0) {
      return null;
    }
    try {
      return Base64.getDecoder().decode(Arrays.copyOfRange(text, from, to));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private long wordOfNumber(Type wanted, NumberText number) throws BadRow {
    checkNumber(number);
    switch (wanted.kind()) {
      case INT, LONG -> {
        if (!number.isInteger()) {
          throw mismatch(wanted, BadRow.shorten(number.toString()));
        }
        if (!number.isLong()) {
          throw doesNotFit(wanted, number);
        }
        long value = number.toLong();
        if (wanted.kind() == Type.Kind.INT && value != (int) value) {
          throw doesNotFit(wanted, number);
        }
        return value;
      }
      case FLOAT -> {
        float value = number.toFloat();
        if (Float.isInfinite(value)) {
          throw doesNotFit(wanted, number);
        }
        return Words.ofDouble(value);
      }
      case DOUBLE -> {
        double value = number.toDouble();
        if (Double.isInfinite(value)) {
          throw doesNotFit(wanted, number);
        }
        return Words.ofDouble(value);
      }
      case DECIMAL -> {
        long quick = number.unscaled(wanted.scale());
        boolean fits =
            quick != NumberText.NOT_QUICK && NumberText.hasDigits(quick, wanted.precision());
        return fits ? quick : unscaled(wanted, number).longValue();
      }
      default -> throw mismatch(wanted, BadRow.shorten(number.toString()));
    }
  }

  private Object encodedOfNumber(Type wanted, NumberText number) throws BadRow {
    checkNumber(number);
    if (wanted.kind() != Type.Kind.DECIMAL) {
      throw mismatch(wanted, BadRow.shorten(number.toString()));
    }
    return new BigDecimal(unscaled(wanted, number), wanted.scale());
  }

  /** The number at the type's scale, if it is exactly that. */
  private BigInteger unscaled(Type wanted, NumberText number) throws BadRow {
    BigDecimal value = number.decimal();
    // Zeros at the end are no digits: 1.50 fits one digit behind the point. Digits in front are
    // looked at before they are written out.
    BigDecimal stripped = value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
    if (stripped.precision() - stripped.scale() > wanted.precision() - wanted.scale()
        && stripped.signum() != 0) {
      throw doesNotFit(wanted, number);
    }
    if (stripped.scale() > wanted.scale()) {
      throw new BadRow(
          label
              + ": more than "
              + wanted.scale()
              + " digits behind the point: "
              + BadRow.shorten(number.toString()));
    }
    return stripped.setScale(wanted.scale(), RoundingMode.UNNECESSARY).unscaledValue();
  }

  private void checkLength(int length) throws BadRow {
    String problem = lengthProblem(length, limits);
    if (problem != null) {
      throw new BadRow(label + problem);
    }
  }

  private void checkNumber(NumberText number) throws BadRow {
    String problem = numberProblem(number, limits);
    if (problem != null) {
      throw new BadRow(label + problem);
    }
  }

  /** Says that a name or a string is too long; null if it is not. */
  static @Nullable String lengthProblem(int length, JsonLimits limits) {
    return length <= limits.maxFieldBytes()
        ? null
        : ": longer than " + limits.maxFieldBytes() + " bytes";
  }

  /** Says that a number has too many digits. */
  static String tooManyDigits(JsonLimits limits) {
    return ": a number of more than " + limits.maxNumberDigits() + " digits";
  }

  /**
   * Says that a number's digits are too many or its exponent is too great; null if they are not.
   */
  static @Nullable String numberProblem(NumberText number, JsonLimits limits) {
    if (number.digits() > limits.maxNumberDigits()) {
      return tooManyDigits(limits);
    }
    if (Math.abs(number.exponent()) > limits.maxExponent()) {
      String quoted = BadRow.shorten(number.toString());
      return ": an exponent beyond " + limits.maxExponent() + ": " + quoted;
    }
    return null;
  }
}
