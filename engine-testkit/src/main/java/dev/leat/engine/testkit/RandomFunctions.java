package dev.leat.engine.testkit;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.UserFunction;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A few functions for random expressions: some see nulls, some throw, some return what they should
 * not.
 */
final class RandomFunctions {
  private static final UserFunction FIRST_PRESENT =
      arguments -> Arrays.stream(arguments).filter(Objects::nonNull).findFirst().orElse(null);

  private RandomFunctions() {}

  /** The first argument that is not null, or null. All arguments have the type of the result. */
  static Expr firstPresent(Type type, List<Expr> arguments) {
    return new Expr.UserCall("first_present", type, FIRST_PRESENT, arguments);
  }

  /** The argument, unless it is null: then it throws. */
  static Expr required(Type type, Expr argument) {
    return new Expr.UserCall("required", type, RandomFunctions::required, List.of(argument));
  }

  private static Object required(@Nullable Object[] arguments) {
    Object value = arguments[0];
    if (value == null) {
      throw new IllegalStateException("a value is required");
    }
    return value;
  }

  /** How many arguments are null, as a long. */
  static Expr countNulls(List<Expr> arguments) {
    return new Expr.UserCall(
        "count_nulls",
        Type.LONG,
        values -> Arrays.stream(values).filter(Objects::isNull).count(),
        arguments);
  }

  /** A byte for each code unit of a string; a checked exception for the empty one. */
  static Expr encode(Expr text) {
    return new Expr.UserCall("encode", Type.BYTES, RandomFunctions::encode, List.of(text));
  }

  private static byte @Nullable [] encode(@Nullable Object[] arguments) throws Exception {
    String text = (String) arguments[0];
    if (text == null) {
      return null;
    }
    if (text.isEmpty()) {
      throw new Exception("nothing to encode");
    }
    byte[] bytes = new byte[text.length()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) text.charAt(i);
    }
    return bytes;
  }

  /** A long, but for negative arguments a string, which is an error. */
  static Expr unreliable(Expr number) {
    return new Expr.UserCall(
        "unreliable",
        Type.LONG,
        arguments -> arguments[0] instanceof Long n && n < 0 ? "negative" : arguments[0],
        List.of(number));
  }
}
