package dev.leat.engine.planted.internal.exec;

import dev.leat.engine.planted.internal.batch.HalfOfCycle;

/** Breaks a rule together with {@link HalfOfCycle}: packages of the runtime form no cycles. */
public final class OtherHalfOfCycle {
  private OtherHalfOfCycle() {}

  public static int depth() {
    return HalfOfCycle.depth() + 1;
  }
}
