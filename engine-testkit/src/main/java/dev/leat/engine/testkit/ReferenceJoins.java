package dev.leat.engine.testkit;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.JoinedColumns;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Joins by comparing each row of one side with each of the other. */
final class ReferenceJoins {
  private final Join join;
  private final ReferenceExpressions expressions;
  private final int[] leftKeys;
  private final int[] rightKeys;
  private long errors;

  ReferenceJoins(Join join) {
    this.join = join;
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
    List<ReferenceRow> result = new ArrayList<>();
    boolean[] isMatched = new boolean[right.size()];
    for (ReferenceRow row : left) {
      boolean matches = false;
      for (int r = 0; r < right.size(); r++) {
        if (isMatch(row, right.get(r))) {
          matches = true;
          isMatched[r] = true;
          if (join.kind().givesPairs()) {
            result.add(pair(row, right.get(r)));
          }
        }
      }
      switch (join.kind()) {
        case LEFT, FULL -> addIf(!matches, pair(row, null), result);
        case SEMI -> addIf(matches, row, result);
        case ANTI -> addIf(!matches, row, result);
        case INNER, RIGHT -> {
          // Nothing stands alone on the left.
        }
      }
    }
    for (int r = 0; r < right.size() && join.kind().keepsRight(); r++) {
      addIf(!isMatched[r], pair(null, right.get(r)), result);
    }
    return result;
  }

  private static void addIf(boolean holds, ReferenceRow row, List<ReferenceRow> to) {
    if (holds) {
      to.add(row);
    }
  }

  private boolean isMatch(ReferenceRow left, ReferenceRow right) {
    for (int k = 0; k < leftKeys.length; k++) {
      Object a = left.value(leftKeys[k]);
      Object b = right.value(rightKeys[k]);
      boolean isBothNull = a == null && b == null;
      if (isBothNull ? !join.keys().matchesNull() : !Objects.equals(a, b)) {
        return false;
      }
    }
    Expr condition = join.condition();
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
