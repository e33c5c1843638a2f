package dev.leat.engine.iceberg.planted.internal.write;

import dev.leat.engine.iceberg.planted.internal.catalog.HalfOfCycle;

/** Breaks a rule together with {@link HalfOfCycle}: internal packages form no cycles. */
public final class OtherHalfOfCycle {
  private OtherHalfOfCycle() {}

  public static int depth() {
    return HalfOfCycle.depth() + 1;
  }
}
