package dev.leat.engine.examples.shop;

import dev.leat.engine.Engine;
import java.io.IOException;
import java.time.Instant;

/** Events on their way into an engine, as the time of a {@link VirtualClock} goes on. */
interface Arrivals {
  /** Has all come in that will, at this time? */
  boolean isOver(Instant now) throws IOException;

  /**
   * A time, or when all has come in, if that is known and before; when the next comes in, if the
   * time until then is not worth playing.
   */
  Instant earliest(Instant time);

  /** Appends what comes in up to a time, and did not before. */
  void bring(Engine engine, Instant until) throws IOException;
}
