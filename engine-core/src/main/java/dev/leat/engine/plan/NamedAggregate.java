package dev.leat.engine.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An aggregate of the user's in a plan.
 *
 * @param name stands for the aggregate: state that was computed with it is found again by it
 * @param type of its result
 * @param aggregate what it does
 */
public record NamedAggregate(String name, Type type, UserAggregate<?> aggregate) {
  public NamedAggregate {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(aggregate, "aggregate");
    if (name.isEmpty()) {
      throw new IllegalArgumentException("an aggregate needs a name: type=" + type);
    }
    try {
      JavaTypes.check(aggregate.resultOfNone(), type);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "aggregate '" + name + "': its result of no rows is " + e.getMessage(), e);
    }
  }

  /**
   * True for a row that it takes, null for one that it passes over, an error for one that it throws
   * for.
   */
  Expr takes(List<Expr> operands) {
    return new Expr.UserCall(name, Type.BOOLEAN, values -> takes(aggregate, values), operands);
  }

  private static <S> @Nullable Boolean takes(
      UserAggregate<S> aggregate, @Nullable Object[] values) {
    List<Object> row = new ArrayList<>();
    for (Object value : values) {
      if (value == null) {
        return null;
      }
      row.add(value);
    }
    aggregate.add(aggregate.empty(), Collections.unmodifiableList(row), 1);
    return true;
  }
}
