package dev.leat.engine.plan;

import dev.leat.engine.EngineException;
import java.util.List;
import java.util.Optional;

/**
 * The rows that two relations have in common, or that one has and the other has not. Rows are
 * compared as a whole, and nulls are equal.
 */
public final class SetOperation extends Node {
  /** Which rows, and how often each. */
  public enum Kind {
    /** As often as it is in the relation that has fewer of it. */
    INTERSECT_ALL("intersect all"),
    /** Once, if it is in both. */
    INTERSECT_DISTINCT("intersect"),
    /** As often as the first has more of it than the second. */
    EXCEPT_ALL("except all"),
    /** Once, if it is in the first and not in the second. */
    EXCEPT_DISTINCT("except");

    private final String sign;

    Kind(String sign) {
      this.sign = sign;
    }

    /** How it is written in {@code explain()}. */
    public String sign() {
      return sign;
    }

    /** Is each row there once? */
    public boolean isDistinct() {
      return this == INTERSECT_DISTINCT || this == EXCEPT_DISTINCT;
    }

    /**
     * How often a row is there.
     *
     * @param first how often it is in the first relation
     * @param second how often it is in the second
     */
    public long copies(long first, long second) {
      return switch (this) {
        case INTERSECT_ALL -> Math.min(first, second);
        case INTERSECT_DISTINCT -> Math.min(1, Math.min(first, second));
        case EXCEPT_ALL -> Math.max(0, first - second);
        case EXCEPT_DISTINCT -> second == 0 ? Math.min(1, first) : 0;
      };
    }
  }

  private final Kind kind;

  private SetOperation(Kind kind, List<Node> inputs, Schema schema) {
    super(
        inputs,
        schema,
        traits(kind, inputs.get(0).traits(), inputs.get(1).traits(), schema),
        new Canonical("set").word(kind.name()).schema(schema));
    this.kind = kind;
  }

  /**
   * Checks that both have the same column names, and types that go together.
   *
   * @throws EngineException if they do not
   */
  public static SetOperation of(Kind kind, Node first, Node second) {
    Schema schema = CommonColumns.of(kind.sign(), List.of(first, second));
    return new SetOperation(
        kind,
        List.of(CommonColumns.brought(first, schema), CommonColumns.brought(second, schema)),
        schema);
  }

  private static RowTraits traits(Kind kind, RowTraits first, RowTraits second, Schema schema) {
    boolean isIntersection = kind == Kind.INTERSECT_ALL || kind == Kind.INTERSECT_DISTINCT;
    // Equal rows that come in one epoch travel as one with a weight, and what keeps rows that are
    // only ever added (the index of a join) takes each for one row: so a multiset is not said to
    // be.
    boolean isAppendOnly =
        kind == Kind.INTERSECT_DISTINCT && first.isAppendOnly() && second.isAppendOnly();
    return kind.isDistinct()
        ? new RowTraits(isAppendOnly, false, 1, Optional.of(schema.names()))
        : new RowTraits(
            isAppendOnly,
            first.holdsStream() && (!isIntersection || second.holdsStream()),
            first.copies(),
            Optional.empty());
  }

  /** Which rows. */
  public Kind kind() {
    return kind;
  }

  /** The first relation, with the columns and types of this one. */
  public Node first() {
    return inputs().get(0);
  }

  /** The second relation, with the columns and types of this one. */
  public Node second() {
    return inputs().get(1);
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.setOperation(this);
  }

  @Override
  String word() {
    return kind.sign();
  }
}
