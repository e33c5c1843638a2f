package dev.leat.engine;

import java.util.List;

/**
 * What changed in a view in one epoch. For a view with a key a changed row is its old form (-1) and
 * then its new one (+1).
 *
 * @param position of the epoch
 * @param isSnapshot are these the rows that were there when the subscription began, and not a
 *     change?
 * @param changes in an order that is the same whenever the log is replayed
 * @param <T> the type of the rows
 */
public record Changes<T>(Position position, boolean isSnapshot, List<Change<T>> changes) {
  public Changes {
    changes = List.copyOf(changes);
  }
}
