package dev.leat.engine.plan;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A relation whose rows change as time passes, with no new event. Its time is that of the pipeline:
 * the greatest multiple of the tick interval at or before the clock reading of the epoch, never
 * back; it moves before the rows of an epoch are applied.
 */
public abstract sealed class Ticking extends Node permits TemporalFilter, WithClock, Forget {
  private final long tickMicros;

  Ticking(Node input, Schema schema, RowTraits traits, long tickMicros, Canonical step) {
    super(List.of(input), schema, traits, step.word("tick").word(Long.toString(tickMicros)));
    this.tickMicros = tickMicros;
  }

  /** Whose rows these are. */
  public final Node input() {
    return inputs().get(0);
  }

  /** How far time moves at least, when it moves. */
  public final long tickMicros() {
    return tickMicros;
  }

  @Override
  public final <R> R accept(Visitor<R> visitor) {
    return visitor.ticking(this);
  }

  /** Which columns of its input it reads, given those of its own that are needed. */
  public abstract Collection<String> read(Collection<String> needed);

  /** The same in words, for {@code explain()}. */
  abstract String text();

  /** What bounds the state of its operator. */
  abstract StateBound stateBound();

  /** What bounds the rows that it has; null if time does not. */
  abstract @Nullable StateBound boundOfRows();

  /** What bounds the rows of a relation that only has those of such a one; null if it does not. */
  static @Nullable StateBound boundOfRows(Node node) {
    Node from = node;
    while (from instanceof Node.Named
        || from instanceof Node.Filter
        || from instanceof Node.Project
        || from instanceof WithClock) {
      from = from.inputs().get(0);
    }
    if (from instanceof Node.Input input) {
      Forgetting forgetting = input.forgetting();
      return forgetting == null ? null : forgetting.bound();
    }
    return from instanceof Ticking ticking ? ticking.boundOfRows() : null;
  }
}
