package dev.leat.engine.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

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
    /** What came in within a time. */
    TIME,
    /** The rows that its inputs hold at the moment. */
    INPUT_ROWS,
    /** It grows as long as there is input. */
    GROWS
  }

  static final StateBound NONE = new StateBound(Kind.NONE, "no state");

  /** It in words, with the reason for which it is accepted where it grows. */
  String accepted(@Nullable String reason) {
    return kind == Kind.GROWS && reason != null ? text + " (accepted: " + reason + ")" : text;
  }

  /** What bounds the state of an operator. */
  public static StateBound of(Node node) {
    return node.accept(new OfOperator());
  }

  private static final class OfOperator implements Node.Visitor<StateBound> {
    @Override
    public StateBound input(Node.Input input) {
      Forgetting forgetting = input.forgetting();
      if (forgetting != null) {
        return forgetting.bound();
      }
      return switch (input.kind()) {
        case STREAM -> {
          Deduplication deduplication = input.deduplication();
          if (deduplication != null) {
            yield new StateBound(Kind.TIME, "keys of the last " + deduplication.horizonText());
          }
          yield input.eventTime() == null ? NONE : new StateBound(Kind.FIXED, "its watermark");
        }
        case KEYED_TABLE ->
            new StateBound(Kind.KEY_SPACE, "one row for each key " + input.primaryKey());
        case KEYLESS_TABLE -> new StateBound(Kind.INPUT_ROWS, "the distinct rows of the table");
      };
    }

    @Override
    public StateBound filter(Node.Filter filter) {
      return NONE;
    }

    @Override
    public StateBound project(Node.Project project) {
      return NONE;
    }

    @Override
    public StateBound aggregate(Node.Aggregate aggregate) {
      if (aggregate.holdsStream()) {
        return new StateBound(Kind.GROWS, "grows with the rows of each group" + values(aggregate));
      }
      return aggregate.keys().isEmpty()
          ? new StateBound(Kind.FIXED, "one row" + values(aggregate))
          : new StateBound(
              Kind.KEY_SPACE, "one row for each distinct " + aggregate.keys() + values(aggregate));
    }

    @Override
    public StateBound union(Node.Union union) {
      return NONE;
    }

    @Override
    public StateBound distinct(Distinct distinct) {
      // Rows with a key are distinct already.
      return distinct.input().key().isPresent()
          ? NONE
          : new StateBound(
              Kind.KEY_SPACE, "one row for each distinct " + distinct.schema().names());
    }

    @Override
    public StateBound named(Node.Named named) {
      return NONE;
    }

    @Override
    public StateBound setOperation(SetOperation operation) {
      return new StateBound(
          Kind.KEY_SPACE,
          "one row for each distinct " + operation.schema().names() + " of its inputs");
    }

    @Override
    public StateBound unnest(Unnest unnest) {
      return NONE;
    }

    @Override
    public StateBound groupingSets(GroupingSets sets) {
      return NONE;
    }

    @Override
    public StateBound over(Over over) {
      return OrderBound.of(over);
    }

    @Override
    public StateBound join(Join join) {
      return join.stateBound();
    }

    @Override
    public StateBound lookup(LookupJoin lookup) {
      return lookup.stateBound();
    }

    @Override
    public StateBound asOf(AsOfJoin join) {
      return join.stateBound();
    }

    @Override
    public StateBound top(Top top) {
      return OrderBound.of(top);
    }

    @Override
    public StateBound windowed(Windowed windowed) {
      return NONE;
    }

    @Override
    public StateBound closing(ClosingAggregate closing) {
      return closing.stateBound();
    }

    @Override
    public StateBound closingSessions(ClosingSessions sessions) {
      return sessions.stateBound();
    }

    @Override
    public StateBound closingJoin(ClosingJoin join) {
      return join.stateBound();
    }

    @Override
    public StateBound ticking(Ticking ticking) {
      return ticking.stateBound();
    }

    @Override
    public StateBound sessionize(Sessionize sessionize) {
      return sessionize.stateBound();
    }

    @Override
    public StateBound sessionAggregate(SessionAggregate sessions) {
      return sessions.stateBound();
    }
  }

  /** What bounds the rows that a view holds. */
  public static StateBound ofView(ViewDefinition view) {
    return ofRows(view.relation());
  }

  /** What bounds the rows that there are of a relation at one time. */
  static StateBound ofRows(Node node) {
    StateBound ofTime = Ticking.boundOfRows(node);
    if (ofTime != null) {
      return ofTime;
    }
    if (node.key().isPresent() && !node.holdsStream()) {
      return node.key().get().isEmpty()
          ? new StateBound(Kind.FIXED, "one row")
          : new StateBound(Kind.KEY_SPACE, "one row for each distinct " + node.key().get());
    }
    StateBound ofTop = OrderBound.ofRows(node);
    if (ofTop != null) {
      return ofTop;
    }
    return node.traits().holdsStream()
        ? new StateBound(Kind.GROWS, "grows with the input")
        : new StateBound(Kind.INPUT_ROWS, "the rows of its inputs");
  }

  /** Some aggregates keep more than some words a group: say so. */
  private static String values(Node.Aggregate aggregate) {
    boolean isAppendOnly = aggregate.input().isAppendOnly();
    String values =
        aggregate.calls().stream().anyMatch(call -> call.keepsValues(isAppendOnly))
            ? ", with its distinct values"
            : "";
    return values + states(aggregate.calls());
  }

  /** What aggregates of the host's keep of each group, where they say what bounds it. */
  static String states(List<AggregateCall> calls) {
    StringBuilder text = new StringBuilder();
    for (AggregateCall call : calls) {
      NamedAggregate user = call.arguments().user();
      String bound = user == null ? null : user.aggregate().boundOfState();
      if (bound != null) {
        text.append(", ").append(bound).append(" for ").append(call.name());
      }
    }
    return text.toString();
  }
}
