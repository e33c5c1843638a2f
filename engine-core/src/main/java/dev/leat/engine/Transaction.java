package dev.leat.engine;

import dev.leat.engine.internal.exec.Appender;
import java.time.Instant;

/**
 * Writes to several inputs that readers see all at once, or none if the writer throws; see {@link
 * Engine#append}. Valid during that call only. Writers of other threads wait, so it should be
 * quick.
 */
public final class Transaction {
  private final Appender.Rows rows;

  Transaction(Appender.Rows rows) {
    this.rows = rows;
  }

  /** Appends a row to a stream. */
  public <T> Transaction append(StreamInput<T> stream, T row) {
    stream.write(row, rows);
    return this;
  }

  /** Says how far the event time of a stream has come; see {@link StreamInput#advanceWatermark}. */
  public Transaction advanceWatermark(StreamInput<?> stream, Instant time) {
    stream.writeWatermark(time, rows);
    return this;
  }

  /** Puts a row into a table with a key. */
  public <T> Transaction upsert(TableInput<T> table, T row) {
    table.upsert(row, rows);
    return this;
  }

  /** Deletes the row with a key from a table. */
  public Transaction delete(TableInput<?> table, Object... key) {
    table.delete(key, rows);
    return this;
  }

  /** Inserts a row into a table without a key. */
  public <T> Transaction insert(KeylessTableInput<T> table, T row) {
    table.insert(row, rows);
    return this;
  }

  /** Deletes one row equal to this one from a table without a key. */
  public <T> Transaction delete(KeylessTableInput<T> table, T row) {
    table.delete(row, rows);
    return this;
  }
}
