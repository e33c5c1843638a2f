package dev.leat.engine.internal.state;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.checkpoint.StateReader;

/** What all who read a state back check, so that a bad one is an error and not a wrong result. */
public final class StateFormat {
  private StateFormat() {}

  /** Throws that a state cannot be right, unless a condition holds. */
  public static void check(boolean holds, String what, long found) {
    if (!holds) {
      throw new EngineException(
          Kind.CORRUPT,
          "a state does not fit: "
              + what
              + "="
              + found
              + "; open the engine without this checkpoint");
    }
  }

  /** Reads how many there are of something. */
  public static int readCount(StateReader in, String what) {
    int count = in.readInt();
    check(count >= 0, what, count);
    return count;
  }

  /** Reads a number that must be what it was when the state was written. */
  public static void expect(StateReader in, String what, int expected) {
    int found = in.readInt();
    check(found == expected, what, found);
  }
}
