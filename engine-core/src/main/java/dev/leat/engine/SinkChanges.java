package dev.leat.engine;

import dev.leat.engine.internal.exec.EpochChanges;
import dev.leat.engine.plan.Schema;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What one epoch changed in a relation, consolidated: a row of the relation before and its new
 * version come as two changes, the old one first where there is a key. Rows are numbered from 0.
 */
public final class SinkChanges {
  private final EpochChanges changes;

  SinkChanges(EpochChanges changes) {
    this.changes = changes;
  }

  /** The columns. */
  public Schema schema() {
    return changes.schema();
  }

  /** The position of the epoch. */
  public Position position() {
    return new Position(changes.position());
  }

  /** How many changes there are. */
  public int count() {
    return changes.count();
  }

  /** How often a row came; less than zero if it went; never zero. */
  public long weight(int row) {
    return changes.weight(row);
  }

  public boolean isNull(int row, int column) {
    return changes.isNull(row, column);
  }

  /**
   * A value that is not null, of a boolean (0 or 1), an int or long, a date (days since 1970), an
   * instant or duration (microseconds), or a decimal of at most 18 digits (without its point).
   */
  public long longAt(int row, int column) {
    return changes.word(row, column);
  }

  /** A value that is not null, of a float or double. */
  public double doubleAt(int row, int column) {
    return Double.longBitsToDouble(changes.word(row, column));
  }

  /** A value that is not null, of a string. */
  public String stringAt(int row, int column) {
    return changes.string(row, column);
  }

  /** A value that is not null, of a decimal. */
  public BigDecimal decimalAt(int row, int column) {
    return changes.decimal(row, column);
  }

  /**
   * A number that stands for a value that is not null, of a string, of bytes, of an array, or of a
   * decimal of more than 18 digits: among changes with the same {@link #codes}, equal values have
   * equal numbers, and others have others. So a sink can tell values apart without looking at them.
   * Zero or more, and not much larger than there are values.
   */
  public int codeAt(int row, int column) {
    return (int) changes.word(row, column);
  }

  /**
   * What the numbers of {@link #codeAt} are of. Changes with the very same object, compared by
   * {@code ==}, share them; with another one the same number may stand for another value.
   */
  public Object codes() {
    return changes.era();
  }

  /** A value of any type, as in a {@link Row}; null if it is null. */
  public @Nullable Object valueAt(int row, int column) {
    return changes.value(row, column);
  }
}
