package dev.leat.engine.examples;

import dev.leat.engine.plan.SortKey;
import java.util.List;

/**
 * How a view is shown.
 *
 * @param name of the view
 * @param title for people
 * @param order of its rows
 * @param limit how many rows are printed; files have all
 * @param columns that are printed; files have all
 */
public record ShownView(
    String name, String title, List<SortKey> order, int limit, List<String> columns) {
  private static final int ROWS = 20;

  /** Shown with all columns, and as many rows as there is mostly place for. */
  public ShownView(String name, String title, List<SortKey> order) {
    this(name, title, order, ROWS, List.of());
  }

  /** The order, as a read of the view takes it. */
  public SortKey[] orderKeys() {
    return order.toArray(SortKey[]::new);
  }

  /** The same with so many rows. */
  public ShownView withLimit(int rows) {
    return new ShownView(name, title, order, rows, columns);
  }

  /** The same with some columns. */
  public ShownView withColumns(String... names) {
    return new ShownView(name, title, order, limit, List.of(names));
  }
}
