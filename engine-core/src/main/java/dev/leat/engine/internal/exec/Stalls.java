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
   * @param nowMicros what the clock says: a stream may be idle since the last step
   */
  static List<String> of(String view, List<Closing> closings, long nowMicros) {
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
                + time(closing.time().watermark()));
      } else {
        addHolding(view, closing, waiting, nowMicros, causes);
      }
    }
    return causes;
  }

  private static void addHolding(
      String view, Closing closing, Closing.Waiting waiting, long nowMicros, List<String> causes) {
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
    List<Watermark> sources = closing.time().sources();
    if (closing.tickToClose() <= nowMicros) {
      causes.add(
          window
              + "what held it back is idle since "
              + time(closing.tickToClose())
              + ", so it closes with the next step of the engine");
      return;
    }
    boolean areAllIdle = sources.stream().allMatch(source -> source.isIdleAt(nowMicros));
    for (Watermark source : sources) {
      if (source.value() < waiting.closesAt() && (areAllIdle || !source.isIdleAt(nowMicros))) {
        causes.add(window + held(source) + way(source, sources.size() == 1, areAllIdle));
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
          + time(source.lastRowTick());
    }
    if (source.greatest() == EventTime.NEVER) {
      return "stream '" + source.stream() + "' had no row yet";
    }
    return "stream '"
        + source.stream()
        + "' holds it at "
        + time(source.value())
        + ", as its greatest event time is "
        + time(source.greatest())
        + "; its last row came at "
        + time(source.lastRowTick());
  }

  /** What would move it. That it is idle helps only where another goes on. */
  private static String way(Watermark source, boolean isAlone, boolean areAllIdle) {
    if (isAlone) {
      return ", and it is the only stream: a later row closes it, or advanceWatermark(...) of"
          + " its source";
    }
    if (areAllIdle) {
      return ", and it is idle, as all others are: a later row closes it, or"
          + " advanceWatermark(...) of a source";
    }
    return source.idleAfter() == Long.MAX_VALUE
        ? ", and it is never idle, as no idleAfter(...) was declared"
        : ", and it is not idle before "
            + Duration.of(source.idleAfter(), ChronoUnit.MICROS)
            + " without one"
            + since(source);
  }

  /** What came while the engine was closed could not be taken, so that time does not count. */
  private static String since(Watermark source) {
    long opened = source.openedSinceLastRow();
    return opened == EventTime.NEVER
        ? ""
        : ", counted from " + time(opened) + ", when the engine was opened";
  }

  private static String time(long micros) {
    return micros == EventTime.NEVER ? "not known yet" : Words.toInstant(micros).toString();
  }
}
