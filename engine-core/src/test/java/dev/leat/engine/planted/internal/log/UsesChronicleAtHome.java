package dev.leat.engine.planted.internal.log;

import net.openhft.chronicle.queue.RollCycles;

/** Breaks no rule: the log is the home of Chronicle. */
public final class UsesChronicleAtHome {
  private UsesChronicleAtHome() {}

  public static int answer() {
    return RollCycles.DEFAULT.lengthInMillis();
  }
}
