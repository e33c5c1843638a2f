package dev.leat.engine.plan;

/**
 * What bounds the state that an operator or a view keeps.
 *
 * @param kind how it is bounded
 * @param text the same in words, for {@code explain()}
 */
public record StateBound(Kind kind, String text) {
  /** How state is bounded. */
  public enum Kind {
    /** It keeps nothing. */
    NONE,
    /** A fixed number of rows. */
    FIXED,
    /** A row for each distinct key. */
    KEY_SPACE,
    /** The rows that its inputs hold at the moment. */
    INPUT_ROWS,
    /** It grows as long as there is input. */
    GROWS
  }

  private static final StateBound NONE = new StateBound(Kind.NONE, "no state");

  /** What bounds the state of an operator. */
  public static StateBound of(Node node) {
    if (node instanceof Node.Input input) {
      return switch (input.kind()) {
        case STREAM -> NONE;
        case KEYED_TABLE ->
            new StateBound(Kind.KEY_SPACE, "one row for each key " + input.primaryKey());
        case KEYLESS_TABLE -> new StateBound(Kind.INPUT_ROWS, "the distinct rows of the table");
      };
    }
    if (node instanceof Node.Aggregate aggregate) {
      if (aggregate.keys().isEmpty()) {
        return new StateBound(Kind.FIXED, "one row" + values(aggregate));
      }
      return new StateBound(
          Kind.KEY_SPACE, "one row for each distinct " + aggregate.keys() + values(aggregate));
    }
    if (node instanceof Node.Distinct distinct) {
      // Rows with a key are distinct already.
      return distinct.input().key().isPresent()
          ? NONE
          : new StateBound(Kind.KEY_SPACE, "one row for each distinct " + node.schema().names());
    }
    if (node instanceof Node.Filter
        || node instanceof Node.Project
        || node instanceof Node.Union
        || node instanceof Node.Named) {
      return NONE;
    }
    // Never "no state" by default: a new kind of relation must say what bounds it.
    throw new IllegalStateException("nothing is said of the state of " + node.describe());
  }

  /** What bounds the rows that a view holds. */
  public static StateBound ofView(ViewDefinition view) {
    Node node = view.relation();
    if (node.key().isPresent()) {
      return node.key().get().isEmpty()
          ? new StateBound(Kind.FIXED, "one row")
          : new StateBound(Kind.KEY_SPACE, "one row for each distinct " + node.key().get());
    }
    return holdsWholeStream(node)
        ? new StateBound(Kind.GROWS, "grows with the input")
        : new StateBound(Kind.INPUT_ROWS, "the rows of its inputs");
  }

  /** Does a row of a stream stay in this relation for ever, as a row of its own? */
  private static boolean holdsWholeStream(Node node) {
    if (node instanceof Node.Input input) {
      return input.kind() == Node.InputKind.STREAM;
    }
    if (node instanceof Node.Aggregate || node instanceof Node.Distinct) {
      return false;
    }
    return node.inputs().stream().anyMatch(StateBound::holdsWholeStream);
  }

  /** Some aggregates keep more than one word a group: say so. */
  private static String values(Node.Aggregate aggregate) {
    boolean keepsValues =
        aggregate.calls().stream()
            .anyMatch(
                call ->
                    call.isDistinct()
                        || (!aggregate.input().isAppendOnly()
                            && (call.function() == AggregateFunction.MIN
                                || call.function() == AggregateFunction.MAX)));
    return keepsValues ? ", with its distinct values" : "";
  }
}
