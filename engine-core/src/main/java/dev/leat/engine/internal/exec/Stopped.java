package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;

/** What everybody is told of an engine that stopped by itself. */
final class Stopped {
  private Stopped() {}

  static EngineException by(Throwable cause) {
    return new EngineException(
        cause instanceof EngineException known ? known.kind() : Kind.CLOSED,
        "the engine stopped: " + cause.getMessage() + "; close it and open it again",
        cause);
  }
}
