package dev.leat.engine;

import java.util.List;
import java.util.Objects;

/**
 * What changed in a view between two positions: its rows at {@code after} and these changes are its
 * rows at {@code position}. For a view with a key a changed row is its old form (-1) and right
 * after it its new one (+1).
 *
 * @param kind what brought the changes together
 * @param after the changes are those of what came after this position
 * @param position and up to this one
 * @param changes in an order that the two positions determine: the same whenever the log is
 *     replayed
 * @param <T> the type of the rows
 */
public record Changes<T>(Kind kind, Position after, Position position, List<Change<T>> changes) {
  /** What brings changes together in one call. */
  public enum Kind {
    /** The rows that were there when the subscription began; comes first, and once. */
    SNAPSHOT,
    /**
     * What one epoch changed. Where views that were built from the log begin to take part, see
     * {@link Engine#backfill}, the ledger gets what failed for them: then {@code after} is {@code
     * position}.
     */
    EPOCH,
    /**
     * What became of several epochs, for a subscriber that fell behind: rows that came and went
     * between the two positions are not told.
     */
    DIFFERENCE
  }

  public Changes {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(after, "after");
    Objects.requireNonNull(position, "position");
    changes = List.copyOf(changes);
  }

  /** Are these the rows that were there when the subscription began, and not a change? */
  public boolean isSnapshot() {
    return kind == Kind.SNAPSHOT;
  }
}
