package dev.leat.engine.iceberg.planted.internal.catalog;

/** Stands for an internal type. */
public class PlantedInternal {
  public int answer() {
    return 42;
  }
}
