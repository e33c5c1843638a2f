package dev.leat.engine.planted.plan;

import dev.leat.engine.planted.internal.log.UsesChronicleAtHome;

/** Breaks a rule: the plan must not use the runtime. */
final class UsesInternal {
  int answer() {
    return UsesChronicleAtHome.answer();
  }
}
