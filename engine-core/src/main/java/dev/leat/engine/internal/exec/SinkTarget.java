package dev.leat.engine.internal.exec;

import org.jspecify.annotations.Nullable;

/** What the runtime asks of a sink. One thread at a time calls it and its session. */
@FunctionalInterface
public interface SinkTarget {
  /** Begins to write; fails if that cannot be done now. */
  Session open();

  /**
   * What a sink stores in the same commit as the changes up to a position.
   *
   * @param log which log it is a position of
   * @param query the fingerprint of the relation
   * @param run which opening of an engine committed it
   */
  record Place(String log, String query, String run, long position) {}

  /** From an opening to the first failure. */
  interface Session extends AutoCloseable {
    /** The place that is stored; null if none is. */
    @Nullable Place place();

    /** Writes changes, which are not to be seen before the commit. */
    void write(EpochChanges changes);

    /** Makes seen, in one, what was written, and the place; only if the stored place is known. */
    void commit(Place place);

    /** Lets go of everything; what was not committed must not be seen. */
    @Override
    void close();
  }
}
