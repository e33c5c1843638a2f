package dev.leat.engine.testkit;

import dev.leat.engine.plan.ClosingAggregate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What is remembered of windows that close: which rows came in time, and how far the watermark has
 * come, epoch by epoch. A watermark is null before there is one.
 */
final class ReferenceClosing {
  private final ClosingAggregate node;
  private final Map<ReferenceRow, Long> seen = new HashMap<>();
  private final List<ReferenceRow> taken = new ArrayList<>();
  private final ReferenceWatermark watermark;
  private long late;

  ReferenceClosing(ClosingAggregate node) {
    this.node = node;
    this.watermark = new ReferenceWatermark(node.timed());
  }

  /**
   * Takes the rows of an epoch.
   *
   * @param now all rows that there are; those that were not there before are new
   * @param inputs the rows of the inputs
   * @param memory knows when the epoch was closed
   */
  void epoch(
      List<ReferenceRow> now,
      Map<String, ? extends List<ReferenceRow>> inputs,
      ReferenceMemory memory) {
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
    watermark.advance(inputs, memory);
  }

  /** Is a window closed that ends at a time? */
  boolean isClosed(Instant end) {
    Instant reached = watermark.value();
    return reached != null
        && !end.plus(Duration.of(node.latenessMicros(), ChronoUnit.MICROS)).isAfter(reached);
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
