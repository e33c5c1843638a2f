package dev.leat.engine.iceberg.planted;

import dev.leat.engine.iceberg.planted.internal.catalog.PlantedInternal;
import java.util.List;

/** Breaks a rule: what hosts see must not name an internal type, be it as one of a list. */
public final class ReturnsInternals {
  public List<PlantedInternal> all() {
    return List.of();
  }
}
