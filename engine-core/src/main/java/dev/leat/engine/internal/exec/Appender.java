package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.plan.EventTime;
import dev.leat.engine.plan.Node;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Appends rows to the inputs of a runtime: what the public inputs are made of. Any thread. */
public final class Appender {
  /** Of fewer rows the lock costs less than a part of their own in the record of the epoch. */
  private static final int MIN_STAGED = 64;

  /** The rows of one append, while they are being written. */
  public final class Rows {
    private final Inbox.Filling filling;
    private volatile boolean isOpen = true;

    private Rows(Inbox.Filling filling) {
      this.filling = filling;
    }

    private Inbox.Filling filling() {
      if (!isOpen) {
        throw new IllegalStateException(
            "a transaction can be written to only until engine.append(...) returns");
      }
      return filling;
    }

    /** The rows of an input, to write more to. */
    public StagedRows of(Node.Input input) {
      return filling().rows(indexOf.applyAsInt(input));
    }

    /** Adds rows that were staged before; they belong to the engine from now on. */
    public void add(Node.Input input, StagedRows rows) {
      if (rows.size() > 0) {
        filling().add(indexOf.applyAsInt(input), rows);
      }
    }

    /**
     * Says how far the event time of a stream has come.
     *
     * @param micros since 1970
     */
    public void advanceWatermark(Node.Input input, long micros) {
      int unused = indexOf.applyAsInt(input);
      EventTime eventTime = input.eventTime();
      if (eventTime == null) {
        throw new EngineException(
            EngineException.Kind.INVALID,
            input.describe()
                + " has no event time, and so no watermark; declare it:"
                + " p.stream(...).eventTime(..., outOfOrderBy(...))");
      }
      long clock = runtime.clockMicros();
      if (micros > clock + eventTime.aheadMicros()) {
        throw new IllegalArgumentException(
            input.describe()
                + " cannot have a watermark so far ahead of the clock, as all windows before it"
                + " would close: watermark="
                + Words.toInstant(micros)
                + " clock="
                + Words.toInstant(clock)
                + "; say outOfOrderBy(...).atMostAhead(...) if it is meant");
      }
      filling().reached(new Epoch.Reached(input.name(), micros));
    }

    /** Has the number of this append kept, if no row is written, too. */
    public void keepNumber() {
      filling().keepNumber();
    }

    /** Notes a row that could not be decoded. */
    public void reject(Node.Input input, String reason, String row) {
      filling()
          .reject(new Epoch.Reject(input.describe(), Ledger.bounded(reason), Ledger.bounded(row)));
    }
  }

  private final EngineRuntime runtime;
  private final ToIntFunction<Node.Input> indexOf;

  public Appender(EngineRuntime runtime) {
    this.runtime = runtime;
    this.indexOf =
        input -> {
          int index = runtime.plan().inputs().indexOf(input);
          if (index < 0) {
            throw new IllegalArgumentException(
                input.describe() + " belongs to another engine; nothing was appended");
          }
          return index;
        };
  }

  /**
   * Appends what a writer writes, all or nothing, and waits until it is acknowledged.
   *
   * @return the position; the one that views are at if nothing was written
   */
  public long append(Consumer<Rows> writer) {
    checkMayWait();
    Epoch epoch = write(writer);
    return epoch == null ? runtime.position() : runtime.epochs().acknowledge(epoch);
  }

  /**
   * What became of an append that its producer numbered.
   *
   * @param position where its rows are; of a repetition, where those of the first are in
   * @param isDuplicate was it a repetition, which wrote nothing?
   */
  public record Outcome(long position, boolean isDuplicate) {}

  /**
   * Appends what a writer writes, all or nothing, unless its producer has appended it before, and
   * waits until it is acknowledged; so does a repetition until the first is. If the writer writes
   * nothing, the number is not used up.
   *
   * @param producer who appends
   * @param number of this append; greater than those before if it is new
   * @param prepare gives the writer; not called for what is known to be a repetition
   */
  public Outcome append(String producer, long number, Supplier<Consumer<Rows>> prepare) {
    checkMayWait();
    Epoch.Sequence sequence = new Epoch.Sequence(producer, number);
    runtime.checkMayAppend();
    Producers.Earlier known = runtime.producers().find(sequence);
    if (known != null) {
      return new Outcome(runtime.epochs().acknowledge(known), true);
    }
    Consumer<Rows> writer = prepare.get();
    AtomicReference<Producers.@Nullable Earlier> repeats = new AtomicReference<>();
    Epoch epoch =
        write(
            rows -> {
              Producers.Earlier earlier = rows.filling().claim(sequence);
              repeats.set(earlier);
              if (earlier == null) {
                writer.accept(rows);
              }
            });
    Producers.Earlier earlier = repeats.get();
    if (earlier != null) {
      return new Outcome(runtime.epochs().acknowledge(earlier), true);
    }
    return new Outcome(
        epoch == null ? runtime.position() : runtime.epochs().acknowledge(epoch), false);
  }

  /** The number of the last append of a producer; empty if none is known. */
  public OptionalLong lastNumber(String producer) {
    return runtime.producers().lastNumber(producer);
  }

  /**
   * Appends what a writer writes, all or nothing, and does not wait for more than room.
   *
   * @param writer writes something
   */
  public Pending appendAsync(Consumer<Rows> writer) {
    return new Pending(Objects.requireNonNull(write(writer), "nothing to append"));
  }

  /**
   * What appends rows of one input, all or nothing. Many rows are written at once, by this thread
   * and into a buffer of their own, so that threads that append do not wait for each other; few are
   * written later, under the inbox's lock, next to those of others.
   *
   * @param count how many rows there are
   * @param writer writes them
   * @return to be given to one of the other methods
   */
  public Consumer<Rows> staged(Node.Input input, int count, Consumer<StagedRows> writer) {
    if (count < MIN_STAGED) {
      return rows -> writer.accept(rows.of(input));
    }
    runtime.checkMayAppend();
    int index = indexOf.applyAsInt(input);
    StagedRows own = runtime.pool().take(index);
    boolean isDone = false;
    try {
      writer.accept(own);
      isDone = true;
    } finally {
      if (!isDone) {
        runtime.pool().give(index, own);
      }
    }
    return rows -> rows.add(input, own);
  }

  private @Nullable Epoch write(Consumer<Rows> writer) {
    return runtime.append(
        filling -> {
          Rows rows = new Rows(filling);
          try {
            writer.accept(rows);
          } finally {
            rows.isOpen = false;
          }
        });
  }

  /** Throws if this thread cannot wait for an acknowledgement, as it would have to give it. */
  public void checkMayWait() {
    runtime.checkMayWait();
  }

  /** Rows on their way into the log. */
  public final class Pending {
    private final Epoch epoch;

    private Pending(Epoch epoch) {
      this.epoch = epoch;
    }

    /**
     * Completes with the position when the rows are acknowledged; not on a thread of the engine's,
     * which must not be made to wait by what the host does then.
     */
    public CompletableFuture<Long> acknowledgement() {
      return runtime.epochs().acknowledgement(epoch).thenApplyAsync(position -> position);
    }

    /** Are the rows acknowledged, or refused? */
    public boolean isDone() {
      return runtime.epochs().acknowledgement(epoch).isDone();
    }

    /** Throws if the rows were refused. */
    public void throwIfRefused() {
      if (epoch.logged().isCompletedExceptionally()) {
        runtime.epochs().acknowledge(epoch);
      }
    }

    /**
     * Waits until the rows are acknowledged, if another thread steps.
     *
     * @return their position
     */
    public long await() {
      return runtime.epochs().acknowledge(epoch);
    }
  }

  /** An empty buffer for rows of an input, to be filled by the caller and then added. */
  public StagedRows newRows(Node.Input input) {
    return runtime.pool().take(indexOf.applyAsInt(input));
  }
}
