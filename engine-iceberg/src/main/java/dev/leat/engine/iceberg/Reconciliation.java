package dev.leat.engine.iceberg;

import dev.leat.engine.Position;
import dev.leat.engine.Row;
import java.util.Optional;

/**
 * What {@link IcebergSink#reconcile} has found: whether a table has the rows of a view, each as
 * often, at the position that is stored with the table.
 *
 * @param position of both
 * @param rowsOfView how many rows the view has
 * @param rowsOfTable how many rows the table has
 * @param missing how many rows of the view the table has not, or not as often
 * @param surplus how many rows of the table the view has not, or not as often
 * @param firstSurplus the first of those, in the order of the table's commits
 * @param firstMissing the one of the same key as that; without one the first in the view's order
 */
public record Reconciliation(
    Position position,
    long rowsOfView,
    long rowsOfTable,
    long missing,
    long surplus,
    Optional<Row> firstSurplus,
    Optional<Row> firstMissing) {
  public Reconciliation {
    boolean isSound =
        rowsOfView - missing == rowsOfTable - surplus
            && (missing > 0) == firstMissing.isPresent()
            && (surplus > 0) == firstSurplus.isPresent();
    if (!isSound) {
      throw new IllegalArgumentException(
          "these do not go together: rows_of_view="
              + rowsOfView
              + " rows_of_table="
              + rowsOfTable
              + " missing="
              + missing
              + " surplus="
              + surplus);
    }
  }

  /** Has the table exactly the view's rows? */
  public boolean isEqual() {
    return missing == 0 && surplus == 0;
  }

  @Override
  public String toString() {
    String rows =
        "position="
            + position.value()
            + " rows_of_view="
            + rowsOfView
            + " rows_of_table="
            + rowsOfTable;
    if (isEqual()) {
      return "equal: " + rows;
    }
    return "different: "
        + rows
        + " missing="
        + missing
        + " surplus="
        + surplus
        + firstMissing.map(row -> " first_missing=" + row).orElse("")
        + firstSurplus.map(row -> " first_surplus=" + row).orElse("");
  }
}
