package dev.leat.engine.testkit;

import dev.leat.engine.plan.ClosingSessions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of sessions that close: which rows came in time, and how far the watermark has
 * come. Whether a row is late follows from the sessions of all rows that came in time before.
 */
final class ReferenceClosingSessions {
  private final ClosingSessions node;
  private final ReferenceSessions sessions;
  private final ReferenceWatermark watermark;
  private final Map<ReferenceRow, Long> seen = new HashMap<>();
  private final List<ReferenceRow> taken = new ArrayList<>();
  private final List<Beginning> beginnings = new ArrayList<>();
  private long late;

  /**
   * When a key began to have open sessions, of which it has had one since.
   *
   * @param row one of the key
   * @param reached the watermark then; null if there was none
   */
  private record Beginning(ReferenceRow row, @Nullable Instant reached) {}

  ReferenceClosingSessions(ClosingSessions node) {
    this.node = node;
    this.sessions = new ReferenceSessions(node.input().schema(), node.live().sessions());
    this.watermark = new ReferenceWatermark(node.timed());
  }

  /**
   * Takes the rows of an epoch.
   *
   * @param now all rows that there are; those that were not there before are new
   * @param inputs the rows of the inputs
   * @param memory knows when the epoch was closed
   * @param valid gives the rows that are of sessions
   */
  void epoch(
      List<ReferenceRow> now,
      Map<String, ? extends List<ReferenceRow>> inputs,
      ReferenceMemory memory,
      Function<List<ReferenceRow>, List<ReferenceRow>> valid) {
    List<ReferenceSessions.Session> before = sessions.of(valid.apply(taken));
    Map<ReferenceRow, Long> counts = new HashMap<>();
    for (ReferenceRow row : now) {
      if (counts.merge(row, 1L, Long::sum) > seen.getOrDefault(row, 0L)) {
        if (isLate(row, before)) {
          late++;
        } else {
          taken.add(row);
        }
      }
    }
    seen.putAll(counts);
    List<ReferenceRow> open = open(valid);
    for (ReferenceRow row : open) {
      if (beginnings.stream().noneMatch(since -> sessions.isOneKey(row, since.row()))) {
        beginnings.add(new Beginning(row, watermark.value()));
      }
    }
    watermark.advance(inputs, memory);
    List<ReferenceRow> still = open(valid);
    beginnings.removeIf(
        since -> still.stream().noneMatch(row -> sessions.isOneKey(row, since.row())));
  }

  /** A row of each session that is open. */
  private List<ReferenceRow> open(Function<List<ReferenceRow>, List<ReferenceRow>> valid) {
    return sessions.of(valid.apply(taken)).stream()
        .filter(session -> !isClosed(session.end()))
        .map(session -> session.rows().get(0))
        .toList();
  }

  private boolean isLate(ReferenceRow row, List<ReferenceSessions.Session> before) {
    Instant end = sessions.endOf(row);
    if (end == null) {
      return false;
    }
    boolean isNearOpen = false;
    for (ReferenceSessions.Session session : before) {
      if (sessions.isNear(row, session)) {
        if (isClosed(session.end())) {
          return true;
        }
        isNearOpen = true;
      }
    }
    boolean wasLate =
        beginnings.stream()
            .filter(since -> sessions.isOneKey(row, since.row()))
            .anyMatch(since -> isClosed(end, since.reached()));
    return isClosed(end) && (!isNearOpen || wasLate);
  }

  /** Is a session closed that ends at a time? */
  boolean isClosed(Instant end) {
    return isClosed(end, watermark.value());
  }

  private boolean isClosed(Instant end, @Nullable Instant reached) {
    return reached != null
        && end.plus(Duration.of(node.latenessMicros(), ChronoUnit.MICROS)).isBefore(reached);
  }

  /** The rows that were not late. */
  List<ReferenceRow> taken() {
    return taken;
  }

  /** How many rows were late. */
  long late() {
    return late;
  }
}
