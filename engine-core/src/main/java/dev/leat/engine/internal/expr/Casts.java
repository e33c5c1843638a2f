package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** What casts make of single values: texts of values and back, and numbers that may not fit. */
final class Casts {
  private static final int MAX_DECIMAL_LENGTH = 200;
  private static final int MAX_DECIMAL_SCALE = 100;

  /** 2^63: the doubles below it, and those not below its negative, are longs. */
  private static final double LONG_LIMIT = 0x1p63;

  private Casts() {}

  static boolean longsToInts(long[] in, long[] out, int @Nullable [] selection, int count) {
    long lost = 0;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      long word = in[row];
      lost |= word ^ (int) word;
      out[row] = word;
    }
    return lost != 0;
  }

  static @Nullable String checkInt(Type target, long word) {
    return word == (int) word ? null : outOfRange(target, Long.toString(word));
  }

  private static String outOfRange(Type target, String value) {
    return value + " is out of range for " + target;
  }

  /** Truncates doubles towards zero. */
  static boolean doublesToIntegers(
      long[] in, long[] out, int @Nullable [] selection, int count, boolean toInt) {
    boolean bad = false;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      double value = Words.toDouble(in[row]);
      long integer = (long) value;
      // Not so for NaN either.
      bad |= !(value >= -LONG_LIMIT && value < LONG_LIMIT) || (toInt && integer != (int) integer);
      out[row] = integer;
    }
    return bad;
  }

  static @Nullable String checkInteger(Type target, long word) {
    double value = Words.toDouble(word);
    long integer = (long) value;
    boolean fits =
        value >= -LONG_LIMIT
            && value < LONG_LIMIT
            && (target.kind() == Type.Kind.LONG || integer == (int) integer);
    return fits ? null : outOfRange(target, Double.toString(value));
  }

  static long toInteger(BigDecimal value, Type target, long min, long max) {
    BigInteger integer = value.toBigInteger();
    if (integer.compareTo(BigInteger.valueOf(min)) < 0
        || integer.compareTo(BigInteger.valueOf(max)) > 0) {
      throw new Failure(outOfRange(target, value.toPlainString()));
    }
    return integer.longValueExact();
  }

  static boolean longsToFloats(long[] in, long[] out, int @Nullable [] selection, int count) {
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      out[row] = Words.ofDouble((float) in[row]);
    }
    return false;
  }

  static boolean doublesToFloats(long[] in, long[] out, int @Nullable [] selection, int count) {
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      out[row] = Words.ofDouble((float) Words.toDouble(in[row]));
    }
    return false;
  }

  static BigDecimal toDecimal(double value) {
    if (!Double.isFinite(value)) {
      throw new Failure(value + " is not a decimal");
    }
    return new BigDecimal(Double.toString(value));
  }

  /** The text of a word. */
  static String format(Type type, long word, Dictionary dictionary) {
    return switch (type.kind()) {
      case BOOLEAN -> word != 0 ? "true" : "false";
      case INT, LONG -> Long.toString(word);
      case FLOAT -> Float.toString((float) Words.toDouble(word));
      case DOUBLE -> Double.toString(Words.toDouble(word));
      case DECIMAL -> Decimals.read(type, word, dictionary).toPlainString();
      case INSTANT -> Words.toInstant(word).toString();
      case DATE -> LocalDate.ofEpochDay(word).toString();
      case DURATION -> Words.toDuration(word).toString();
      default -> throw new IllegalArgumentException("no text: " + type);
    };
  }

  /**
   * The word of a text; spaces around it do not count.
   *
   * @throws Failure if it is not one of the type, or out of range
   * @throws java.time.DateTimeException if it is not one of the type
   * @throws ArithmeticException if it is out of range
   */
  static long parse(Type type, String text, Dictionary dictionary) {
    String trimmed = Strings.trim(text);
    try {
      return switch (type.kind()) {
        case BOOLEAN -> parseBoolean(trimmed);
        case INT -> Integer.parseInt(trimmed);
        case LONG -> Long.parseLong(trimmed);
        case FLOAT -> Words.ofDouble(Float.parseFloat(plain(trimmed)));
        case DOUBLE -> Words.ofDouble(Double.parseDouble(plain(trimmed)));
        case DECIMAL -> Decimals.write(type, parseDecimal(trimmed), dictionary);
        case INSTANT ->
            Words.ofInstant(DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(trimmed, Instant::from));
        case DATE -> LocalDate.parse(trimmed).toEpochDay();
        case DURATION -> Words.ofDuration(Duration.parse(trimmed));
        default -> throw new IllegalArgumentException("no texts: " + type);
      };
    } catch (NumberFormatException e) {
      throw new Failure("not a value of type " + type + ": " + Failure.quoted(text));
    }
  }

  private static long parseBoolean(String text) {
    if (text.equalsIgnoreCase("true")) {
      return 1;
    }
    if (text.equalsIgnoreCase("false")) {
      return 0;
    }
    throw new NumberFormatException();
  }

  private static BigDecimal parseDecimal(String text) {
    if (text.length() > MAX_DECIMAL_LENGTH) {
      throw new NumberFormatException();
    }
    BigDecimal value = new BigDecimal(text);
    if (Math.abs((long) value.scale()) > MAX_DECIMAL_SCALE) {
      throw new NumberFormatException();
    }
    return value;
  }

  /** A floating number as SQL writes it; Java would also take hexadecimal digits and a suffix. */
  private static String plain(String text) {
    if (text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity")) {
      return text;
    }
    int at = sign(text, 0);
    int whole = digits(text, at);
    int end = whole;
    if (end < text.length() && text.charAt(end) == '.') {
      end = digits(text, whole + 1);
      if (end == whole + 1) {
        throw new NumberFormatException();
      }
    } else if (whole == at) {
      throw new NumberFormatException();
    }
    if (end < text.length() && (text.charAt(end) == 'e' || text.charAt(end) == 'E')) {
      int exponent = sign(text, end + 1);
      end = digits(text, exponent);
      if (end == exponent) {
        throw new NumberFormatException();
      }
    }
    if (end != text.length()) {
      throw new NumberFormatException();
    }
    return text;
  }

  private static int sign(String text, int at) {
    boolean isSigned = at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-');
    return isSigned ? at + 1 : at;
  }

  /** Where the digits that start at an index end. */
  private static int digits(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at;
  }
}
