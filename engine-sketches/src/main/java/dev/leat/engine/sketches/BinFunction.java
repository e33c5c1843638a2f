package dev.leat.engine.sketches;

import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.UserFunction;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The bin of a value, as what is in its middle.
 *
 * @param takes which types it takes
 * @param message what is said of others, before their name
 * @param middle of a value that is there
 */
record BinFunction(Predicate<Type> takes, String message, Function<Object, Object> middle)
    implements UserFunction {
  static BinFunction ofNumbers(RelativeBins bins) {
    return new BinFunction(
        Type::isNumeric,
        "approxPercentile takes a number (of a duration take approxPercentileOfDurations), not ",
        value -> bins.middle(((Number) value).doubleValue()));
  }

  static BinFunction ofDurations(RelativeBins bins) {
    return new BinFunction(
        type -> type.kind() == Type.Kind.DURATION,
        "approxPercentileOfDurations takes a duration (of a number take approxPercentile), not ",
        value -> bins.middle((Duration) value));
  }

  @Override
  public @Nullable Object apply(@Nullable Object[] arguments) {
    Object value = arguments[0];
    return value == null ? null : middle.apply(value);
  }

  @Override
  public void check(List<Type> types) {
    if (!takes.test(types.get(0))) {
      throw new IllegalArgumentException(message + types.get(0) + "; cast it");
    }
  }
}
