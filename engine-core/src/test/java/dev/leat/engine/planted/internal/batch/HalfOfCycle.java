package dev.leat.engine.planted.internal.batch;

import dev.leat.engine.planted.internal.exec.OtherHalfOfCycle;

/** Breaks a rule together with {@link OtherHalfOfCycle}: packages of the runtime form no cycles. */
public final class HalfOfCycle {
  private HalfOfCycle() {}

  public static int depth() {
    return OtherHalfOfCycle.depth() + 1;
  }
}
