package dev.leat.engine;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.exec.ChangeListener;
import dev.leat.engine.internal.exec.EngineRuntime;
import dev.leat.engine.internal.exec.ReadState;
import dev.leat.engine.internal.exec.ViewHandle;
import dev.leat.engine.internal.exec.ViewReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A listener's subscription to the changes of a view; see {@link View#subscribe}. Any thread. */
public final class Subscription implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Subscription.class);

  private final Runnable unsubscribe;
  private volatile @Nullable Throwable failure;
  private volatile boolean isClosed;

  private Subscription(Runnable unsubscribe) {
    this.unsubscribe = unsubscribe;
  }

  static <T> Subscription start(
      EngineRuntime runtime,
      ViewHandle view,
      RowMapping<T> mapping,
      Consumer<Changes<T>> listener) {
    Delivery<T> delivery = new Delivery<>(runtime, view, mapping, listener);
    delivery.begin();
    return delivery.subscription;
  }

  /** Why the listener was given up: what it threw. Empty while it is not. */
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  /** Ends it; a call to the listener that has begun is finished. */
  @Override
  public void close() {
    isClosed = true;
    unsubscribe.run();
  }

  /** Brings changes to the listener, one call at a time, the rows that were there first. */
  private static final class Delivery<T> implements ChangeListener {
    private final EngineRuntime runtime;
    private final ViewHandle view;
    private final RowMapping<T> mapping;
    private final Consumer<Changes<T>> listener;
    private final ReentrantLock order = new ReentrantLock();
    private final Subscription subscription;

    private Delivery(
        EngineRuntime runtime,
        ViewHandle view,
        RowMapping<T> mapping,
        Consumer<Changes<T>> listener) {
      this.runtime = runtime;
      this.view = view;
      this.mapping = mapping;
      this.listener = listener;
      this.subscription = new Subscription(() -> runtime.unsubscribe(view, this));
    }

    private void begin() {
      // Held until the listener has the rows that are there, so that no change comes before them.
      boolean done = false;
      order.lock();
      try {
        ReadState state = runtime.subscribe(view, this);
        List<Change<T>> rows = new ArrayList<>();
        for (@Nullable Object[] values :
            new ViewReader(state, view).read(null, List.of(), Long.MAX_VALUE)) {
          rows.add(new Change<>(mapping.read(values), 1));
        }
        deliver(new Changes<>(new Position(state.position()), true, rows));
        done = true;
      } finally {
        order.unlock();
        if (!done) {
          subscription.close();
        }
      }
    }

    @Override
    public Runnable changed(long position, Batch changes, Dictionary.Values values) {
      Changes<T> all;
      try {
        all = decoded(position, changes, values);
      } catch (RuntimeException | Error e) {
        // A record's constructor is the host's code as much as the listener is.
        return () -> giveUp(position, e);
      }
      return () -> {
        order.lock();
        try {
          deliver(all);
        } finally {
          order.unlock();
        }
      };
    }

    private Changes<T> decoded(long position, Batch changes, Dictionary.Values values) {
      List<Change<T>> rows = new ArrayList<>();
      for (int i = 0; i < changes.count(); i++) {
        int row = changes.row(i);
        T decoded = mapping.read(ViewReader.decode(view.schema(), changes, row, values));
        rows.add(new Change<>(decoded, changes.weight(row)));
      }
      return new Changes<>(new Position(position), false, rows);
    }

    private void deliver(Changes<T> changes) {
      if (subscription.isClosed) {
        return;
      }
      try {
        runtime.runListener(() -> listener.accept(changes));
      } catch (RuntimeException | Error e) {
        giveUp(changes.position().value(), e);
      }
    }

    private void giveUp(long position, Throwable reason) {
      LOG.warn(
          "a subscriber of view '{}' threw at position {} and gets no more changes",
          view.name(),
          position,
          reason);
      subscription.failure = reason;
      subscription.close();
    }
  }
}
