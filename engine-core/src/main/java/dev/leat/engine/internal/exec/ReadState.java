package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.state.StoredRows;
import java.util.Map;

/**
 * Views as they were at one position; any thread, for as long as it likes.
 *
 * @param position of the last epoch that is in them
 * @param views the rows of each, by name
 * @param values decodes them
 * @param generation of the dictionary at that moment
 */
public record ReadState(
    long position,
    Map<String, StoredRows.Snapshot> views,
    Dictionary.Values values,
    int generation) {}
