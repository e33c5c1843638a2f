package dev.leat.engine.iceberg.planted;

import dev.leat.engine.iceberg.planted.internal.catalog.PlantedInternal;

/** Breaks a rule: what hosts see must not be of an internal type. */
public class ExtendsInternals extends PlantedInternal {}
