package dev.leat.engine.iceberg.internal.source;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;

/**
 * How far a source has come in a table, as the number of an append: places that come later are
 * greater numbers.
 *
 * @param sequence Iceberg's number of the snapshot; each is greater than those of its ancestors
 * @param part what of the snapshot is read
 * @param rows so many of its rows, in the order of its files, are behind; those that are deleted,
 *     or not wanted, counted too. {@link #ALL} if nothing is left of it
 */
record SourcePlace(long sequence, Part part, long rows) {
  /** What of a snapshot is read. */
  enum Part {
    /** All rows that it has. */
    WHOLE,
    /** The rows that it added. */
    ADDED
  }

  private static final int ROW_BITS = 36;

  /** More rows than a snapshot may have. */
  static final long ALL = (1L << ROW_BITS) - 1;

  private static final long MAX_SEQUENCE = (1L << (Long.SIZE - 2 - ROW_BITS)) - 1;

  SourcePlace {
    if (sequence < 1 || sequence > MAX_SEQUENCE || rows < 0 || rows > ALL) {
      throw new EngineException(
          Kind.INVALID,
          "a source reads tables of at most "
              + MAX_SEQUENCE
              + " commits, and at most "
              + (ALL - 1)
              + " rows of a snapshot, from format version 2 on: sequence="
              + sequence
              + " rows="
              + rows);
    }
  }

  /** The place that a number is. */
  static SourcePlace of(long number) {
    return new SourcePlace(
        number >> (ROW_BITS + 1),
        (number >> ROW_BITS & 1) == 0 ? Part.WHOLE : Part.ADDED,
        number & ALL);
  }

  long number() {
    return sequence << (ROW_BITS + 1) | (part == Part.WHOLE ? 0L : 1L) << ROW_BITS | rows;
  }

  boolean isComplete() {
    return rows == ALL;
  }
}
