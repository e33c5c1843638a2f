package dev.leat.engine.planted.internal.op;

import net.openhft.chronicle.queue.RollCycles;

/** Breaks a rule: Chronicle belongs to the log. */
final class UsesChronicle {
  int answer() {
    return RollCycles.DEFAULT.lengthInMillis();
  }
}
