package dev.leat.engine.iceberg.planted.internal.catalog;

import dev.leat.engine.iceberg.planted.PlantedApi;

/** Breaks a rule: what is internal must not use the API above it. */
final class UsesApi {
  int answer() {
    return new PlantedApi().answer();
  }
}
