package dev.leat.engine.testkit;

import dev.leat.engine.plan.EventTimeBounds;
import dev.leat.engine.plan.Node;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How far the event time of some streams has come, epoch by epoch. */
final class ReferenceWatermark {
  /** What is known of a stream. */
  private static final class Source {
    private int rows;
    private int told;
    private @Nullable Instant lastRow;
    private @Nullable Instant greatest;
  }

  private final List<Node.Input> streams;
  private final Map<String, Source> sources = new LinkedHashMap<>();
  private @Nullable Instant watermark;
  private @Nullable Instant lastTick;
  private @Nullable Instant opened;

  ReferenceWatermark(List<Node.Input> streams) {
    this.streams = streams;
    streams.forEach(source -> sources.put(source.name(), new Source()));
  }

  /** The watermark after the last epoch; null before there is one. */
  @Nullable Instant value() {
    return watermark;
  }

  /**
   * Takes the rows of an epoch.
   *
   * @param inputs the rows of the inputs
   * @param memory knows when the epoch was closed, and what sources said
   */
  void advance(Map<String, ? extends List<ReferenceRow>> inputs, ReferenceMemory memory) {
    Instant tick = memory.tick();
    @Nullable Instant smallest = null;
    @Nullable Instant greatest = null;
    observeOpening(memory);
    boolean isUnknown = false;
    boolean isHeldBack = false;
    for (Node.Input input : streams) {
      Source source = Objects.requireNonNull(sources.get(input.name()));
      List<ReferenceRow> rows = inputs.get(input.name());
      observe(source, input, rows == null ? List.of() : rows, tick);
      List<Instant> told = memory.reached().getOrDefault(input.name(), List.of());
      if (told.size() > source.told) {
        source.told = told.size();
        source.lastRow = tick;
      }
      EventTimeBounds bounds = Objects.requireNonNull(input.eventTime()).bounds();
      Instant reached =
          latest(
              source.greatest == null ? null : floored(source.greatest, bounds.outOfOrder()), told);
      if (reached != null && (greatest == null || reached.isAfter(greatest))) {
        greatest = reached;
      }
      if (!isIdle(source, bounds.idleAfter(), tick)) {
        isHeldBack = true;
        isUnknown |= reached == null;
        smallest = smallest == null || earlier(reached, smallest) ? reached : smallest;
      }
    }
    Instant next = isHeldBack ? (isUnknown ? null : smallest) : greatest;
    if (next != null && (watermark == null || next.isAfter(watermark))) {
      watermark = next;
    }
  }

  /** An engine that was opened between two epochs listens from then on. */
  private void observeOpening(ReferenceMemory memory) {
    Instant tick = memory.tick();
    Instant said = memory.opened();
    if (said != null && lastTick != null && tick != null) {
      Instant least = said.isBefore(lastTick) ? lastTick : said;
      opened = least.isAfter(tick) ? tick : least;
    }
    lastTick = tick;
  }

  private static @Nullable Instant latest(@Nullable Instant one, List<Instant> others) {
    Instant latest = one;
    for (Instant other : others) {
      latest = latest == null || other.isAfter(latest) ? other : latest;
    }
    return latest;
  }

  private static boolean earlier(@Nullable Instant a, Instant b) {
    return a != null && a.isBefore(b);
  }

  private static void observe(
      Source source, Node.Input input, List<ReferenceRow> rows, @Nullable Instant tick) {
    int column = input.schema().find(Objects.requireNonNull(input.eventTime()).column());
    if (rows.size() > source.rows || source.lastRow == null) {
      source.lastRow = tick;
    }
    source.rows = rows.size();
    for (ReferenceRow row : rows) {
      Instant time = (Instant) Objects.requireNonNull(row.value(column));
      if (source.greatest == null || time.isAfter(source.greatest)) {
        source.greatest = time;
      }
    }
  }

  /** A time less a bound; not before all times that 64 bits have. */
  private static Instant floored(Instant time, Duration bound) {
    Instant least = ReferenceValues.instant(Long.MIN_VALUE);
    Instant less = time.minus(bound);
    return less.isBefore(least) ? least : less;
  }

  private boolean isIdle(Source source, @Nullable Duration idleAfter, @Nullable Instant tick) {
    if (idleAfter == null || tick == null || source.lastRow == null) {
      return false;
    }
    boolean isOpenedLater = opened != null && opened.isAfter(source.lastRow);
    Instant since = isOpenedLater ? Objects.requireNonNull(opened) : source.lastRow;
    return !tick.isBefore(since.plus(idleAfter));
  }
}
