package dev.leat.engine.plan;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An expression of the clock alone that never goes back: {@code now()}, plus or minus constants,
 * cut down to a unit, as a date.
 *
 * @param expr as it was written
 * @param steps what is done with {@code now()}, in order
 */
public record ClockFunction(Expr expr, List<Step> steps) {
  /** The largest constant: with more, {@code now()} might leave the range of instants. */
  private static final Duration MAX_SHIFT = Duration.ofDays(366_000);

  private static final int NANOS_PER_MICRO = 1000;
  private static final long MICROS_PER_SECOND = 1_000_000;

  /** What is done with a time. */
  public sealed interface Step {}

  /** Moves it. */
  public record Shift(long micros) implements Step {}

  /** Cuts it down to a unit. */
  public record Truncate(TruncUnit unit) implements Step {}

  /** Gives its day. */
  public record Day() implements Step {}

  /** Gives the beginning of a day. */
  public record Midnight() implements Step {}

  public ClockFunction {
    steps = List.copyOf(steps);
  }

  /** The function that an expression is; null if it is none. */
  public static @Nullable ClockFunction of(Expr expr) {
    Deque<Step> steps = new ArrayDeque<>();
    Expr rest = expr;
    while (!ClockRules.isNow(rest)) {
      Link link = link(rest);
      if (link == null) {
        return null;
      }
      steps.push(link.step());
      rest = link.operand();
    }
    List<Step> all = new ArrayList<>(steps);
    return typeOf(all) == null ? null : new ClockFunction(expr, all);
  }

  private record Link(Expr operand, Step step) {}

  private static @Nullable Link link(Expr expr) {
    if (expr instanceof Expr.Cast cast) {
      return switch (cast.type().kind()) {
        case DATE -> new Link(cast.operand(), new Day());
        case INSTANT -> new Link(cast.operand(), new Midnight());
        default -> null;
      };
    }
    if (!(expr instanceof Expr.Call call) || call.arguments().size() != 2) {
      return null;
    }
    Expr first = call.arguments().get(0);
    Expr second = call.arguments().get(1);
    return switch (call.op()) {
      case ADD -> {
        Long left = micros(first);
        Long right = micros(second);
        yield right != null
            ? new Link(first, new Shift(right))
            : left != null ? new Link(second, new Shift(left)) : null;
      }
      case SUBTRACT -> {
        Long right = micros(second);
        yield right == null ? null : new Link(first, new Shift(-right));
      }
      case DATE_TRUNC -> {
        TruncUnit unit = unit(second);
        yield unit == null ? null : new Link(first, new Truncate(unit));
      }
      default -> null;
    };
  }

  private static @Nullable Long micros(Expr expr) {
    return expr instanceof Expr.Literal literal
            && literal.value() instanceof Duration duration
            && duration.abs().compareTo(MAX_SHIFT) <= 0
            && duration.toNanosPart() % NANOS_PER_MICRO == 0
        ? duration.toSeconds() * MICROS_PER_SECOND + duration.toNanosPart() / NANOS_PER_MICRO
        : null;
  }

  private static @Nullable TruncUnit unit(Expr expr) {
    if (expr instanceof Expr.Literal literal) {
      for (TruncUnit unit : TruncUnit.values()) {
        if (unit.name().equals(literal.value())) {
          return unit;
        }
      }
    }
    return null;
  }

  /** The type of the result: an instant or a date; null if the steps do not fit. */
  private static @Nullable Type typeOf(List<Step> steps) {
    Type type = Type.INSTANT;
    for (Step step : steps) {
      boolean isInstant = type.kind() == Type.Kind.INSTANT;
      if (step instanceof Midnight ? isInstant : !isInstant) {
        return null;
      }
      type = step instanceof Day ? Type.DATE : Type.INSTANT;
    }
    return type;
  }

  /** The type of its values: an instant or a date. */
  public Type type() {
    boolean isDay = !steps.isEmpty() && steps.get(steps.size() - 1) instanceof Day;
    return isDay ? Type.DATE : Type.INSTANT;
  }
}
