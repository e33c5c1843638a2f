package dev.leat.engine.plan;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a relation, each beside what is said of its session. A row whose time is null, or so
 * late that no session can end behind it, is left out.
 */
public final class Sessionize extends Node {
  private final Sessions sessions;
  private final List<SessionColumn> columns;
  private final @Nullable String reason;

  private Sessionize(
      Node input,
      Sessions sessions,
      List<SessionColumn> columns,
      Schema schema,
      @Nullable String reason) {
    super(List.of(input), schema, input.traits().beside(false), step(input, sessions, columns));
    this.sessions = sessions;
    this.columns = columns;
    this.reason = reason;
  }

  private static Canonical step(Node input, Sessions sessions, List<SessionColumn> columns) {
    Canonical text = sessions.write(new Canonical("sessionize")).word("[");
    columns.forEach(column -> text.word(column.kind().name()).name(column.name()));
    return text.word("]").schema(input.schema());
  }

  /** Checks columns and names. */
  public static Sessionize of(Node input, Sessions sessions, List<SessionColumn> columns) {
    return of(input, sessions, columns, null);
  }

  /**
   * Checks columns and names.
   *
   * @param reason why rows are kept that nobody asked for, in words; null where somebody did
   */
  static Sessionize of(
      Node input, Sessions sessions, List<SessionColumn> columns, @Nullable String reason) {
    String place = "sessionize on " + input.describe();
    sessions.check(input, place);
    if (columns.isEmpty()) {
      throw invalid(
          place + ": nothing is said of sessions; name columns, such as with(sessionStart())");
    }
    List<Field> fields = new ArrayList<>(input.schema().fields());
    for (SessionColumn column : columns) {
      if (input.schema().find(column.name()) >= 0) {
        throw invalid(
            place
                + ": there is a column of this name already: "
                + column.name()
                + "; name the new one with .as(\"...\")");
      }
      fields.add(new Field(column.name(), column.kind().type(), false));
    }
    return new Sessionize(input, sessions, List.copyOf(columns), Schema.of(fields, place), reason);
  }

  public Node input() {
    return inputs().get(0);
  }

  public Sessions sessions() {
    return sessions;
  }

  /** What is said of sessions; these columns are behind those of the input. */
  public List<SessionColumn> columns() {
    return columns;
  }

  /** What bounds the rows that it keeps, all of which may come to be of another session. */
  StateBound stateBound() {
    String by = sessions.by().isEmpty() ? "" : " in each " + sessions.by();
    String why = reason == null ? "" : ", " + reason;
    return OrderBound.allRows(
        input(), "rows ordered by [" + sessions.time() + "]" + by + ": all" + why);
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.sessionize(this);
  }

  @Override
  String word() {
    return "sessionize";
  }

  /** The same in words, for {@code explain()}. */
  String text() {
    return "sessionize " + sessions + " " + columns;
  }
}
