package dev.leat.engine.plan;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What must hold where results become final by the event time of streams. */
final class ClosingRules {
  private ClosingRules() {}

  /** Checks that a lateness is one, and that rows only come. */
  static void check(Node input, Duration lateness, String place) {
    checkLateness(lateness, place);
    if (!input.isAppendOnly()) {
      throw Node.invalid(
          place
              + ": its rows can be taken back, but what is closed is final; close the windows of"
              + " what only comes, or leave out .closing(...)");
    }
  }

  static void checkLateness(Duration lateness, String place) {
    Objects.requireNonNull(lateness, "lateness");
    if (!Lengths.isIn(lateness, Duration.ZERO)) {
      throw Node.invalid(
          place
              + ": the lateness must be zero to ten years, in whole microseconds: lateness="
              + lateness);
    }
  }

  /**
   * Checks that a column is the event time of the streams that it comes from.
   *
   * @param lateness of what closes, which must be enough for rows that a join gives late
   */
  static void checkEventTime(Node input, String column, Duration lateness, String place) {
    for (ColumnOrigins.Origin origin : ColumnOrigins.of(input, column)) {
      if (origin.node() instanceof ClosingJoin join) {
        join.checkLateness(origin.column(), lateness, place + ": its time");
        continue;
      }
      if (isClosing(origin.node())) {
        throw Node.invalid(
            place
                + ": its windows are over what the "
                + origin.node().describe()
                + " gives, and that has no watermark of its own; leave out this .closing(...), and"
                + " results follow the final rows as they come, or close wider windows of the"
                + " stream itself");
      }
      if (!isEventTime(origin)) {
        throw Node.invalid(
            place
                + ": only windows over the event time of streams close, and '"
                + origin.column()
                + "' of "
                + origin.node().describe()
                + " is none; "
                + wayOut(origin.node(), "have the windows on"));
      }
    }
  }

  /**
   * Checks that a column of a side of a join is the event time of the streams that it comes from.
   *
   * @param lateness of the join, which must be enough for rows that another gives late
   * @param place which time of which join
   */
  static void checkJoined(Node input, String column, Duration lateness, String place) {
    for (ColumnOrigins.Origin origin : ColumnOrigins.of(input, column)) {
      String what = place + " '" + column + "' of " + input.describe();
      if (origin.node() instanceof ClosingJoin join) {
        join.checkLateness(origin.column(), lateness, place);
        continue;
      }
      if (isClosing(origin.node())) {
        throw Node.invalid(
            what
                + ", is of what the "
                + origin.node().describe()
                + " gives, and that has no watermark of its own; join the stream itself, or leave"
                + " out this .closing(...) and accept that rows are kept, with"
                + " .acceptGrowth(\"why\") on each side");
      }
      if (!isEventTime(origin)) {
        throw Node.invalid(
            what
                + ", is not the event time of a stream, which says when a row can match nothing any"
                + " more: it is '"
                + origin.column()
                + "' of "
                + origin.node().describe()
                + "; "
                + wayOut(origin.node(), "join within")
                + ", or leave out .closing(...) and accept that rows are kept, with"
                + " .acceptGrowth(\"why\") on each side");
      }
    }
  }

  private static boolean isClosing(Node node) {
    return node instanceof ClosingAggregate || node instanceof ClosingSessions;
  }

  private static boolean isEventTime(ColumnOrigins.Origin origin) {
    EventTime eventTime = eventTime(origin.node());
    return eventTime != null && eventTime.column().equals(origin.column());
  }

  private static @Nullable EventTime eventTime(Node node) {
    return node instanceof Node.Input input ? input.eventTime() : null;
  }

  private static String wayOut(Node madeBy, String use) {
    if (!(madeBy instanceof Node.Input input)) {
      return "it is computed there: " + use + " the event time of the stream itself";
    }
    if (input.kind() != Node.InputKind.STREAM) {
      return "only streams have event time";
    }
    EventTime eventTime = input.eventTime();
    return eventTime == null
        ? "declare it where the stream is: p.stream(...).eventTime(..., outOfOrderBy(...))"
        : "that is '" + eventTime.column() + "': " + use + " it";
  }

  /** The streams with event time below a relation, each once. */
  static List<Node.Input> sources(Node node) {
    return sources(List.of(node));
  }

  /** The streams with event time below some relations, each once. */
  static List<Node.Input> sources(List<Node> nodes) {
    List<Node.Input> sources = new ArrayList<>();
    for (Node below : Postorder.of(nodes, Node::inputs)) {
      if (below instanceof Node.Input input && input.eventTime() != null) {
        sources.add(input);
      }
    }
    return List.copyOf(sources);
  }

  /** Adds to a text what decides when something closes. */
  static Canonical write(Canonical text, Duration lateness, List<Node.Input> sources) {
    text.word(Long.toString(Lengths.micros(lateness))).word("[");
    for (Node.Input source : sources) {
      EventTime eventTime = source.eventTime();
      if (eventTime != null) {
        text.name(source.name());
        eventTime.writeWatermark(text);
      }
    }
    return text.word("]");
  }

  /** Says what is waited for. */
  static String until(List<Node.Input> sources, Duration lateness, String end) {
    return "until the watermark of "
        + sources.stream().map(Node.Input::name).toList()
        + " is "
        + Lengths.text(lateness)
        + " behind "
        + end;
  }
}
