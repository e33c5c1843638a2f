package dev.leat.engine.testkit;

import dev.leat.engine.Change;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.LedgerEntry;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Row;
import dev.leat.engine.Threading;
import dev.leat.engine.View;
import dev.leat.engine.plan.Node;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tests a pipeline on the path that it takes in production: rows go in as records, {@link Row}s or
 * NDJSON, {@link #step} takes them through the engine as one epoch, views and their changes come
 * out. Without threads and without waiting; the engine's clock moves only when it is told.
 *
 * <pre>{@code
 * try (PipelineTester tester = PipelineTester.of(pipeline)) {
 *   tester.put("clicks", new Click("u1", "/home"), new Click("u2", "/home")).step();
 *   assertThat(tester.rows("traffic", Traffic.class)).containsExactly(new Traffic("/home", 2));
 * }
 * }</pre>
 *
 * <p>Views do not depend on how the input is cut into epochs. {@link #onEverySchedule} runs one
 * test with many cuts:
 *
 * <pre>{@code
 * PipelineTester.onEverySchedule(pipeline, tester -> {
 *   tester.put("clicks", new Click("u1", "/home"), new Click("u2", "/home")).step();
 *   assertThat(tester.rows("traffic", Traffic.class)).containsExactly(new Traffic("/home", 2));
 * });
 * }</pre>
 *
 * <p>One thread.
 */
public final class PipelineTester implements AutoCloseable {
  /** What the engine's clock says at first. */
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private static final int MAX_EPOCH_ROWS = 1_000_000;
  private static final int RANDOM_SCHEDULES = 7;

  private record FeedKey(String view, Class<?> rows) {}

  private final Pipeline pipeline;
  private final Schedule schedule;
  private final TestClock clock = new TestClock(START);
  private final Engine engine;
  private final Map<FeedKey, List<?>> feeds = new HashMap<>();

  private PipelineTester(Pipeline pipeline, Schedule schedule) {
    this.pipeline = pipeline;
    this.schedule = schedule;
    this.engine =
        Engine.inMemory(
            pipeline,
            EngineSettings.defaults()
                .withThreading(Threading.HOST)
                .withEpochRows(MAX_EPOCH_ROWS)
                .withClock(clock));
  }

  /** A tester of a pipeline, with an engine of its own. */
  public static PipelineTester of(Pipeline pipeline) {
    return new PipelineTester(pipeline, Schedule.AS_TOLD);
  }

  /**
   * Runs a test again and again, each time with a new engine, with epochs that end where the test
   * steps, after each row, only where the test reads, and at random places that are the same each
   * time. Whatever the test put is in when it reads. A test of views should hold with all of them;
   * one of changes need not, because the changes of an epoch are added up.
   *
   * @throws AssertionError if the test fails; the message says with which schedule
   */
  public static void onEverySchedule(Pipeline pipeline, Consumer<PipelineTester> test) {
    for (Schedule schedule : Schedule.hostile(RANDOM_SCHEDULES)) {
      try (PipelineTester tester = new PipelineTester(pipeline, schedule)) {
        test.accept(tester);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("with " + schedule.name() + ": " + e.getMessage(), e);
      }
    }
  }

  /** The engine, for what has no shorter way here: lookups by key, transactions, snapshots. */
  public Engine engine() {
    return engine;
  }

  /**
   * Appends rows to a stream, inserts them into a table without a key, or puts them into one with a
   * key. They are seen after the next {@link #step}.
   *
   * @param rows records of the input's class, or {@link Row}s of its columns
   */
  public PipelineTester put(String input, Object... rows) {
    Node.Input node = pipeline.plan().input(input);
    for (Object row : rows) {
      if (row instanceof Record record) {
        put(node, record);
      } else {
        put(node, (Row) row);
      }
      cutAfterRow();
    }
    return this;
  }

  private void put(Node.Input input, Row row) {
    switch (input.kind()) {
      case STREAM -> engine.stream(input.name()).append(row);
      case KEYED_TABLE -> engine.table(input.name()).upsert(row);
      case KEYLESS_TABLE -> engine.keylessTable(input.name()).insert(row);
    }
  }

  private <T extends Record> void put(Node.Input input, T row) {
    Class<T> type = classOf(row);
    switch (input.kind()) {
      case STREAM -> engine.stream(input.name(), type).append(row);
      case KEYED_TABLE -> engine.table(input.name(), type).upsert(row);
      case KEYLESS_TABLE -> engine.keylessTable(input.name(), type).insert(row);
    }
  }

  @SuppressWarnings("unchecked") // A record class has no subclasses.
  private static <T extends Record> Class<T> classOf(T row) {
    return (Class<T>) row.getClass();
  }

  /** Puts a row as {@link #put} does, given by its values in the order of the columns. */
  public PipelineTester putValues(String input, @Nullable Object... values) {
    return put(input, Row.of(pipeline.plan().input(input).schema(), values));
  }

  /**
   * Deletes the row with a key from a table with a key.
   *
   * @param key a value for each column of the key, in its order
   */
  public PipelineTester deleteKey(String table, Object... key) {
    engine.table(table).delete(key);
    return cutAfterRow();
  }

  /**
   * Deletes rows from a table without a key, for each one that is equal.
   *
   * @param rows records of the table's class, or {@link Row}s of its columns
   */
  public PipelineTester deleteRows(String table, Object... rows) {
    for (Object row : rows) {
      if (row instanceof Record record) {
        deleteRow(table, record);
      } else {
        engine.keylessTable(table).delete((Row) row);
      }
      cutAfterRow();
    }
    return this;
  }

  private <T extends Record> void deleteRow(String table, T row) {
    engine.keylessTable(table, classOf(row)).delete(row);
  }

  /** Puts NDJSON into any input; what cannot be decoded goes to the ledger. */
  public PipelineTester ndjson(String input, String lines) {
    lines
        .lines()
        .forEach(
            line -> {
              engine.ndjson(input).append(line);
              cutAfterRow();
            });
    return this;
  }

  private PipelineTester cutAfterRow() {
    if (schedule.cutsAfterRow().getAsBoolean()) {
      engine.step();
    }
    return this;
  }

  /** Takes what was put through the engine, as one epoch. */
  public PipelineTester step() {
    if (schedule.cutsAtStep().getAsBoolean()) {
      engine.step();
    }
    return this;
  }

  /**
   * Moves the engine's clock forward. What was put before is of the time before.
   *
   * @param time not negative
   */
  public PipelineTester advance(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("time does not go back: time=" + time);
    }
    engine.step();
    clock.advance(time);
    return this;
  }

  /** What the engine's clock says. */
  public Instant now() {
    return clock.instant();
  }

  private void cutAtRead() {
    if (schedule.cutsAtRead()) {
      engine.step();
    }
  }

  /** The rows of a view after the last step. */
  public List<Row> rows(String view) {
    cutAtRead();
    return engine.view(view).scan();
  }

  /** The rows of a view after the last step, as records. */
  public <T extends Record> List<T> rows(String view, Class<T> type) {
    cutAtRead();
    return engine.view(view, type).scan();
  }

  /**
   * What changed in a view since this was asked last; the first time, its rows. So the sum of all
   * that this gives is always the view.
   */
  public List<Change<Row>> changes(String view) {
    return changes(engine.view(view), Row.class);
  }

  /**
   * What changed in a view since this was asked last with this class; the first time, its rows. So
   * the sum of all that this gives is always the view.
   */
  public <T extends Record> List<Change<T>> changes(String view, Class<T> type) {
    return changes(engine.view(view, type), type);
  }

  private <T> List<Change<T>> changes(View<T> view, Class<T> type) {
    cutAtRead();
    FeedKey key = new FeedKey(view.name(), type);
    @SuppressWarnings("unchecked") // Only this method puts feeds in, under the class of their rows.
    List<Change<T>> feed = (List<Change<T>>) feeds.get(key);
    if (feed == null) {
      feed = new ArrayList<>();
      List<Change<T>> target = feed;
      view.subscribe(changes -> target.addAll(changes.changes()));
      feeds.put(key, feed);
    }
    List<Change<T>> since = List.copyOf(feed);
    feed.clear();
    return since;
  }

  /** The rows that are in no view, and why. */
  public List<LedgerEntry> ledger() {
    cutAtRead();
    return engine.ledger().scan();
  }

  @Override
  public void close() {
    engine.close();
  }
}
