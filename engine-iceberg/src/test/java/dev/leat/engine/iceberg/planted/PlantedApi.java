package dev.leat.engine.iceberg.planted;

import dev.leat.engine.iceberg.planted.internal.catalog.PlantedInternal;

/** Stands for a type of the API: what is below must not use it, and it may use what is below. */
public final class PlantedApi {
  private final PlantedInternal kept = new PlantedInternal();

  public int answer() {
    return kept().answer();
  }

  PlantedInternal kept() {
    return kept;
  }
}
