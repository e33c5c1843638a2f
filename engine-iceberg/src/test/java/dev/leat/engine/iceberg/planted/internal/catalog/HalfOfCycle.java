package dev.leat.engine.iceberg.planted.internal.catalog;

import dev.leat.engine.iceberg.planted.internal.write.OtherHalfOfCycle;

/** Breaks a rule together with {@link OtherHalfOfCycle}: internal packages form no cycles. */
public final class HalfOfCycle {
  private HalfOfCycle() {}

  public static int depth() {
    return OtherHalfOfCycle.depth() + 1;
  }
}
