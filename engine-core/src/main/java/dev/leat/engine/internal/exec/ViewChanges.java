package dev.leat.engine.internal.exec;

import org.jspecify.annotations.Nullable;

/**
 * Changes of a view that are kept until a listener has had them. One thread at a time, any.
 *
 * <p><b>Law.</b> The rows of the view at {@link #after} and these changes are the rows at {@link
 * #position}.
 */
public interface ViewChanges {
  /** What they are. */
  enum Kind {
    /** The rows that were there when the subscription began. */
    SNAPSHOT,
    /** What one epoch changed. */
    EPOCH,
    /** What became of several epochs: the rows at one position against those at another. */
    DIFFERENCE
  }

  Kind kind();

  /** They follow on this position. */
  long after();

  /** They lead to this position. */
  long position();

  /** How many changes. */
  int count();

  /** The weight of a change by its number, not zero. */
  long weight(int index);

  /** The row of a change as Java values. */
  @Nullable Object[] values(int index);
}
