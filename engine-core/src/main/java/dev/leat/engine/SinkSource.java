package dev.leat.engine;

import dev.leat.engine.plan.Schema;
import java.util.List;
import java.util.Optional;

/**
 * What a sink is to take.
 *
 * @param name of the sink in its pipeline; it stores its place under that name
 * @param relation what the relation is, for messages
 * @param schema the columns
 * @param isAppendOnly are rows only added? Then no change has a weight below zero
 * @param key columns that no two rows share; empty if rows can be equal
 */
public record SinkSource(
    String name,
    String relation,
    Schema schema,
    boolean isAppendOnly,
    Optional<List<String>> key) {}
