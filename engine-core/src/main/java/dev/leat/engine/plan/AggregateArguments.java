package dev.leat.engine.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What some aggregates take beside their operand.
 *
 * @param others further operands: the second of a covariance
 * @param order in which order they take the rows of a group; rows that tie are ordered by value
 * @param constant a value that is the same for all rows: the separator of a {@code string_agg}, the
 *     fraction of a percentile; null if there is none
 * @param user what an aggregate of the user's is; null for others
 */
public record AggregateArguments(
    List<Expr> others,
    List<SortKey> order,
    @Nullable Object constant,
    @Nullable NamedAggregate user) {
  /** Of an aggregate that takes nothing else. */
  public static final AggregateArguments NONE =
      new AggregateArguments(List.of(), List.of(), null, null);

  public AggregateArguments {
    others = List.copyOf(others);
    order = List.copyOf(order);
  }

  /** An order, and a value that is the same for all rows, if there is one. */
  public static AggregateArguments of(List<SortKey> order, @Nullable Object constant) {
    return new AggregateArguments(List.of(), order, constant, null);
  }

  /** Further operands. */
  public static AggregateArguments of(List<Expr> others) {
    return new AggregateArguments(others, List.of(), null, null);
  }

  /** An aggregate of the user's, with the operands that it has beside the first. */
  public static AggregateArguments of(NamedAggregate user, List<Expr> others) {
    return new AggregateArguments(others, List.of(), null, user);
  }

  /** The same with another order. */
  AggregateArguments withOrder(List<SortKey> keys) {
    return new AggregateArguments(others, keys, constant, user);
  }

  /** Adds to the canonical text of a call; nothing for {@link #NONE}. */
  void write(Canonical text) {
    if (equals(NONE)) {
      return;
    }
    text.word("with").exprs(others).word("order").order(order);
    if (constant == null) {
      text.word("-");
    } else {
      text.value(JavaTypes.typeOf(constant), constant);
    }
    if (user != null) {
      text.word("user").name(user.name()).type(user.type());
    }
  }
}
