package dev.leat.engine.iceberg.planted;

import dev.leat.engine.iceberg.planted.internal.catalog.PlantedInternal;

/** Breaks a rule: what hosts see must not take an internal type, be it as one of an array. */
public final class TakesInternals {
  public int count(PlantedInternal... some) {
    return some.length;
  }
}
