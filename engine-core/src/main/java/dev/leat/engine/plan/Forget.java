package dev.leat.engine.plan;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a relation that came, or were changed, within a time; older ones are forgotten: they
 * are taken back, and what becomes of them later is passed over. A changed row of a relation with a
 * key is its new one; rows of one that is append-only are each on their own.
 *
 * <p>Unlike any other relation this one depends on when rows came in.
 */
public final class Forget extends Ticking {
  private final long afterMicros;

  private Forget(Node input, long afterMicros, long tickMicros) {
    super(
        input,
        input.schema(),
        new RowTraits(false, false, input.traits().copies(), input.key()),
        tickMicros,
        new Canonical("forget").word(Long.toString(afterMicros)).schema(input.schema()));
    this.afterMicros = afterMicros;
  }

  /**
   * The rows that are not forgotten.
   *
   * @param afterMicros how long a row is known
   * @throws dev.leat.engine.EngineException if the relation has no key and is not append-only
   */
  public static Forget of(Node input, long afterMicros, long tickMicros) {
    String place = "forgetAfter on " + input.describe();
    ClockRules.checkForgetting(afterMicros, place);
    if (input.key().isEmpty() && !input.isAppendOnly()) {
      throw invalid(
          place
              + ": of rows that are taken back and have no key it cannot be told which ones are"
              + " forgotten; forget them before they are updated, or make them distinct, or group"
              + " them by a key");
    }
    return new Forget(input, afterMicros, tickMicros);
  }

  /** How long a row is known after it came or was changed. */
  public long afterMicros() {
    return afterMicros;
  }

  @Override
  public Collection<String> read(Collection<String> needed) {
    // All of them, needed or not: rows are kept as a whole.
    return input().schema().names();
  }

  @Override
  String word() {
    return "forget";
  }

  @Override
  String text() {
    return "forget after " + Deduplication.text(afterMicros) + " without a change";
  }

  @Override
  StateBound stateBound() {
    return rows();
  }

  private StateBound rows() {
    return new StateBound(
        StateBound.Kind.TIME, "rows of the last " + Deduplication.text(afterMicros));
  }

  @Override
  @Nullable StateBound boundOfRows() {
    return rows();
  }
}
