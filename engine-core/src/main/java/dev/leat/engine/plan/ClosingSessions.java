package dev.leat.engine.plan;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Sessions that close: the row of a session comes once, when the watermark has passed its end and a
 * lateness more, and never changes. Rows that come later for a session that is closed go to the
 * ledger.
 *
 * <p>A row at the very end of a session, a gap behind its last row, is still of it. So that the
 * watermark has passed means that it is greater, by a microsecond at least.
 *
 * <p>The watermark is the smallest of those of all streams with event time below.
 */
public final class ClosingSessions extends Node {
  private final SessionAggregate live;
  private final Duration lateness;
  private final List<Node.Input> sources;

  private ClosingSessions(SessionAggregate live, Duration lateness, List<Node.Input> sources) {
    super(
        live.inputs(),
        live.schema(),
        new RowTraits(
            true,
            live.traits().holdsStream(),
            live.traits().copies(),
            Optional.of(live.schema().names().subList(0, live.sessions().by().size() + 1))),
        ClosingRules.write(
            new Canonical("closing-sessions").part(live.fingerprint()), lateness, sources));
    this.live = live;
    this.lateness = lateness;
    this.sources = sources;
  }

  /**
   * Checks columns and aggregates, that rows only come, that the time is the event time of streams,
   * and that sessions that become one can put their aggregates together.
   *
   * @param lateness for how long after its end a session takes rows; zero to ten years
   */
  public static ClosingSessions of(
      Node input, Sessions sessions, List<AggregateCall> calls, Duration lateness) {
    String place = "closing sessions on " + input.describe();
    ClosingRules.check(input, lateness, place);
    sessions.check(input, place);
    ClosingRules.checkEventTime(input, sessions.time(), lateness, place);
    if (!(SessionAggregate.of(input, sessions, calls) instanceof SessionAggregate live)) {
      throw invalid(
          place
              + ": sessions that become one cannot put together "
              + SessionAggregate.unmergeable(input, calls)
              + ", and those that close keep no rows; leave these out, or leave out .closing(...)");
    }
    return new ClosingSessions(live, lateness, ClosingRules.sources(input));
  }

  /** The same without an end: what its sessions are before they are closed. */
  public SessionAggregate live() {
    return live;
  }

  public Node input() {
    return live.input();
  }

  /** For how long after its end a session takes rows. */
  public long latenessMicros() {
    return Lengths.micros(lateness);
  }

  /** The streams whose watermarks count, each once. */
  public List<Node.Input> timed() {
    return sources;
  }

  StateBound stateBound() {
    return new StateBound(
        StateBound.Kind.TIME,
        "sessions that are open: "
            + ClosingRules.until(sources, lateness, SessionColumn.Kind.END.columnName())
            + "; of each key the last that closed, for a gap more"
            + StateBound.states(live.calls()));
  }

  /** What it computes, for people. */
  String text() {
    return "closing " + live.text() + " lateness " + Lengths.text(lateness);
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.closingSessions(this);
  }

  @Override
  String word() {
    return "closing sessions";
  }
}
