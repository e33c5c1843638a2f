package dev.leat.engine.testkit;

import dev.leat.engine.plan.ClosingAggregate;
import dev.leat.engine.plan.ClosingJoin;
import dev.leat.engine.plan.ClosingSessions;
import dev.leat.engine.plan.Node;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the reference must remember from one epoch to the next: of each lookup the rows that went
 * by, of what closes which rows came in time, of what is forgotten since when rows were there, and
 * what time it is. Every other relation follows from what the inputs hold.
 */
public final class ReferenceMemory {
  /** The rows of a lookup's left side so far, and what was found for them. */
  static final class Looked {
    private final List<ReferenceRow> seen = new ArrayList<>();
    private final List<ReferenceRow> found = new ArrayList<>();

    /** The rows that were not there before; from now on they were. */
    List<ReferenceRow> takeNew(List<ReferenceRow> now) {
      List<ReferenceRow> added = new ArrayList<>(now);
      seen.forEach(added::remove);
      seen.addAll(added);
      return added;
    }

    List<ReferenceRow> found() {
      return found;
    }
  }

  private final Map<Node, Looked> lookups = new HashMap<>();
  private final Map<Node, ReferenceClosing> closings = new HashMap<>();
  private Map<String, List<Instant>> reached = Map.of();
  private @Nullable Instant tick;
  private @Nullable Instant opened;

  /**
   * Says what the clock said when the epoch was closed that is evaluated next. Before that there is
   * no time, and so no rows of what depends on it.
   */
  public ReferenceMemory startEpoch(Instant closed) {
    tick = closed;
    opened = null;
    nowMicros = Math.max(nowMicros, micros(closed));
    return this;
  }

  /**
   * Says that the engine was opened before the epoch that is evaluated next, and what the clock
   * said then; after {@link #startEpoch}.
   */
  public ReferenceMemory opened(Instant clock) {
    opened = clock;
    return this;
  }

  /** When the engine was opened, if the epoch is the first after that; else null. */
  @Nullable Instant opened() {
    return opened;
  }

  /**
   * Says what the sources of streams say of event time.
   *
   * @param times of each stream, in order; may become more from epoch to epoch
   */
  public ReferenceMemory reached(Map<String, List<Instant>> times) {
    reached = times;
    return this;
  }

  /** What the sources of streams have said. */
  Map<String, List<Instant>> reached() {
    return reached;
  }

  /** When the epoch was closed; null if nobody said. */
  @Nullable Instant tick() {
    return tick;
  }

  private final Map<Node, ReferenceClosingSessions> closingSessions = new HashMap<>();

  ReferenceClosingSessions of(ClosingSessions closing) {
    return closingSessions.computeIfAbsent(closing, c -> new ReferenceClosingSessions(closing));
  }

  private final Map<Node, ReferenceClosingJoin> closingJoins = new HashMap<>();

  ReferenceClosingJoin of(ClosingJoin join) {
    return closingJoins.computeIfAbsent(join, j -> new ReferenceClosingJoin(join));
  }

  ReferenceClosing of(ClosingAggregate closing) {
    return closings.computeIfAbsent(closing, c -> new ReferenceClosing(closing));
  }

  private final Map<Node, ReferenceClock.Forgetting> forgettings = new HashMap<>();
  private long nowMicros = Long.MIN_VALUE;

  private static long micros(Instant time) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, time);
  }

  /** Was there a clock reading? */
  boolean hasTime() {
    return nowMicros != Long.MIN_VALUE;
  }

  /** The greatest clock reading. */
  long nowMicros() {
    return nowMicros;
  }

  ReferenceClock.Forgetting forgetting(Node forget) {
    return forgettings.computeIfAbsent(forget, f -> new ReferenceClock.Forgetting());
  }

  Looked of(Node lookup) {
    return lookups.computeIfAbsent(lookup, l -> new Looked());
  }
}
