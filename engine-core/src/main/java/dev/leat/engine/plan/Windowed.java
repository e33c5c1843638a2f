package dev.leat.engine.plan;

import dev.leat.engine.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Each row once for each window of time that it is in, with the window's start and end. A row whose
 * time is null is in none: it goes to the ledger.
 */
public final class Windowed extends Node {
  /** The column that has the start of a row's window. */
  public static final String START = "window_start";

  /** The column that has the end of a row's window, which is not part of it. */
  public static final String END = "window_end";

  private final TimeWindow window;
  private final String column;

  private Windowed(Node input, TimeWindow window, String column, Schema schema, RowTraits traits) {
    super(List.of(input), schema, traits, step(input, window, column));
    this.window = window;
    this.column = column;
  }

  /**
   * Checks that the column is an instant, and that no other column has the name of a new one.
   *
   * @param column has the time that decides the window
   * @throws EngineException if not, or if a row of an input could be in it more than {@link
   *     #MAX_COPIES} times
   */
  public static Windowed of(Node input, TimeWindow window, String column) {
    String place = "window on " + input.describe();
    Schema schema = input.schema();
    Field time = schema.field(schema.indexOf(column, place));
    if (time.type().kind() != Type.Kind.INSTANT) {
      throw invalid(
          place
              + ": column '"
              + column
              + "' is "
              + time.type()
              + ", not an instant; cast it, or name another in .on(...)");
    }
    List<Field> fields = new ArrayList<>(schema.fields());
    for (String name : List.of(START, END)) {
      if (schema.find(name) >= 0) {
        throw invalid(
            place
                + ": there is a column '"
                + name
                + "' already; rename it before: .rename(\""
                + name
                + "\", \"first_"
                + name
                + "\")");
      }
      fields.add(new Field(name, Type.INSTANT, false));
    }
    RowTraits traits = traits(input.traits(), window.windows());
    traits.checkCopies(place, "windowed");
    return new Windowed(input, window, column, Schema.of(fields, place), traits);
  }

  private static RowTraits traits(RowTraits of, int windows) {
    // In one window a row stays one row, which keeps its key and its number.
    return windows == 1
        ? of
        : new RowTraits(
            of.isAppendOnly(), of.holdsStream(), of.copies() * windows, Optional.empty());
  }

  private static Canonical step(Node input, TimeWindow window, String column) {
    Canonical text = new Canonical("window").name(column);
    window.write(text);
    return text.fields(input.schema().fields(List.of(column)));
  }

  public Node input() {
    return inputs().get(0);
  }

  public TimeWindow window() {
    return window;
  }

  /** The column that has the time of a row. */
  public String column() {
    return column;
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.windowed(this);
  }

  @Override
  String word() {
    return "window";
  }
}
