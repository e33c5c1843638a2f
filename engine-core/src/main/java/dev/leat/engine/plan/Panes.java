package dev.leat.engine.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which aggregates over overlapping windows are done by pane: the times that are in the same
 * windows. Rows are put together by pane, and panes by window, so that a row does not cost as many
 * times as there are windows that have it.
 *
 * <p>Windows must be what is grouped right below, and be told apart by the keys; and what is known
 * of two sets of rows must be enough to know the same of both together. Where rows can be taken
 * back it must be enough also for rows that are taken back alone.
 */
final class Panes {
  private Panes() {}

  /** Is an aggregate done by pane? */
  static boolean serve(Node input, List<String> keys, List<AggregateCall> calls) {
    return input instanceof Windowed windowed
        && windowed.window().windows() > 1
        && obstacle(windowed, keys, calls) == null;
  }

  /** For {@code explain()}: how often a row of windows that overlap counts, and if often, why. */
  static String text(Node input, List<String> keys, List<AggregateCall> calls) {
    if (!(input instanceof Windowed windowed) || windowed.window().windows() == 1) {
      return "";
    }
    String obstacle = obstacle(windowed, keys, calls);
    return obstacle == null
        ? " by pane"
        : " for each of " + windowed.window().windows() + " windows and not by pane: " + obstacle;
  }

  /** Why an aggregate is not done by pane; null if it is. */
  private static @Nullable String obstacle(
      Windowed windowed, List<String> keys, List<AggregateCall> calls) {
    String key = windowKey(windowed, keys);
    if (!keys.contains(key)) {
      return "it is not grouped by " + key;
    }
    for (AggregateCall call : calls) {
      if (readsWindow(call)) {
        return call + " reads the window";
      }
      if (!serves(call, true)) {
        return "of " + call + " parts cannot be put together";
      }
      if (!serves(call, windowed.isAppendOnly())) {
        return "of " + call + " parts cannot be put together where rows can be taken back";
      }
    }
    return null;
  }

  /** The key that tells windows apart: cumulating ones begin together. */
  private static String windowKey(Windowed windowed, List<String> keys) {
    boolean isByStart =
        windowed.window().kind() == TimeWindow.Kind.HOPPING && keys.contains(Windowed.START);
    return isByStart ? Windowed.START : Windowed.END;
  }

  private static boolean readsWindow(AggregateCall call) {
    return call.exprs().stream()
        .flatMap(expr -> expr.columns().stream())
        .anyMatch(column -> column.equals(Windowed.START) || column.equals(Windowed.END));
  }

  private static boolean serves(AggregateCall call, boolean isAppendOnly) {
    return switch (call.function()) {
      case COUNT, BOOL_OR, BOOL_AND -> true;
      case SUM, AVG, BIT_XOR -> !call.isDistinct();
      case MIN, MAX, BIT_OR, BIT_AND, FIRST, LAST -> isAppendOnly;
      case ARRAY_AGG, STRING_AGG, PERCENTILE_DISC, PERCENTILE_CONT, MODE -> false;
      case VAR_SAMP, VAR_POP, STDDEV_SAMP, STDDEV_POP, COVAR_SAMP, COVAR_POP -> false;
      case CORR, REGR_SLOPE, REGR_INTERCEPT, USER -> false;
    };
  }
}
