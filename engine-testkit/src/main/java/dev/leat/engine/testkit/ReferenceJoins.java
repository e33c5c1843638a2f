package dev.leat.engine.testkit;

import dev.leat.engine.plan.ClosingJoin;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.Joined;
import dev.leat.engine.plan.JoinedColumns;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Joins by comparing each row of one side with each of the other. */
final class ReferenceJoins {
  private final Joined join;
  private final Join.Kind kind;
  private final @Nullable Expr condition;
  private final ReferenceExpressions expressions;
  private final int[] leftKeys;
  private final int[] rightKeys;
  private long errors;

  ReferenceJoins(Join join) {
    this(join, join.kind(), join.condition());
  }

  ReferenceJoins(ClosingJoin join) {
    this(join, join.kind(), join.condition());
  }

  private ReferenceJoins(Joined join, Join.Kind kind, @Nullable Expr condition) {
    this.join = join;
    this.kind = kind;
    this.condition = condition;
    this.expressions = new ReferenceExpressions(join.columns().schema());
    this.leftKeys = join.keys().left().stream().mapToInt(join.left().schema()::find).toArray();
    this.rightKeys = join.keys().right().stream().mapToInt(join.right().schema()::find).toArray();
  }

  /** How many pairs the condition failed for. */
  long errors() {
    return errors;
  }

  /** The rows of the result. */
  List<ReferenceRow> rows(List<ReferenceRow> left, List<ReferenceRow> right) {
    return rows(left, right, (a, b) -> true, row -> true, row -> true);
  }

  /**
   * The rows of the result.
   *
   * @param beside must be true of rows that match, too, before the condition is asked
   * @param isLeftTold is a left row that matches nothing told?
   * @param isRightTold is a right row that matches nothing told?
   */
  List<ReferenceRow> rows(
      List<ReferenceRow> left,
      List<ReferenceRow> right,
      BiPredicate<ReferenceRow, ReferenceRow> beside,
      Predicate<ReferenceRow> isLeftTold,
      Predicate<ReferenceRow> isRightTold) {
    List<ReferenceRow> result = new ArrayList<>();
    boolean[] isMatched = new boolean[right.size()];
    for (ReferenceRow row : left) {
      boolean matches = false;
      for (int r = 0; r < right.size(); r++) {
        if (isMatch(row, right.get(r), beside)) {
          matches = true;
          isMatched[r] = true;
          if (kind.givesPairs()) {
            result.add(pair(row, right.get(r)));
          }
        }
      }
      boolean isAlone = !matches && isLeftTold.test(row);
      switch (kind) {
        case LEFT, FULL -> addIf(isAlone, pair(row, null), result);
        case SEMI -> addIf(matches, row, result);
        case ANTI -> addIf(isAlone, row, result);
        case INNER, RIGHT -> {
          // Nothing stands alone on the left.
        }
      }
    }
    for (int r = 0; r < right.size() && kind.keepsRight(); r++) {
      boolean isAlone = !isMatched[r] && isRightTold.test(right.get(r));
      addIf(isAlone, pair(null, right.get(r)), result);
    }
    return result;
  }

  private static void addIf(boolean holds, ReferenceRow row, List<ReferenceRow> to) {
    if (holds) {
      to.add(row);
    }
  }

  private boolean isMatch(
      ReferenceRow left, ReferenceRow right, BiPredicate<ReferenceRow, ReferenceRow> beside) {
    for (int k = 0; k < leftKeys.length; k++) {
      Object a = left.value(leftKeys[k]);
      Object b = right.value(rightKeys[k]);
      boolean isBothNull = a == null && b == null;
      if (isBothNull ? !join.keys().matchesNull() : !Objects.equals(a, b)) {
        return false;
      }
    }
    if (!beside.test(left, right)) {
      return false;
    }
    if (condition == null) {
      return true;
    }
    try {
      return expressions.isTrue(condition, pair(left, right));
    } catch (RowError | ArithmeticException | DateTimeException e) {
      errors++;
      return false;
    }
  }

  private ReferenceRow pair(@Nullable ReferenceRow left, @Nullable ReferenceRow right) {
    List<@Nullable Object> values = new ArrayList<>();
    for (JoinedColumns.Source source : join.columns().sources()) {
      if (left != null && source.left() >= 0) {
        values.add(left.value(source.left()));
      } else {
        values.add(right == null || source.right() < 0 ? null : right.value(source.right()));
      }
    }
    return new ReferenceRow(values);
  }
}
