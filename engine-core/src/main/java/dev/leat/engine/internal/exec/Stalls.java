package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.op.Closing;
import dev.leat.engine.internal.time.Watermark;
import dev.leat.engine.plan.EventTime;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** Says in sentences what a view waits for. */
final class Stalls {
  private Stalls() {}

  /**
   * Why a view shows nothing new: a sentence for each stream that keeps windows from closing.
   *
   * @param closings what closes windows and sessions that the view is made of
   */
  static List<String> of(String view, List<Closing> closings) {
    List<String> causes = new ArrayList<>();
    for (Closing closing : closings) {
      Closing.Waiting waiting = closing.waiting();
      if (waiting == null) {
        causes.add(
            "view '"
                + view
                + "' has nothing open in the "
                + closing.place()
                + ": a row must come in first; its watermark is "
                + time(closing.watermark()));
      } else {
        addHolding(view, closing, waiting, causes);
      }
    }
    return causes;
  }

  private static void addHolding(
      String view, Closing closing, Closing.Waiting waiting, List<String> causes) {
    String window =
        "view '"
            + view
            + "' waits in the "
            + closing.place()
            + ": "
            + waiting.what()
            + " "
            + Words.toInstant(waiting.end())
            + ", with groups="
            + waiting.groups()
            + ", closes when the watermark reaches "
            + Words.toInstant(waiting.closesAt())
            + "; ";
    List<Watermark> sources = closing.sources();
    boolean areAllIdle = sources.stream().allMatch(Watermark::isIdle);
    for (Watermark source : sources) {
      if (source.value() < waiting.closesAt() && (areAllIdle || !source.isIdle())) {
        causes.add(window + held(source));
      }
    }
  }

  private static String held(Watermark source) {
    if (source.told() != EventTime.NEVER && source.told() == source.value()) {
      return "stream '"
          + source.stream()
          + "' holds it at "
          + time(source.told())
          + ", as its source said; something came last at "
          + time(source.lastRowTick())
          + ", and it is "
          + idle(source);
    }
    if (source.greatest() == EventTime.NEVER) {
      return "stream '" + source.stream() + "' had no row yet, and is " + idle(source);
    }
    return "stream '"
        + source.stream()
        + "' holds it at "
        + time(source.value())
        + ", as its greatest event time is "
        + time(source.greatest())
        + "; its last row came at "
        + time(source.lastRowTick())
        + ", and it is "
        + idle(source);
  }

  private static String idle(Watermark source) {
    if (source.isIdle()) {
      return "idle, as all others are";
    }
    return source.idleAfter() == Long.MAX_VALUE
        ? "never idle, as no idleAfter(...) was declared"
        : "not idle before " + Duration.of(source.idleAfter(), ChronoUnit.MICROS) + " without one";
  }

  private static String time(long micros) {
    return micros == EventTime.NEVER ? "not known yet" : Words.toInstant(micros).toString();
  }
}
