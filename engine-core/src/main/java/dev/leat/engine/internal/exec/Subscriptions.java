package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Hashing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who is told what changes in the views of an engine. A step asks it to make room, tells it what an
 * epoch changed, and has it deliver; the state is locked for the second only.
 */
final class Subscriptions {
  /** The engine, as subscriptions see it. */
  interface Host {
    /** Throws if the engine stopped or is closed. */
    void checkUsable();

    /** Steps until the views are at a position, if nobody else does. */
    void stepTo(long position);
  }

  private final Collection<ViewHandle> views;
  private final ReentrantLock stateLock;
  private final Function<ViewHandle, ReadState> stateOf;
  private final Host host;
  private final Hashing hashing;
  private final boolean callsInline;

  /** Not static: a listener of one engine may do with another what it must not do with its own. */
  @SuppressWarnings("ThreadLocalUsage")
  private final ThreadLocal<@Nullable Delivery> calling = new ThreadLocal<>();

  private boolean isClosed;

  /**
   * No subscriptions yet.
   *
   * @param stateOf a view as it is now; called under the lock
   * @param callsInline does whoever steps call listeners that have no executor?
   */
  Subscriptions(
      Collection<ViewHandle> views,
      ReentrantLock stateLock,
      Function<ViewHandle, ReadState> stateOf,
      Host host,
      Hashing hashing,
      boolean callsInline) {
    this.views = views;
    this.stateLock = stateLock;
    this.stateOf = stateOf;
    this.host = host;
    this.hashing = hashing;
    this.callsInline = callsInline;
  }

  /** Brings a listener the rows that a view has, and what changes from then on. */
  Delivery add(ViewHandle view, DeliverySettings settings, ChangeListener listener) {
    Delivery delivery = new Delivery(this, view, settings, listener, callsInline);
    stateLock.lock();
    try {
      if (isClosed) {
        throw new EngineException(Kind.CLOSED, "the engine is closed; open a new one");
      }
      if (stateLock.getHoldCount() > 1) {
        throw new EngineException(
            Kind.INVALID,
            "a function of a pipeline must not subscribe, as the engine is in the middle of a step:"
                + " view="
                + view.name());
      }
      view.checkReady();
      delivery.start(new ViewDifference(view, null, stateOf.apply(view), hashing));
      view.deliveries().add(delivery);
    } finally {
      stateLock.unlock();
    }
    delivery.pump();
    return delivery;
  }

  void remove(Delivery delivery) {
    delivery.view().deliveries().remove(delivery);
  }

  private void forEach(Consumer<Delivery> action) {
    for (ViewHandle view : views) {
      view.deliveries().forEach(action);
    }
  }

  /** Waits for listeners that want to be waited for; before an epoch is taken. */
  void awaitRoom() {
    long start = System.nanoTime();
    forEach(delivery -> delivery.awaitRoom(start));
  }

  /** Before the views are changed; under the state's lock. */
  void beforeStep() {
    for (ViewHandle view : views) {
      view.watch();
      for (Delivery delivery : view.deliveries()) {
        if (delivery.fallsBehind()) {
          delivery.fallBehind(stateOf.apply(view));
        }
      }
    }
  }

  /**
   * After the views were changed; under the state's lock.
   *
   * @param after the position before; the same if it was no epoch that changed them
   */
  void afterStep(long after, long position, Dictionary.Values values) {
    for (ViewHandle view : views) {
      if (view.deliveries().isEmpty()) {
        continue;
      }
      Batch output = view.operator().output();
      EpochChanges changes =
          output.isEmpty()
              ? null
              : new EpochChanges(
                  after, position, view.schema(), view.rows().rowLayout(), output, values);
      view.deliveries().forEach(delivery -> delivery.offer(position, changes));
    }
  }

  /** Delivers what there is; not under the state's lock. */
  void deliver() {
    forEach(Delivery::pump);
  }

  /** Has a delivery go on with the difference between what its listener has had and now. */
  @Nullable ViewChanges catchUp(Delivery delivery, ReadState base) {
    stateLock.lock();
    try {
      ReadState now = stateOf.apply(delivery.view());
      return delivery.catchUp(new ViewDifference(delivery.view(), base, now, hashing));
    } finally {
      stateLock.unlock();
    }
  }

  /** Calls a listener. */
  void call(Delivery delivery, Runnable call) {
    Delivery outer = calling.get();
    calling.set(delivery);
    try {
      call.run();
    } finally {
      if (outer == null) {
        calling.remove();
      } else {
        calling.set(outer);
      }
    }
  }

  /** Is this thread calling a listener? */
  boolean isCalling() {
    return calling.get() != null;
  }

  /** Is this thread calling a listener, and one that steps wait for? */
  boolean isCallingInline() {
    Delivery delivery = calling.get();
    return delivery != null && delivery.isInline();
  }

  /** Says that this thread is going to wait for the engine. */
  void aboutToWait() {
    Delivery delivery = calling.get();
    if (delivery != null) {
      delivery.doNotWaitFor();
    }
  }

  /** Throws if this thread cannot wait for a delivery. */
  void checkMayAwait(Delivery delivery) {
    if (calling.get() == delivery || isCallingInline()) {
      throw new EngineException(
          Kind.INVALID,
          "a subscriber must not wait for its own subscription: it would wait for itself");
    }
    aboutToWait();
  }

  /** Steps until the views are at a position, if nobody else does. */
  void stepTo(long position) {
    host.stepTo(position);
  }

  void checkUsable() {
    host.checkUsable();
  }

  /** Lets those who wait for a listener see that the engine stopped. */
  void wake() {
    forEach(Delivery::wake);
  }

  /** Delivers what there is to deliver, for as long as the subscriptions say, and ends all. */
  void close() {
    List<Delivery> all = new ArrayList<>();
    stateLock.lock();
    try {
      isClosed = true;
      forEach(all::add);
    } finally {
      stateLock.unlock();
    }
    long start = System.nanoTime();
    for (Delivery delivery : all) {
      delivery.pump();
    }
    for (Delivery delivery : all) {
      delivery.finish(start);
      remove(delivery);
    }
  }
}
