package dev.leat.engine.testkit;

import dev.leat.engine.Changes;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.Snapshot;
import dev.leat.engine.Threading;
import dev.leat.engine.Transaction;
import dev.leat.engine.View;
import dev.leat.engine.internal.exec.EngineRuntime;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.ViewDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Runs a case, and compares the engine with the reference after each epoch. */
final class RandomRun implements AutoCloseable {
  private static final int LOOKUPS = 3;

  /** Between two epochs there are less seconds. */
  private static final int MAX_SECONDS = 5;

  /** One in so many views is queried. */
  private static final int QUERIES = 20;

  private final RandomCase randomCase;
  private final TestClock clock = new TestClock(PipelineTester.START);
  private final Engine engine;
  private final SplittableRandom random;
  private final RandomValues values;

  /** Apart, so that seeds do what they did before time passed between epochs. */
  private final SplittableRandom ticks;

  private final InputModel model;
  private final LedgerCheck ledgerCheck;
  private final ReferenceMemory memory = new ReferenceMemory();
  private final Map<String, FeedCheck> feeds = new LinkedHashMap<>();
  private final Map<String, FeedCheck> lateFeeds = new LinkedHashMap<>();
  private final Map<String, FeedCheck> slowFeeds = new LinkedHashMap<>();
  private @Nullable Snapshot kept;
  private @Nullable ReferenceResult keptResult;

  private RandomRun(RandomCase randomCase) {
    this.randomCase = randomCase;
    this.engine =
        Engine.inMemory(
            Pipeline.of(randomCase.plan()),
            EngineSettings.defaults()
                .withThreading(Threading.HOST)
                .withClock(clock)
                .withLedgerRows(randomCase.options().ledgerRows()));
    this.random = new SplittableRandom(randomCase.seed());
    this.values = new RandomValues(random);
    this.ticks = new SplittableRandom(~randomCase.seed());
    this.model = new InputModel(randomCase.plan());
    this.ledgerCheck = new LedgerCheck(randomCase.plan());
    memory.reached(model.reached());
  }

  @Override
  public void close() {
    engine.close();
  }

  /** Why a case fails; null if it does not. */
  static @Nullable String failure(RandomCase randomCase) {
    try {
      List<List<Changes<Row>>> feeds = run(randomCase);
      if (randomCase.options().isRepeated()) {
        check(feeds.equals(run(randomCase)), "the second run gave another change feed", feeds);
      }
      if (randomCase.options().isRestarted()) {
        RestartRun.check(randomCase);
      }
      return null;
    } catch (AssertionError | RuntimeException e) {
      StringBuilder text = new StringBuilder(e.toString()).append('\n');
      for (StackTraceElement element : List.of(e.getStackTrace())) {
        if (element.getClassName().startsWith("dev.leat")) {
          text.append("    at ").append(element).append('\n');
        }
      }
      return text.toString();
    }
  }

  private static List<List<Changes<Row>>> run(RandomCase randomCase) {
    try (RandomRun run = new RandomRun(randomCase)) {
      run.run();
      return run.feeds.values().stream().map(FeedCheck::all).toList();
    }
  }

  static void check(boolean holds, String what, Object detail) {
    if (!holds) {
      throw new AssertionError(what + ": " + detail);
    }
  }

  private void run() {
    for (ViewDefinition view : randomCase.plan().views()) {
      feeds.put(view.name(), new FeedCheck(engine.view(view.name())));
    }
    feeds.put(Plan.LEDGER, new FeedCheck(engine.view(Plan.LEDGER)));
    for (String view : feeds.keySet()) {
      slowFeeds.put(view, FeedCheck.slow(engine.view(view), randomCase.seed()));
    }
    compare();
    int lateFrom = random.nextInt(randomCase.epochs().size() + 1);
    for (int i = 0; i < randomCase.epochs().size(); i++) {
      Duration time = Duration.ofSeconds(random.nextInt(MAX_SECONDS));
      clock.advance(time);
      model.advance(time);
      memory.startEpoch(model.now());
      bring(randomCase.epochs().get(i));
      ledgerCheck.apply(randomCase.epochs().get(i), model);
      ReferenceResult result = compare();
      if (ticks.nextInt(3) == 0) {
        result = tick();
      }
      if (i == lateFrom) {
        feeds.keySet().forEach(v -> lateFeeds.put(v, new FeedCheck(engine.view(v))));
        kept = engine.read(snapshot -> snapshot);
        keptResult = result;
      }
      if (randomCase.options().isSwept()) {
        runtime(engine).sweep();
      }
    }
    if (kept != null && keptResult != null) {
      compareKept(kept, keptResult);
    }
  }

  /** Time passes, or the clock is set back, and no rows come. */
  private ReferenceResult tick() {
    Duration time = Duration.ofMillis(ticks.nextInt(1, 9000));
    if (ticks.nextInt(4) == 0) {
      clock.jump(time.negated());
      check(engine.step() == 0, "rows of a tick", 0);
      clock.jump(time);
      return compare();
    }
    clock.advance(time);
    model.advance(time);
    Position before = engine.position();
    check(engine.step() == 0, "rows of a tick", 0);
    if (!engine.position().equals(before)) {
      memory.startEpoch(clock.instant());
    }
    return compare();
  }

  /** The engine's inner part, which tests alone may touch. */
  private static EngineRuntime runtime(Engine engine) {
    try {
      var field = Engine.class.getDeclaredField("runtime");
      field.setAccessible(true);
      return (EngineRuntime) field.get(engine);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private void bring(List<InputChange> epoch) {
    if (randomCase.options().isOneTransaction()) {
      engine.append(transaction -> epoch.forEach(change -> write(engine, transaction, change)));
    } else {
      for (InputChange change : epoch) {
        engine.append(transaction -> write(engine, transaction, change));
      }
    }
    check(engine.step() == epoch.size(), "rows of the epoch", epoch.size());
    check(engine.step() == 0, "rows left", 0);
  }

  /** Writes a change as a program would. */
  static void write(Engine engine, Transaction transaction, InputChange change) {
    Node.Input input = input(engine, change.input());
    Object[] row = change.values().toArray();
    switch (change.kind()) {
      case INSERT -> {
        if (input.kind() == Node.InputKind.STREAM) {
          transaction.append(engine.stream(input.name()), Row.of(input.schema(), row));
        } else {
          transaction.insert(engine.keylessTable(input.name()), Row.of(input.schema(), row));
        }
      }
      case REACHED ->
          transaction.advanceWatermark(
              engine.stream(input.name()), (Instant) Objects.requireNonNull(row[0]));
      case UPSERT -> transaction.upsert(engine.table(input.name()), Row.of(input.schema(), row));
      case DELETE_KEY -> transaction.delete(engine.table(input.name()), row);
      case DELETE_ROW ->
          transaction.delete(engine.keylessTable(input.name()), Row.of(input.schema(), row));
    }
  }

  private static Node.Input input(Engine engine, String name) {
    return runtime(engine).plan().input(name);
  }

  private ReferenceResult compare() {
    ReferenceResult expected = ReferenceEvaluator.evaluate(randomCase.plan(), model.rows(), memory);
    for (ViewDefinition definition : randomCase.plan().views()) {
      View<Row> view = engine.view(definition.name());
      Map<ReferenceRow, Long> rows = expected.view(view.name());
      compareRows(view.name(), view.schema(), rows, view.scan(), view.count());
      follow(feeds.get(view.name()), rows);
      follow(lateFeeds.get(view.name()), rows);
      follow(slowFeeds.get(view.name()), rows);
      view.key().ifPresent(key -> lookUp(view, key, rows));
      if (random.nextInt(QUERIES) == 0) {
        new QueryCheck(random, view).check(rows);
      }
    }
    compareLedger(expected);
    check(
        engine.duplicateRows().equals(model.duplicates()),
        "duplicates should be " + model.duplicates(),
        engine.duplicateRows());
    return expected;
  }

  private void follow(@Nullable FeedCheck feed, Map<ReferenceRow, Long> rows) {
    if (feed != null) {
      feed.follow(engine.position().value(), rows);
    }
  }

  private static void compareRows(
      String name, Schema schema, Map<ReferenceRow, Long> expected, List<Row> rows, long count) {
    Map<ReferenceRow, Long> actual = new LinkedHashMap<>();
    for (Row row : rows) {
      ReferenceRow canonical = ReferenceRow.of(schema, row.values());
      for (int c = 0; c < schema.size(); c++) {
        Object value = row.values().get(c);
        check(
            value instanceof byte[]
                || value instanceof List
                || Objects.equals(value, canonical.value(c)),
            "not the one form of a value",
            row);
      }
      actual.merge(canonical, 1L, Long::sum);
    }
    check(count == rows.size(), "count()", name);
    check(actual.equals(expected), name, new Difference(expected, actual));
  }

  /** What one has and the other has not; a text is only made of it for a failure. */
  record Difference(Map<ReferenceRow, Long> expected, Map<ReferenceRow, Long> actual) {
    @Override
    public String toString() {
      Map<ReferenceRow, Long> missing = new LinkedHashMap<>(expected);
      actual.forEach((row, n) -> missing.merge(row, -n, (a, b) -> a + b == 0 ? null : a + b));
      StringBuilder text = new StringBuilder();
      missing.forEach(
          (row, n) ->
              text.append(n > 0 ? "\n  missing " : "\n  not expected ")
                  .append(row)
                  .append(Math.abs(n) == 1 ? "" : " x" + Math.abs(n)));
      return text + "\n  expected " + expected + "\n  actual " + actual;
    }
  }

  /** What a lookup found; a text is only made of it for a failure. */
  private record Lookup(String view, Object key, @Nullable Object found) {}

  /** The values of the key columns of a row. */
  static List<@Nullable Object> key(ReferenceRow row, Schema schema, List<String> key) {
    List<@Nullable Object> of = new ArrayList<>();
    key.forEach(column -> of.add(row.value(schema.find(column))));
    return of;
  }

  private void lookUp(View<Row> view, List<String> key, Map<ReferenceRow, Long> rows) {
    Schema schema = view.schema();
    List<ReferenceRow> all = new ArrayList<>(rows.keySet());
    for (int i = Math.min(LOOKUPS, all.size()); i > 0; i--) {
      ReferenceRow row = values.pick(all);
      Row found = view.get(written(row, schema, key)).orElse(null);
      check(
          found != null && ReferenceRow.of(schema, found.values()).equals(row),
          "get()",
          new Lookup(view.name(), row, found));
    }
    List<@Nullable Object> other = new ArrayList<>();
    key.forEach(column -> other.add(values.value(schema.field(schema.find(column)))));
    ReferenceRow canonical =
        key.isEmpty()
            ? new ReferenceRow(other)
            : ReferenceRow.of(schema.select(key, "test"), other);
    Optional<ReferenceRow> expected =
        all.stream().filter(r -> key(r, schema, key).equals(canonical.values())).findFirst();
    Optional<ReferenceRow> found =
        view.get(other.toArray()).map(r -> ReferenceRow.of(schema, r.values()));
    check(found.equals(expected), "get()", new Lookup(view.name(), canonical, found));
  }

  /** The key of a row as a program might write it. */
  private Object[] written(ReferenceRow row, Schema schema, List<String> key) {
    return key.isEmpty()
        ? new Object[0]
        : values
            .written(schema.select(key, "test"), new ReferenceRow(key(row, schema, key)))
            .toArray();
  }

  /** A snapshot stays as it was, whatever came later. */
  private void compareKept(Snapshot snapshot, ReferenceResult expected) {
    for (ViewDefinition definition : randomCase.plan().views()) {
      Snapshot.Of<Row> view = snapshot.view(definition.name());
      Schema schema = definition.relation().schema();
      Map<ReferenceRow, Long> rows = expected.view(definition.name());
      compareRows(definition.name(), schema, rows, view.scan(), view.count());
      List<String> key = definition.relation().key().orElse(null);
      for (ReferenceRow row : key == null ? List.<ReferenceRow>of() : rows.keySet()) {
        Row found = view.get(written(row, schema, key)).orElse(null);
        check(
            found != null && ReferenceRow.of(schema, found.values()).equals(row),
            "get() of what was kept",
            new Lookup(definition.name(), row, found));
      }
    }
  }

  private void compareLedger(ReferenceResult expected) {
    long all = engine.rejectedRows().values().stream().mapToLong(Long::longValue).sum();
    ledgerCheck.check(expected.errors(), all);
    long kept = Math.min(all, randomCase.options().ledgerRows());
    View<Row> ledger = engine.view(Plan.LEDGER);
    check(ledger.count() == kept, "ledger's rows should be " + kept, all);
    Map<ReferenceRow, Long> entries = new LinkedHashMap<>();
    ledger.scan().forEach(row -> entries.put(ReferenceRow.of(ledger.schema(), row.values()), 1L));
    follow(feeds.get(Plan.LEDGER), entries);
    follow(lateFeeds.get(Plan.LEDGER), entries);
    follow(slowFeeds.get(Plan.LEDGER), entries);
  }
}
