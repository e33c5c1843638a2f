package dev.leat.engine.testkit;

import dev.leat.engine.plan.ClosingAggregate;
import dev.leat.engine.plan.EventTimeBounds;
import dev.leat.engine.plan.Node;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of windows that close: which rows came in time, and how far the watermark has
 * come, epoch by epoch. A watermark is null before there is one.
 */
final class ReferenceClosing {
  /** What is known of a stream. */
  private static final class Source {
    private int rows;
    private @Nullable Instant lastRow;
    private @Nullable Instant greatest;
  }

  private final ClosingAggregate node;
  private final Map<ReferenceRow, Long> seen = new HashMap<>();
  private final List<ReferenceRow> taken = new ArrayList<>();
  private final Map<String, Source> sources = new LinkedHashMap<>();
  private @Nullable Instant watermark;
  private long late;

  ReferenceClosing(ClosingAggregate node) {
    this.node = node;
    node.timed().forEach(source -> sources.put(source.name(), new Source()));
  }

  /**
   * Takes the rows of an epoch.
   *
   * @param now all rows that there are; those that were not there before are new
   * @param inputs the rows of the inputs
   * @param tick when the epoch was closed; null if nobody says
   */
  void epoch(
      List<ReferenceRow> now,
      Map<String, ? extends List<ReferenceRow>> inputs,
      @Nullable Instant tick) {
    int end = node.input().schema().find(node.end());
    Map<ReferenceRow, Long> counts = new HashMap<>();
    for (ReferenceRow row : now) {
      if (counts.merge(row, 1L, Long::sum) > seen.getOrDefault(row, 0L)) {
        if (isClosed((Instant) Objects.requireNonNull(row.value(end)))) {
          late++;
        } else {
          taken.add(row);
        }
      }
    }
    seen.putAll(counts);
    advance(inputs, tick);
  }

  private void advance(Map<String, ? extends List<ReferenceRow>> inputs, @Nullable Instant tick) {
    @Nullable Instant smallest = null;
    @Nullable Instant greatest = null;
    boolean isUnknown = false;
    boolean isHeldBack = false;
    for (Node.Input input : node.timed()) {
      Source source = Objects.requireNonNull(sources.get(input.name()));
      List<ReferenceRow> rows = inputs.get(input.name());
      observe(source, input, rows == null ? List.of() : rows, tick);
      EventTimeBounds bounds = Objects.requireNonNull(input.eventTime()).bounds();
      Instant reached =
          source.greatest == null ? null : floored(source.greatest, bounds.outOfOrder());
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

  private static boolean isIdle(
      Source source, @Nullable Duration idleAfter, @Nullable Instant tick) {
    return idleAfter != null
        && tick != null
        && source.lastRow != null
        && !tick.isBefore(source.lastRow.plus(idleAfter));
  }

  /** Is a window closed that ends at a time? */
  boolean isClosed(Instant end) {
    return watermark != null
        && !end.plus(Duration.of(node.latenessMicros(), ChronoUnit.MICROS)).isAfter(watermark);
  }

  /** The rows that were not late. */
  List<ReferenceRow> taken() {
    return taken;
  }

  /** How many rows were late, once for each window. */
  long late() {
    return late;
  }
}
