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
    Objects.requireNonNull(lateness, "lateness");
    if (!Lengths.isIn(lateness, Duration.ZERO)) {
      throw Node.invalid(
          place
              + ": the lateness must be zero to ten years, in whole microseconds: lateness="
              + lateness);
    }
    if (!input.isAppendOnly()) {
      throw Node.invalid(
          place
              + ": its rows can be taken back, but what is closed is final; close the windows of"
              + " what only comes, or leave out .closing(...)");
    }
  }

  /** Checks that a column is the event time of the streams that it comes from. */
  static void checkEventTime(Node input, String column, String place) {
    for (ColumnOrigins.Origin origin : ColumnOrigins.of(input, column)) {
      if (origin.node() instanceof ClosingAggregate || origin.node() instanceof ClosingSessions) {
        throw Node.invalid(
            place
                + ": its windows are over what the "
                + origin.node().describe()
                + " gives, and that has no watermark of its own; leave out this .closing(...), and"
                + " results follow the final rows as they come, or close wider windows of the"
                + " stream itself");
      }
      EventTime eventTime = origin.node() instanceof Node.Input from ? from.eventTime() : null;
      if (eventTime == null || !eventTime.column().equals(origin.column())) {
        throw Node.invalid(
            place
                + ": only windows over the event time of streams close, and '"
                + origin.column()
                + "' of "
                + origin.node().describe()
                + " is none; "
                + wayOut(origin.node(), eventTime));
      }
    }
  }

  private static String wayOut(Node madeBy, @Nullable EventTime eventTime) {
    if (!(madeBy instanceof Node.Input)) {
      return "it is computed there: have the windows on the event time of the stream itself";
    }
    return eventTime == null
        ? "declare it where the stream is: p.stream(...).eventTime(..., outOfOrderBy(...))"
        : "that is '" + eventTime.column() + "': have the windows on it";
  }

  /** The streams with event time below a relation, each once. */
  static List<Node.Input> sources(Node node) {
    List<Node.Input> sources = new ArrayList<>();
    for (Node below : Postorder.of(List.of(node), Node::inputs)) {
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
