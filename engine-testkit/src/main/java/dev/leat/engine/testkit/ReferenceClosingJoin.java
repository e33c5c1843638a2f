package dev.leat.engine.testkit;

import dev.leat.engine.plan.ClosingJoin;
import dev.leat.engine.plan.Joined;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What is remembered of a join that lets go of rows: which rows of both sides came in time, and how
 * far the watermark has come, epoch by epoch. The result is the join of all these rows; one that
 * matches nothing is in it when the watermark has passed the time of what could match it. Nothing
 * is ever let go of here.
 */
final class ReferenceClosingJoin {
  /** The rows of a side. */
  private static final class Rows {
    private final Map<ReferenceRow, Long> seen = new HashMap<>();
    private final List<ReferenceRow> taken = new ArrayList<>();
  }

  private final ClosingJoin node;
  private final ReferenceWatermark watermark;
  private final Rows left = new Rows();
  private final Rows right = new Rows();
  private final Duration lateness;
  private long late;

  ReferenceClosingJoin(ClosingJoin node) {
    this.node = node;
    this.watermark = new ReferenceWatermark(node.timed());
    this.lateness = micros(node.latenessMicros());
  }

  private static Duration micros(long micros) {
    return Duration.of(micros, ChronoUnit.MICROS);
  }

  /**
   * Takes the rows of an epoch.
   *
   * @param nowLeft all rows that there are of the left; those that were not there before are new
   * @param nowRight all rows that there are of the right
   * @param inputs the rows of the inputs
   * @param memory knows when the epoch was closed
   */
  void epoch(
      List<ReferenceRow> nowLeft,
      List<ReferenceRow> nowRight,
      Map<String, ? extends List<ReferenceRow>> inputs,
      ReferenceMemory memory) {
    take(nowLeft, Joined.Side.LEFT, left);
    take(nowRight, Joined.Side.RIGHT, right);
    watermark.advance(inputs, memory);
  }

  private void take(List<ReferenceRow> now, Joined.Side side, Rows rows) {
    Map<ReferenceRow, Long> counts = new HashMap<>();
    for (ReferenceRow row : now) {
      if (counts.merge(row, 1L, Long::sum) > rows.seen.getOrDefault(row, 0L)) {
        if (isPassed(time(row, side))) {
          late++;
        } else {
          rows.taken.add(row);
        }
      }
    }
    rows.seen.putAll(counts);
  }

  private Instant time(ReferenceRow row, Joined.Side side) {
    int column = node.input(side).schema().find(node.range().time(side));
    return (Instant) Objects.requireNonNull(row.value(column));
  }

  /** Is a time before the watermark less the lateness? There are no times before the least. */
  private boolean isPassed(Instant time) {
    Instant reached = watermark.value();
    return reached != null && atLeast(time).isBefore(atLeast(reached.minus(lateness)));
  }

  private static Instant atLeast(Instant time) {
    Instant least = ReferenceValues.instant(Long.MIN_VALUE);
    return time.isBefore(least) ? least : time;
  }

  /** How many rows were late. */
  long late() {
    return late;
  }

  /** The result, and in {@code joins} how many pairs the condition failed for. */
  List<ReferenceRow> rows(ReferenceJoins joins) {
    return joins.rows(
        left.taken,
        right.taken,
        this::areNear,
        row -> isPassed(end(row, Joined.Side.LEFT)),
        row -> isPassed(end(row, Joined.Side.RIGHT)));
  }

  private boolean areNear(ReferenceRow ofLeft, ReferenceRow ofRight) {
    Instant at = time(ofLeft, Joined.Side.LEFT);
    Instant other = time(ofRight, Joined.Side.RIGHT);
    return !other.isBefore(at.minus(node.range().before()))
        && !other.isAfter(at.plus(node.range().after()));
  }

  /** The last time of a row that matches one of a side. */
  private Instant end(ReferenceRow row, Joined.Side side) {
    Duration later = side == Joined.Side.LEFT ? node.range().after() : node.range().before();
    return time(row, side).plus(later);
  }
}
