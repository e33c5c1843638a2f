package dev.leat.engine.iceberg.planted;

import dev.leat.engine.internal.batch.Hashing;

/** Breaks a rule: what the engine has within is not for other modules. */
final class UsesEngineInternals {
  Class<?> used() {
    return Hashing.class;
  }
}
