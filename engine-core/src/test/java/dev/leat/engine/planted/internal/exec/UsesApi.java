package dev.leat.engine.planted.internal.exec;

import dev.leat.engine.planted.PlantedApi;

/** Breaks a rule: the runtime must not use the API above it. */
final class UsesApi {
  int answer() {
    return PlantedApi.answer();
  }
}
