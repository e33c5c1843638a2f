package dev.leat.engine.testkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One change of one input, as a program would ask for it.
 *
 * @param input the input's name
 * @param kind what is done
 * @param values a whole row; an instant that is reached; to delete by key, the values of the
 *     primary key in its order
 */
public record InputChange(String input, Kind kind, List<@Nullable Object> values) {
  /** What is done to an input. */
  public enum Kind {
    /** A row is added to a stream or a keyless table. */
    INSERT,
    /** A row is put into a keyed table, in place of the one with its key. */
    UPSERT,
    /** The row of a key is deleted from a keyed table; nothing happens where there is none. */
    DELETE_KEY,
    /**
     * One of the rows equal to this is deleted from a keyless table; where there is none, it is an
     * error of the row.
     */
    DELETE_ROW,
    /** The source of a stream says how far event time has come; the value is an instant. */
    REACHED
  }

  public InputChange {
    values = Collections.unmodifiableList(new ArrayList<>(values));
  }
}
