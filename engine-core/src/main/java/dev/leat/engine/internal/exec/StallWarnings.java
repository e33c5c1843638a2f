package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.op.Closing;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Warns where windows or sessions of a view are open, and none has closed for a declared time: what
 * it waits for, in sentences. Once for each time that this happens, not for as long as it lasts.
 *
 * <p><b>Threading.</b> The thread that steps, or one that waits for it to begin.
 */
final class StallWarnings {
  /** A clock may be set, so the engine looks at it at least so often. */
  private static final long MAX_WAIT_MICROS = TimeUnit.SECONDS.toMicros(1);

  private static final long MIN_WAIT_MICROS = 1000;

  /** What is known of a view. */
  private static final class Silence {
    private long given;
    private long sinceMicros = Long.MAX_VALUE;
    private boolean isOpen;
    private boolean isTold;
  }

  private final List<String> views;
  private final Function<String, List<Closing>> closings;
  private final long afterMicros;
  private final Consumer<String> warn;
  private final Map<String, Silence> silences = new HashMap<>();

  /**
   * Nothing is known yet.
   *
   * @param views by name
   * @param closings what a view is made of that closes, as it is now
   * @param afterMicros how long a view may be silent; 0 if that is of no matter
   * @param warn takes the text
   */
  StallWarnings(
      List<String> views,
      Function<String, List<Closing>> closings,
      long afterMicros,
      Consumer<String> warn) {
    this.views = List.copyOf(views);
    this.closings = closings;
    this.afterMicros = afterMicros;
    this.warn = warn;
  }

  /** Looks at all views; after each step, and when time has passed. */
  void check(long nowMicros) {
    if (afterMicros > 0) {
      views.forEach(view -> check(view, nowMicros));
    }
  }

  private void check(String view, long nowMicros) {
    List<Closing> some = closings.apply(view);
    if (some.isEmpty()) {
      return;
    }
    Silence silence = silences.computeIfAbsent(view, v -> new Silence());
    long given = some.stream().mapToLong(Closing::given).sum();
    boolean isOpen = some.stream().anyMatch(closing -> closing.waiting() != null);
    silence.isOpen = isOpen;
    // A clock that is set back begins the time anew.
    if (!isOpen || given != silence.given || nowMicros < silence.sinceMicros) {
      silence.given = given;
      silence.sinceMicros = nowMicros;
      silence.isTold = false;
    }
    if (isOpen && !silence.isTold && nowMicros - silence.sinceMicros >= afterMicros) {
      silence.isTold = true;
      warn.accept(
          "no result for "
              + TimeUnit.MICROSECONDS.toSeconds(nowMicros - silence.sinceMicros)
              + " s: "
              + String.join("; also: ", Stalls.of(view, some, nowMicros)));
    }
  }

  /** How long to wait at most until the next look; for ever if there is nothing to look at. */
  long nanosToNext(long nowMicros) {
    long next = Long.MAX_VALUE;
    for (Silence silence : silences.values()) {
      if (silence.isOpen && !silence.isTold) {
        next = Math.min(next, silence.sinceMicros + afterMicros);
      }
    }
    if (next == Long.MAX_VALUE) {
      return Long.MAX_VALUE;
    }
    long micros = Math.min(MAX_WAIT_MICROS, Math.max(next, nowMicros) - nowMicros);
    return TimeUnit.MICROSECONDS.toNanos(Math.max(MIN_WAIT_MICROS, micros));
  }
}
