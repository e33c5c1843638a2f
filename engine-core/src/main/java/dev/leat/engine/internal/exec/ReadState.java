package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.state.StoredRows;
import java.util.Map;

/**
 * Views as they were at one position; any thread, for as long as it likes.
 *
 * @param position of the last epoch that is in them
 * @param readMicros what the clock said when they were read, in microseconds since 1970
 * @param views the rows of each, by name
 * @param values decodes them
 * @param generation of the dictionary at that moment
 */
public record ReadState(
    long position,
    long readMicros,
    Map<String, StoredRows.Snapshot> views,
    Dictionary.Values values,
    int generation) {}
