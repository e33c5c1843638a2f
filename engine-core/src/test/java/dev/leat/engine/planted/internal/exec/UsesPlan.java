package dev.leat.engine.planted.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.planted.plan.UsesTheErrorType;

/** Breaks no rule: the runtime reads the plan and throws the one error type. */
final class UsesPlan {
  EngineException refuse() {
    return UsesTheErrorType.refuse();
  }
}
