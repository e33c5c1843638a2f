package dev.leat.engine.iceberg.internal.reconcile;

import dev.leat.engine.Position;
import dev.leat.engine.Row;
import java.util.Optional;

/**
 * What a view and a table have, each as a bag of rows, at one position.
 *
 * @param position of both
 */
public record TableDifference(Position position, Side view, Side table) {
  /**
   * One of the two.
   *
   * @param rows that it has
   * @param unmatched so many of them the other has not, or not as often
   * @param first one of those
   */
  public record Side(long rows, long unmatched, Optional<Row> first) {}
}
