package dev.leat.engine.planted.plan;

import dev.leat.engine.EngineException;

/** Breaks no rule: there is one error type for all floors. */
public final class UsesTheErrorType {
  private UsesTheErrorType() {}

  public static EngineException refuse() {
    return new EngineException(EngineException.Kind.INVALID, "planted");
  }
}
