package dev.leat.engine.benchmarks;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Hashing;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Events as batches of dictionary codes, one dictionary for all columns, codes in the order in
 * which a replay meets the values. The columns that no workload reads are left empty, as the
 * engine's decoder leaves them.
 */
public final class EncodedEvents {
  /** Rows of a batch. */
  public static final int BATCH_ROWS = 8192;

  static final int USER = 1;
  static final int SESSION = 2;
  static final int TYPE = 3;
  static final int PAGE = 4;
  static final int DEVICE = 6;
  static final int COUNTRY = 7;
  static final int MICROS = 8;
  private static final int COLUMNS = 9;

  private final Dictionary dictionary = new Dictionary(new Hashing(1));
  private final List<Batch> batches = new ArrayList<>();
  private final int count;

  public EncodedEvents(Events events) {
    count = events.count();
    for (int from = 0; from < count; from += BATCH_ROWS) {
      int rows = Math.min(BATCH_ROWS, count - from);
      Batch batch = new Batch(COLUMNS);
      encode(batch.column(USER), from, rows, events::userId);
      encode(batch.column(SESSION), from, rows, events::sessionId);
      encode(batch.column(TYPE), from, rows, events::eventType);
      encode(batch.column(PAGE), from, rows, events::pageUrl);
      encode(batch.column(DEVICE), from, rows, events::deviceType);
      encode(batch.column(COUNTRY), from, rows, events::country);
      Column micros = batch.column(MICROS);
      micros.reset(rows);
      for (int i = 0; i < rows; i++) {
        micros.set(i, events.micros(from + i));
      }
      batch.fill(rows, null);
      batches.add(batch);
    }
  }

  private void encode(Column column, int from, int rows, IntFunction<String> values) {
    column.reset(rows);
    for (int i = 0; i < rows; i++) {
      column.set(i, dictionary.intern(values.apply(from + i)));
    }
  }

  /** How many events. */
  public int count() {
    return count;
  }

  Dictionary dictionary() {
    return dictionary;
  }

  List<Batch> batches() {
    return batches;
  }

  static Batch empty() {
    return new Batch(COLUMNS);
  }
}
