package dev.leat.engine;

import dev.leat.engine.internal.exec.ChangeListener;
import dev.leat.engine.internal.exec.Delivery;
import dev.leat.engine.internal.exec.DeliverySettings;
import dev.leat.engine.internal.exec.EngineRuntime;
import dev.leat.engine.internal.exec.ViewChanges;
import dev.leat.engine.internal.exec.ViewHandle;
import dev.leat.engine.internal.exec.WaitTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A listener's subscription to the changes of a view; see {@link View#subscribe}. Any thread. */
public final class Subscription implements AutoCloseable {
  private final Delivery delivery;

  private Subscription(Delivery delivery) {
    this.delivery = delivery;
  }

  static <T> Subscription start(
      EngineRuntime runtime,
      ViewHandle view,
      RowMapping<T> mapping,
      SubscriptionSettings settings,
      Consumer<Changes<T>> listener) {
    DeliverySettings how =
        new DeliverySettings(
            settings.queueRows(),
            settings.maxWait(),
            settings.attempts(),
            settings.retryDelay(),
            settings.closeTimeout(),
            settings.executor());
    ToldChanges told = new ToldChanges(settings.policy(), view.schema(), view.key().orElse(null));
    ChangeListener decoding =
        changes -> {
          Changes<T> decoded = decoded(changes, mapping, told);
          // Of an epoch there may be nothing to tell; that a view is empty at first is told.
          if (!decoded.changes().isEmpty() || decoded.isSnapshot()) {
            listener.accept(decoded);
          }
        };
    return new Subscription(runtime.subscribe(view, how, decoding));
  }

  private static <T> Changes<T> decoded(
      ViewChanges changes, RowMapping<T> mapping, ToldChanges told) {
    List<Change<T>> rows = new ArrayList<>();
    told.forEach(changes, (values, weight) -> rows.add(new Change<>(mapping.read(values), weight)));
    Changes.Kind kind =
        switch (changes.kind()) {
          case SNAPSHOT -> Changes.Kind.SNAPSHOT;
          case EPOCH -> Changes.Kind.EPOCH;
          case DIFFERENCE -> Changes.Kind.DIFFERENCE;
        };
    return new Changes<>(
        kind, new Position(changes.after()), new Position(changes.position()), rows);
  }

  /**
   * The listener has had everything up to this position; {@link Position#START} also while it has
   * nothing.
   */
  public Position position() {
    return new Position(Math.max(0, delivery.position()));
  }

  /**
   * Waits until the listener has had everything up to a position, for a minute at most.
   *
   * @return this subscription
   * @throws EngineException as {@link #await(Position, Duration)}
   */
  public Subscription await(Position position) {
    return await(position, Duration.ofMinutes(1));
  }

  /**
   * Waits until the listener has had everything up to a position: each of its calls up to there has
   * returned, and what they did is seen by this thread. With {@link Threading#HOST} it steps, if
   * need be.
   *
   * @return this subscription
   * @throws EngineException UNAVAILABLE if the time is up, or the subscription was given up because
   *     the listener threw: that is the cause; CLOSED if the subscription or the engine is closed
   *     before
   */
  public Subscription await(Position position, Duration atMost) {
    if (!delivery.await(position.value(), WaitTime.nanos(atMost))) {
      throw new EngineException(
          EngineException.Kind.UNAVAILABLE,
          "the subscriber is at position "
              + position().value()
              + ", not yet at "
              + position.value()
              + "; wait longer, or see what its listener waits for");
    }
    return this;
  }

  /** Why the subscription was given up: what its listener threw last. Empty while it is not. */
  public Optional<Throwable> failure() {
    return delivery.failure();
  }

  /**
   * Goes on after the subscription was given up: with the changes that the listener threw at, then
   * with all that came since. Does nothing else if it was not.
   *
   * @throws EngineException CLOSED if the subscription is closed
   */
  public void restart() {
    delivery.restart();
  }

  /**
   * Ends it. A call to the listener that has begun is finished, and may still go on when this
   * returns; no other begins. The listener itself may do this too.
   */
  @Override
  public void close() {
    delivery.close();
  }
}
