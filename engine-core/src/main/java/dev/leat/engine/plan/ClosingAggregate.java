package dev.leat.engine.plan;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * An aggregate of windows that close: the row of a group comes once, when the watermark reaches the
 * end of its window and a lateness more, and never changes. Rows that come for a window that is
 * closed go to the ledger.
 *
 * <p>The watermark is the smallest of those of all streams with event time below.
 */
public final class ClosingAggregate extends Node {
  private final Node.Aggregate live;
  private final String end;
  private final Duration lateness;
  private final List<Node.Input> sources;

  private ClosingAggregate(
      Node.Aggregate live, String end, Duration lateness, List<Node.Input> sources) {
    super(live.inputs(), live.schema(), traits(live), step(live, end, lateness, sources));
    this.live = live;
    this.end = end;
    this.lateness = lateness;
    this.sources = sources;
  }

  /**
   * Checks keys and aggregates, that rows only come, and that a key is the end of windows over
   * event time.
   *
   * @param lateness for how long after its end a window takes rows; zero to ten years
   */
  public static ClosingAggregate of(
      Node input, List<String> keys, List<AggregateCall> calls, Duration lateness) {
    String place = "closing aggregate on " + input.describe();
    ClosingRules.check(input, lateness, place);
    if (keys.isEmpty()) {
      throw invalid(place + ": group by \"" + Windowed.END + "\", and by what else you want");
    }
    Node.Aggregate live = Node.Aggregate.of(input, keys, calls);
    return new ClosingAggregate(
        live, end(input, keys, lateness, place), lateness, ClosingRules.sources(input));
  }

  /** The first key that is the end of windows over event time; it may have another name. */
  private static String end(Node input, List<String> keys, Duration lateness, String place) {
    for (String key : keys) {
      List<ColumnOrigins.Origin> origins = ColumnOrigins.of(input, key);
      if (origins.stream().allMatch(ClosingAggregate::isEnd)) {
        for (ColumnOrigins.Origin origin : origins) {
          Windowed windowed = (Windowed) origin.node();
          ClosingRules.checkEventTime(windowed.input(), windowed.column(), lateness, place);
        }
        return key;
      }
      if (key.equals(Windowed.END)) {
        throw invalid(
            place
                + ": '"
                + key
                + "' is made by "
                + origins.get(0).node().describe()
                + ", and so is not the end of a window, which says when the window closes; give"
                + " that column another name, and group by the window's own");
      }
    }
    throw invalid(
        place
            + ": none of the columns it is grouped by is the end of a window, which says when the"
            + " window closes; add \""
            + Windowed.END
            + "\" to groupBy: keys="
            + keys);
  }

  private static boolean isEnd(ColumnOrigins.Origin origin) {
    return origin.node() instanceof Windowed && origin.column().equals(Windowed.END);
  }

  private static RowTraits traits(Node.Aggregate live) {
    RowTraits of = live.traits();
    return new RowTraits(true, of.holdsStream(), of.copies(), Optional.of(live.keys()));
  }

  private static Canonical step(
      Node.Aggregate live, String end, Duration lateness, List<Node.Input> sources) {
    // The aggregate's own text says what it reads, in what types.
    Canonical text = new Canonical("closing").part(live.fingerprint()).name(end);
    return ClosingRules.write(text, lateness, sources);
  }

  /** The same without an end: what its groups are before they are closed. */
  public Node.Aggregate live() {
    return live;
  }

  public Node input() {
    return live.input();
  }

  /** The key that says when a group's window ends. */
  public String end() {
    return end;
  }

  /** For how long after its end a window takes rows. */
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
        "groups of windows that are open: "
            + ClosingRules.until(sources, lateness, end)
            + StateBound.states(live.calls()));
  }

  /** What it computes, for people. */
  String text() {
    return "closing " + live.text() + " lateness " + Lengths.text(lateness);
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.closing(this);
  }

  @Override
  String word() {
    return "closing aggregate";
  }
}
