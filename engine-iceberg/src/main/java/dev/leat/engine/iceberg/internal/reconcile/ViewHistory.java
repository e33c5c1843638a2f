package dev.leat.engine.iceberg.internal.reconcile;

import dev.leat.engine.Change;
import dev.leat.engine.Changes;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.Subscription;
import dev.leat.engine.SubscriptionSettings;
import dev.leat.engine.View;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A view as it was at any position since this began: its rows then, and what each epoch changed. So
 * the rows at the position that a sink has stored can be told while the engine goes on.
 */
final class ViewHistory implements AutoCloseable {
  /** The most that a subscription queues; what does not fit comes as one difference. */
  private static final int QUEUE_ROWS = 10_000_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final List<Changes<Row>> told = new ArrayList<>();
  private final Subscription subscription;

  ViewHistory(View<Row> view) {
    this.subscription =
        view.subscribe(SubscriptionSettings.defaults().withQueueRows(QUEUE_ROWS), this::add);
  }

  private void add(Changes<Row> changes) {
    lock.lock();
    try {
      told.add(changes);
    } finally {
      lock.unlock();
    }
  }

  private List<Changes<Row>> told() {
    lock.lock();
    try {
      return List.copyOf(told);
    } finally {
      lock.unlock();
    }
  }

  /** Where it begins. */
  Position first(Duration atMost) {
    subscription.await(Position.START, atMost);
    return told().get(0).position();
  }

  /**
   * What brought the view to a position, from an empty one; empty if the engine was too fast to be
   * followed there epoch by epoch.
   */
  Optional<List<Change<Row>>> until(Position position, Duration atMost) {
    subscription.await(position, atMost);
    List<Change<Row>> changes = new ArrayList<>();
    for (Changes<Row> some : told()) {
      if (some.position().compareTo(position) <= 0) {
        changes.addAll(some.changes());
      } else if (some.after().compareTo(position) < 0) {
        return Optional.empty();
      }
    }
    return Optional.of(changes);
  }

  @Override
  public void close() {
    subscription.close();
  }
}
