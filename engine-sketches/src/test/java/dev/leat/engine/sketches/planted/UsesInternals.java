package dev.leat.engine.sketches.planted;

import dev.leat.engine.internal.batch.Dictionary;

/** Breaks a rule of {@code SketchesArchitectureTest} on purpose. */
final class UsesInternals {
  private UsesInternals() {}

  static long bytes(Dictionary dictionary) {
    return dictionary.bytes();
  }
}
