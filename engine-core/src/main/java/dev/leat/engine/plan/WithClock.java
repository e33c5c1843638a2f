package dev.leat.engine.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a relation beside what the clock says: a column for each function of it. When one of
 * these values changes, all rows are taken back and added again.
 */
public final class WithClock extends Ticking {
  /**
   * A column.
   *
   * @param name no column of the input has it
   * @param clock its value
   */
  public record Column(String name, ClockFunction clock) {}

  private final List<Column> columns;

  private WithClock(Node input, List<Column> columns, Schema schema, long tickMicros) {
    super(input, schema, input.traits().beside(false), tickMicros, step(input, columns));
    this.columns = List.copyOf(columns);
  }

  /**
   * The rows of a relation beside the clock.
   *
   * @param columns at least one; names are new
   */
  static WithClock of(Node input, List<Column> columns, long tickMicros) {
    List<Field> fields = new ArrayList<>(input.schema().fields());
    columns.forEach(c -> fields.add(new Field(c.name(), c.clock().type(), false)));
    return new WithClock(input, columns, Schema.of(fields), tickMicros);
  }

  private static Canonical step(Node input, List<Column> columns) {
    Canonical text = new Canonical("with-clock").word("[");
    columns.forEach(c -> text.name(c.name()).expr(c.clock().expr()));
    return text.word("]").schema(input.schema());
  }

  /** What is beside the columns of the input, behind them. */
  public List<Column> columns() {
    return columns;
  }

  @Override
  public Collection<String> read(Collection<String> needed) {
    // All of them, needed or not: rows are kept as a whole.
    return input().schema().names();
  }

  @Override
  String word() {
    return "clock";
  }

  @Override
  String text() {
    return "with "
        + columns.stream().map(c -> c.clock().expr().toString()).collect(Collectors.joining(", "))
        + " refreshed in all rows, at most each "
        + Deduplication.text(tickMicros());
  }

  @Override
  StateBound stateBound() {
    StateBound rows = StateBound.ofRows(input());
    return new StateBound(rows.kind(), "all rows, as each tick changes them; " + rows.text());
  }

  @Override
  @Nullable StateBound boundOfRows() {
    return null;
  }
}
