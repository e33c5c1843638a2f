package dev.leat.engine.planted;

/** Stands for a type of the API: the floors below must not use it. */
public final class PlantedApi {
  private PlantedApi() {}

  public static int answer() {
    return 42;
  }
}
