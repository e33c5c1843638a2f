package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.plan.Node;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/** Appends rows to the inputs of a runtime: what the public inputs are made of. Any thread. */
public final class Appender {
  /** The rows of one append, while they are being written. */
  public final class Rows {
    private final Inbox.Filling filling;

    private Rows(Inbox.Filling filling) {
      this.filling = filling;
    }

    /** The rows of an input, to write more to. */
    public StagedRows of(Node.Input input) {
      return filling.rows(indexOf.applyAsInt(input));
    }

    /** Adds rows that were staged before; they belong to the engine from now on. */
    public void add(Node.Input input, StagedRows rows) {
      if (rows.size() > 0) {
        filling.add(indexOf.applyAsInt(input), rows);
      }
    }

    /** Notes a row that could not be decoded. */
    public void reject(Node.Input input, String reason, String row) {
      filling.reject(
          new Epoch.Reject(input.describe(), Ledger.bounded(reason), Ledger.bounded(row)));
    }
  }

  private final EngineRuntime runtime;
  private final ToIntFunction<Node.Input> indexOf;

  public Appender(EngineRuntime runtime) {
    this.runtime = runtime;
    this.indexOf = runtime.plan().inputs()::indexOf;
  }

  /**
   * Appends what a writer writes, all or nothing, and waits until it is acknowledged.
   *
   * @return the position
   */
  public long append(Consumer<Rows> writer) {
    return runtime.acknowledge(runtime.append(f -> writer.accept(new Rows(f))));
  }

  /** Appends what a writer writes, all or nothing, and does not wait for more than room. */
  public Pending appendAsync(Consumer<Rows> writer) {
    return new Pending(runtime.append(f -> writer.accept(new Rows(f))));
  }

  /** Rows on their way into the log. */
  public final class Pending {
    private final Epoch epoch;

    private Pending(Epoch epoch) {
      this.epoch = epoch;
    }

    /** Completes with the position when the rows are acknowledged. */
    public CompletableFuture<Long> acknowledgement() {
      return runtime.acknowledgement(epoch);
    }

    /**
     * Waits until the rows are acknowledged, if another thread steps.
     *
     * @return their position
     */
    public long await() {
      return runtime.acknowledge(epoch);
    }
  }

  /** An empty buffer for rows of an input, to be filled by the caller and then added. */
  public StagedRows newRows(Node.Input input) {
    return runtime.newRows(input);
  }
}
