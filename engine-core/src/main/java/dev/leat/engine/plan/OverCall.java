package dev.leat.engine.plan;

import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One column that is computed of each row from the rows around it. Made by {@code rowNumber()},
 * {@code lag(...)} and their like, and by {@link AggregateCall#over}.
 *
 * @param function what is computed
 * @param operand of which value of the rows; null where there is none
 * @param distance for {@code lag} and {@code lead}: so many rows away; otherwise 0
 * @param frame of which rows, where it is computed of a frame; otherwise all
 * @param name the result column's name; null as long as none was given
 */
public record OverCall(
    OverFunction function,
    @Nullable Expr operand,
    long distance,
    Frame frame,
    @Nullable String name) {
  public OverCall {
    Objects.requireNonNull(function, "function");
    Objects.requireNonNull(frame, "frame");
    if (function.needsOperand() != (operand != null) && function != OverFunction.COUNT) {
      throw new IllegalArgumentException(
          function + (operand == null ? " needs an operand" : " takes no operand"));
    }
    if (function.isShift() ? distance < 1 : distance != 0) {
      throw new IllegalArgumentException(
          "lag and lead, and only they, look at least one row away: distance=" + distance);
    }
  }

  /** Names the result column. */
  public OverCall as(String columnName) {
    return new OverCall(
        function, operand, distance, frame, Objects.requireNonNull(columnName, "columnName"));
  }

  /** The same of another operand. */
  OverCall of(Expr other) {
    return new OverCall(function, other, distance, frame, name);
  }

  /**
   * Looks at the rows of another frame.
   *
   * @throws IllegalArgumentException if it looks at no frame, as rankings, lag and lead do not
   */
  public OverCall over(Frame rows) {
    if (!function.isFramed()) {
      throw new IllegalArgumentException(this + " looks at no frame; leave out .over(...)");
    }
    return new OverCall(function, operand, distance, rows, name);
  }

  /** The name of the operand's column; only for calls of a relation. */
  public String column() {
    return ((Expr.Column) Objects.requireNonNull(operand, "operand")).name();
  }

  @Override
  public String toString() {
    String call =
        function.name().toLowerCase(Locale.ROOT)
            + "("
            + (operand == null ? (function.isRanking() ? "" : "*") : operand)
            + (distance == 0 ? "" : ", " + distance)
            + ")"
            + (function.isFramed() ? " over " + frame : "");
    return name == null ? call : call + " as " + name;
  }
}
