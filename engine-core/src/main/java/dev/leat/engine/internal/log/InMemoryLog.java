package dev.leat.engine.internal.log;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * A log without files: it hands out positions and keeps no record, so there is nothing to replay.
 */
public final class InMemoryLog implements EventLog {
  private final UUID id = UUID.randomUUID();
  private volatile long last;
  private volatile boolean isClosed;
  private volatile LongConsumer listener = position -> {};

  /** Makes an empty log. */
  public InMemoryLog() {}

  @Override
  public long append(byte[] payload, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, payload.length);
    throwIfClosed();
    long position = last + 1;
    last = position;
    listener.accept(position);
    return position;
  }

  @Override
  public UUID id() {
    return id;
  }

  @Override
  public long firstPosition() {
    return last + 1;
  }

  @Override
  public void release(long position) {
    ChronicleLog.checkRelease(position, last); // there is nothing to delete
  }

  @Override
  public Hold hold(String holder, long from) {
    throw new EngineException(
        Kind.INVALID,
        "an in-memory log keeps no records to hold; open the engine on a directory: holder="
            + holder);
  }

  @Override
  public long lastPosition() {
    return last;
  }

  @Override
  public long syncedPosition() {
    return last;
  }

  @Override
  public void awaitSynced(long position) {
    if (position > last) {
      throw new IllegalArgumentException(
          "cannot wait for a record that was not appended: position=" + position + " last=" + last);
    }
  }

  @Override
  public void onSynced(LongConsumer listener) {
    this.listener = Objects.requireNonNull(listener, "listener");
  }

  @Override
  public void onSyncFailed(Consumer<EngineException> listener) {
    Objects.requireNonNull(listener, "listener"); // there is nothing to fail
  }

  @Override
  public boolean keepsRecords() {
    return false;
  }

  @Override
  public void replay(long from, RecordVisitor visitor) {
    if (from < 1) {
      throw new IllegalArgumentException("positions start at 1: from=" + from);
    }
    throwIfClosed();
    if (from <= last) {
      throw new EngineException(
          Kind.INVALID,
          "an in-memory log keeps no records to replay; open the engine on a directory: from="
              + from
              + " last="
              + last);
    }
  }

  @Override
  public Reader reader(String holder, long from) {
    throw new EngineException(
        Kind.INVALID,
        "an in-memory log keeps no records to read; open the engine on a directory: holder="
            + holder);
  }

  @Override
  public void close() {
    isClosed = true;
  }

  private void throwIfClosed() {
    if (isClosed) {
      throw new EngineException(Kind.CLOSED, "the log is closed");
    }
  }
}
