package dev.leat.engine.internal.expr;

import dev.leat.engine.plan.ClockFunction;
import dev.leat.engine.plan.ClockFunction.Day;
import dev.leat.engine.plan.ClockFunction.Midnight;
import dev.leat.engine.plan.ClockFunction.Shift;
import dev.leat.engine.plan.ClockFunction.Step;
import dev.leat.engine.plan.ClockFunction.Truncate;
import dev.leat.engine.plan.TruncUnit;
import java.util.List;

/**
 * A function of the clock over words: its value at a time, and the first time at which it has at
 * least a value. The ends of the range of a word stand for always and never.
 */
public final class ClockValue {
  /** A time before all others. */
  public static final long ALWAYS = Long.MIN_VALUE;

  /** A time behind all others. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Nearer to the end of time than this, a unit may not end any more. */
  private static final long MARGIN = 800 * Times.MICROS_PER_DAY;

  private final List<Step> steps;

  public ClockValue(ClockFunction function) {
    this.steps = function.steps();
  }

  /** The value at a time. */
  public long at(long nowMicros) {
    long value = nowMicros;
    for (Step step : steps) {
      if (step instanceof Shift shift) {
        value = plus(value, shift.micros());
      } else if (step instanceof Truncate truncate) {
        value = value < ALWAYS + MARGIN ? value : Times.start(value, truncate.unit());
      } else if (step instanceof Day) {
        value = Math.floorDiv(value, Times.MICROS_PER_DAY);
      } else {
        value = midnight(value);
      }
    }
    return value;
  }

  /** The first time at which the value is at least this one. */
  public long first(long value) {
    long time = value;
    for (int i = steps.size() - 1; i >= 0; i--) {
      Step step = steps.get(i);
      if (time == ALWAYS || time == NEVER) {
        return time;
      }
      if (step instanceof Shift shift) {
        time = plus(time, -shift.micros());
      } else if (step instanceof Truncate truncate) {
        time = firstIn(time, truncate.unit());
      } else if (step instanceof Day) {
        time = midnight(time);
      } else {
        assert step instanceof Midnight : step;
        // The first day that does not begin before it.
        time = -Math.floorDiv(-time, Times.MICROS_PER_DAY);
      }
    }
    return time;
  }

  /** The first time at which the value is greater than this one. */
  public long firstAfter(long value) {
    return value == NEVER ? NEVER : first(value + 1);
  }

  private static long plus(long value, long shift) {
    long sum = value + shift;
    boolean overflows = ((value ^ sum) & (shift ^ sum)) < 0;
    return overflows ? (shift > 0 ? NEVER : ALWAYS) : sum;
  }

  private static long firstIn(long time, TruncUnit unit) {
    if (time < ALWAYS + MARGIN) {
      return ALWAYS;
    }
    if (time > NEVER - MARGIN) {
      return NEVER;
    }
    long start = Times.start(time, unit);
    return start == time ? time : Times.next(start, unit);
  }

  private static long midnight(long day) {
    return day > NEVER / Times.MICROS_PER_DAY
        ? NEVER
        : day < ALWAYS / Times.MICROS_PER_DAY ? ALWAYS : day * Times.MICROS_PER_DAY;
  }
}
