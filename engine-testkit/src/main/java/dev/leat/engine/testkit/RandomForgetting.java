package dev.leat.engine.testkit;

import dev.leat.engine.plan.Forgetting;
import dev.leat.engine.plan.Node;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/** Has some tables forget their rows, after some seconds. */
final class RandomForgetting {
  private static final long SALT = 0x666f72676574L;
  private static final int ONE_IN = 4;
  private static final int MAX_MILLIS = 12_000;
  private static final int MICROS_PER_MILLI = 1000;
  private static final int MICROS_PER_SECOND = 1_000_000;

  private final SplittableRandom random;
  private final long tickMicros;
  private boolean isUsed;

  RandomForgetting(long seed) {
    this.random = new SplittableRandom(seed ^ SALT);
    this.tickMicros = (long) random.nextInt(1, 4) * MICROS_PER_SECOND;
  }

  /** The input, or the same that forgets. */
  Node.Input some(Node.Input input) {
    if (input.kind() == Node.InputKind.STREAM || random.nextInt(ONE_IN) > 0) {
      return input;
    }
    isUsed = true;
    // Mostly not a multiple of the tick.
    long after = (long) random.nextInt(1, MAX_MILLIS) * MICROS_PER_MILLI;
    return input.forgetting(new Forgetting(after, tickMicros));
  }

  /** The tick interval of the plan, if a table of it forgets. */
  OptionalLong tickMicros() {
    return isUsed ? OptionalLong.of(tickMicros) : OptionalLong.empty();
  }
}
