package dev.leat.engine.internal.exec;

import java.util.Map;

/**
 * What became of the rows since the log began, all at one position.
 *
 * @param accepted how many each input brought, by its name
 * @param duplicates how many of each deduplicated input were left out as repetitions, by its name
 * @param rejected how many went to the ledger, by source
 */
public record RowCounts(
    Map<String, Long> accepted, Map<String, Long> duplicates, Map<String, Long> rejected) {}
