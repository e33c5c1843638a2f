package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.batch.ByteWriter;
import dev.leat.engine.internal.log.EventLog;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Epochs in the event log, and who waits for them to be acknowledged.
 *
 * <p><b>Threading.</b> One thread at a time appends, replays and closes; any thread waits.
 */
final class EpochLog {
  private static final byte[] NOTHING = {};

  private final EventLog log;
  private final EpochCodec codec;
  private final boolean keepsRecords;
  private final boolean canWait;
  private final boolean awaitSync;
  private final Queue<Epoch> unsynced = new ArrayDeque<>();
  private long recordBytes;
  private @Nullable EngineException failure;

  /**
   * Epochs in a log.
   *
   * @param canWait does another thread append than those that wait?
   * @param awaitSync is an epoch acknowledged only when it survives a power cut?
   */
  EpochLog(EventLog log, EpochCodec codec, boolean canWait, boolean awaitSync) {
    this.log = log;
    this.codec = codec;
    this.keepsRecords = log.keepsRecords();
    this.canWait = canWait;
    this.awaitSync = awaitSync;
  }

  /** Shows the epochs from a position on, in order. */
  void replay(long from, Consumer<Epoch> visitor) {
    log.replay(
        from,
        (at, buffer, offset, length) -> {
          recordBytes += length;
          visitor.accept(codec.read(at, buffer, offset, length));
        });
  }

  /** The bytes of all records that were replayed or appended so far. */
  long recordBytes() {
    return recordBytes;
  }

  /** Begins to acknowledge. */
  void start(Consumer<EngineException> onFailure) {
    log.onSynced(this::completeSynced);
    log.onSyncFailed(onFailure);
  }

  long lastPosition() {
    return log.lastPosition();
  }

  long syncedPosition() {
    return log.syncedPosition();
  }

  /**
   * Appends an epoch at its position and acknowledges it as logged.
   *
   * @throws EngineException if the log does not take it; nothing has changed then
   */
  void append(Epoch epoch) {
    if (!keepsRecords) {
      // Nobody will read a record.
      log.append(NOTHING, 0, 0);
      epoch.logged().complete(epoch.position());
      epoch.synced().complete(epoch.position());
      return;
    }
    if (log.startsSegment()) {
      codec.repeatInputs(); // those before it may be released
    }
    ByteWriter record = codec.write(epoch);
    // Not under the lock: at the end of a segment the log waits for its thread that forces, which
    // takes it to tell of what is synced.
    log.append(record.bytes(), 0, record.size());
    add(epoch);
    codec.confirm(epoch);
    recordBytes += record.size();
    epoch.logged().complete(epoch.position());
    completeSynced(log.syncedPosition());
  }

  private void add(Epoch epoch) {
    EngineException reason;
    synchronized (unsynced) {
      reason = failure;
      if (reason == null) {
        unsynced.add(epoch);
      }
    }
    if (reason != null) {
      epoch.synced().completeExceptionally(reason);
    }
  }

  private void completeSynced(long syncedPosition) {
    while (true) {
      Epoch epoch;
      synchronized (unsynced) {
        epoch = unsynced.peek();
        if (epoch == null || epoch.position() > syncedPosition) {
          return;
        }
        unsynced.remove();
      }
      epoch.synced().complete(epoch.position());
    }
  }

  /**
   * Waits until an epoch is acknowledged, if another thread steps.
   *
   * @return its position
   * @throws EngineException if it was refused, whoever steps
   */
  long acknowledge(Epoch epoch) {
    if (!canWait && !epoch.logged().isCompletedExceptionally()) {
      return epoch.position();
    }
    try {
      long logged = epoch.logged().get();
      if (awaitSync) {
        log.awaitSynced(logged);
      }
      return logged;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(
          Kind.COMMIT_UNKNOWN,
          "interrupted while waiting for an acknowledgement; the rows may come into the log or not",
          e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof EngineException cause) {
        throw new EngineException(cause.kind(), String.valueOf(cause.getMessage()), cause);
      }
      throw new IllegalStateException(e);
    }
  }

  /**
   * Waits until all records up to a position survive a power cut, however they are acknowledged.
   */
  void awaitSynced(long position) {
    if (log.syncedPosition() < position) {
      log.awaitSynced(position);
    }
  }

  /**
   * Waits until an appended epoch survives a power cut, if it is acknowledged only then. The host
   * that steps waits here, so an interrupt of its thread must not end the engine: it stays set.
   */
  void awaitDurable(Epoch epoch) {
    if (!awaitSync) {
      return;
    }
    boolean interrupted = Thread.interrupted();
    try {
      while (log.syncedPosition() < epoch.position()) {
        try {
          log.awaitSynced(epoch.position());
        } catch (EngineException e) {
          if (!Thread.interrupted()) {
            throw e;
          }
          interrupted = true;
        }
      }
      completeSynced(log.syncedPosition());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits until what repeats an earlier append may be acknowledged as that was. */
  long acknowledge(Producers.Earlier earlier) {
    Epoch epoch = earlier.epoch();
    if (epoch != null) {
      return acknowledge(epoch);
    }
    if (awaitSync) {
      log.awaitSynced(earlier.position());
    }
    return earlier.position();
  }

  /** When an epoch is acknowledged. */
  CompletableFuture<Long> acknowledgement(Epoch epoch) {
    return awaitSync ? epoch.synced() : epoch.logged();
  }

  /** Tells everyone who still waits that it will not be. */
  void fail(EngineException reason) {
    synchronized (unsynced) {
      failure = reason;
      unsynced.forEach(epoch -> epoch.fail(reason));
      unsynced.clear();
    }
  }

  /** Makes everything durable and lets go of the log. */
  void close() {
    log.close();
    completeSynced(log.syncedPosition());
  }
}
