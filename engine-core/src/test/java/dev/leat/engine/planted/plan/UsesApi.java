package dev.leat.engine.planted.plan;

import dev.leat.engine.planted.PlantedApi;

/** Breaks a rule: the plan must not use the API. */
final class UsesApi {
  int answer() {
    return PlantedApi.answer();
  }
}
