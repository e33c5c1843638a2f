package dev.leat.engine;

import static dev.leat.engine.Expressions.avg;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;
import static dev.leat.engine.Expressions.max;
import static dev.leat.engine.Expressions.min;
import static dev.leat.engine.Expressions.sum;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.plan.Plan;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An engine that is opened again goes on as if it had never been closed. */
class CheckpointedEngineTest {
  record Sale(String shop, String buyer, BigDecimal amount, long items) {}

  record Shop(String shop, String city) {}

  record Visit(String shop, double minutes) {}

  private static final List<String> VIEWS =
      List.of("shops", "by_shop", "by_items", "cities", "buyers", "visits", "all", "ledger");
  private static final CheckpointSettings NEVER =
      CheckpointSettings.defaults().withInterval(Duration.ofDays(365)).withLogBytes(1L << 60);
  private static final EngineSettings HOST =
      EngineSettings.defaults().withThreading(Threading.HOST).withCheckpoints(NEVER);

  @TempDir Path directory;

  private static Pipeline pipeline() {
    return Pipeline.define(
        p -> {
          Relation<Sale> sales = p.stream("sales", Sale.class);
          Relation<Shop> shops = p.table("shops", Shop.class).primaryKey(Shop::shop);
          Relation<Visit> visits = p.table("visits", Visit.class).keyless();
          shops.named("all shops").materialize("shops");
          sales
              .groupBy(Sale::shop)
              .aggregate(
                  count().as("n"),
                  sum(Sale::amount).as("amount"),
                  max(Sale::amount).as("largest"),
                  countDistinct(Sale::buyer).as("buyers"),
                  count().where(col("buyer").eq("b1")).as("of_b1"))
              .acceptGrowth("a test")
              .materialize("by_shop")
              .groupBy("buyers")
              .aggregate(
                  count().as("shops"), min(col("shop")).as("first"), sum(col("n")).as("sales"))
              .acceptGrowth("a test")
              .materialize("by_items");
          shops
              .groupBy(Shop::city)
              .aggregate(count().as("shops"), max(Shop::shop).as("last"))
              .acceptGrowth("a test")
              .materialize("cities");
          sales.select("buyer").distinct().acceptGrowth("a test").materialize("buyers");
          visits
              .groupBy(Visit::shop)
              .aggregate(count().as("n"), sum(Visit::minutes).as("m"), avg(Visit::minutes).as("a"))
              .acceptGrowth("a test")
              .materialize("visits");
          sales.aggregate(count().as("n"), sum(Sale::items).as("items")).materialize("all");
        });
  }

  /** Does one thing, which depends on the number alone, and steps. */
  private static void act(Engine engine, int number) {
    Random random = new Random(number);
    StreamInput<Sale> sales = engine.stream("sales", Sale.class);
    TableInput<Shop> shops = engine.table("shops", Shop.class);
    KeylessTableInput<Visit> visits = engine.keylessTable("visits", Visit.class);
    switch (random.nextInt(7)) {
      case 0 -> shops.upsert(new Shop("s" + random.nextInt(9), "c" + random.nextInt(4)));
      case 1 -> shops.delete("s" + random.nextInt(9));
      case 2 -> visits.insert(new Visit("s" + random.nextInt(3), random.nextInt(3) / 10.0));
      case 3 -> visits.delete(new Visit("s" + random.nextInt(3), random.nextInt(3) / 10.0));
      case 4 -> engine.ndjson("sales").append("{\"shop\": " + number + "\n");
      default -> {
        List<Sale> some = new ArrayList<>();
        for (int i = random.nextInt(5); i >= 0; i--) {
          some.add(
              new Sale(
                  "s" + random.nextInt(9),
                  "b" + (random.nextBoolean() ? random.nextInt(5) : number * 10 + i),
                  BigDecimal.valueOf(random.nextLong() >> random.nextInt(60), 2),
                  i));
        }
        sales.append(some);
      }
    }
    engine.step();
  }

  private static void listen(Engine engine, Map<String, List<Object>> feeds) {
    for (String view : VIEWS) {
      List<Object> feed = feeds.computeIfAbsent(view, name -> new ArrayList<>());
      engine
          .view(view)
          .subscribe(
              changes -> {
                if (!changes.isSnapshot()) {
                  feed.add(changes);
                }
              });
    }
  }

  private static Map<String, List<Row>> tables(Engine engine) {
    Map<String, List<Row>> tables = new LinkedHashMap<>();
    VIEWS.forEach(view -> tables.put(view, engine.view(view).scan()));
    return tables;
  }

  private static void assertSame(Engine engine, Engine expected) {
    assertThat(tables(engine)).isEqualTo(tables(expected));
    assertThat(engine.acceptedRows()).isEqualTo(expected.acceptedRows());
    assertThat(engine.rejectedRows()).isEqualTo(expected.rejectedRows());
    assertThat(engine.position()).isEqualTo(expected.position());
  }

  private List<Path> checkpoints() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("checkpoints"))) {
      return files.sorted().toList();
    }
  }

  private static void damage(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  /** Opens the engine, and gives the positions that its replay came to. */
  private List<Long> replayed(Pipeline pipeline, Engine expected) {
    List<Long> positions = new ArrayList<>();
    try (Engine engine =
        Engine.open(
            directory,
            pipeline,
            HOST,
            progress -> {
              positions.add(progress.position().value());
              assertThat(progress.last()).isEqualTo(expected.position());
            })) {
      assertSame(engine, expected);
    }
    return positions;
  }

  private List<Long> replayed(Engine expected) {
    return replayed(pipeline(), expected);
  }

  @Test
  void theChangeFeedIsThatOfAnEngineThatWasNeverClosed() {
    try (Engine expected = Engine.inMemory(pipeline(), HOST)) {
      Map<String, List<Object>> wanted = new LinkedHashMap<>();
      Map<String, List<Object>> seen = new LinkedHashMap<>();
      listen(expected, wanted);
      int number = 0;
      for (int round = 0; round < 25; round++) {
        try (Engine engine = Engine.open(directory, pipeline(), HOST)) {
          assertSame(engine, expected);
          listen(engine, seen);
          for (int i = 0; i < 10; i++) {
            act(expected, number);
            act(engine, number);
            number++;
          }
          assertThat(seen).isEqualTo(wanted);
          assertSame(engine, expected);
        }
      }
      assertThat(wanted.get("by_shop")).hasSizeGreaterThan(50);
      assertThat(wanted.get("ledger")).hasSizeGreaterThan(10);
    }
  }

  @Test
  void onlyWhatCameAfterTheCheckpointIsReplayed() throws IOException {
    try (Engine expected = Engine.inMemory(pipeline(), HOST)) {
      try (Engine engine = Engine.open(directory, pipeline(), HOST)) {
        assertThat(engine.checkpointStatus().position()).isEqualTo(Position.START);
        assertThat(engine.checkpointStatus().createdAt()).isEmpty();
        for (int i = 0; i < 20; i++) {
          act(engine, i);
          act(expected, i);
        }
        assertThat(engine.checkpoint()).isEqualTo(engine.position());
        CheckpointStatus status = engine.checkpointStatus();
        assertThat(status.position()).isEqualTo(engine.position());
        assertThat(status.taken()).isEqualTo(1);
        assertThat(status.bytes()).isEqualTo(Files.size(checkpoints().get(0)));
      }
      long at = expected.position().value();
      assertThat(replayed(expected)).containsExactly(at);
      try (Engine engine = Engine.open(directory, pipeline(), HOST)) {
        assertThat(engine.checkpointStatus().position()).isEqualTo(expected.position());
        for (int i = 20; i < 30; i++) {
          act(engine, i);
          act(expected, i);
        }
      }
      // As if the last one had not been published: the segment's first record names the inputs.
      Files.delete(checkpoints().get(1));
      List<Long> positions = replayed(expected);
      assertThat(positions).first().isEqualTo(at);
      assertThat(positions).last().isEqualTo(expected.position().value());
      assertThat(positions).hasSize((int) (expected.position().value() - at) + 1);
    }
  }

  @Test
  void aReplayMayBeginInTheMiddleOfWhatOneOpeningWrote() throws IOException {
    try (Engine expected = Engine.inMemory(pipeline(), HOST)) {
      long middle;
      try (Engine engine = Engine.open(directory, pipeline(), HOST)) {
        for (int i = 0; i < 20; i++) {
          act(engine, i);
          act(expected, i);
        }
        middle = engine.checkpoint().value();
        for (int i = 20; i < 40; i++) {
          act(engine, i);
          act(expected, i);
        }
      }
      Files.delete(checkpoints().get(1));
      assertThat(replayed(expected)).first().isEqualTo(middle);
    }
  }

  @Test
  void aDamagedCheckpointIsNotUsed() throws IOException {
    try (Engine expected = Engine.inMemory(pipeline(), HOST)) {
      long older;
      try (Engine engine = Engine.open(directory, pipeline(), HOST)) {
        for (int i = 0; i < 40; i++) {
          act(engine, i);
          act(expected, i);
          if (i == 20) {
            engine.checkpoint();
          }
        }
        older = engine.checkpointStatus().position().value();
      }
      damage(checkpoints().get(1));
      assertThat(replayed(expected)).first().isEqualTo(older);
      // Closing took a new one in place of the damaged one.
      assertThat(replayed(expected)).hasSize(1);
      damage(checkpoints().get(0));
      damage(checkpoints().get(1));
      assertThat(replayed(expected)).first().isEqualTo(0L);
      assertThat(replayed(expected)).hasSize(1);
      assertThat(checkpoints()).hasSize(1);
    }
  }

  @Test
  void aCheckpointAheadOfTheLogIsNotUsedSilently() throws IOException {
    Path mine = directory.resolve("mine");
    try (Engine engine = Engine.open(mine, pipeline(), HOST)) {
      act(engine, 1);
    }
    Path older = directory.resolve("older");
    copy(mine, older);
    try (Engine engine = Engine.open(mine, pipeline(), HOST)) {
      for (int i = 0; i < 20; i++) {
        act(engine, i);
      }
    }
    directory = mine;
    Path ahead = checkpoints().get(1);
    Files.copy(ahead, older.resolve("checkpoints").resolve(ahead.getFileName()));
    assertThatThrownBy(() -> Engine.open(older, pipeline(), HOST))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
        .hasMessageContaining("ahead of it")
        .hasMessageContaining("last_position=1");
  }

  @Test
  void aNewPartOfThePipelineIsComputedFromTheWholeLog() {
    try (Engine expected = Engine.inMemory(pipeline(), HOST)) {
      try (Engine engine = Engine.open(directory, pipeline(), HOST)) {
        for (int i = 0; i < 30; i++) {
          act(engine, i);
          act(expected, i);
        }
      }
      Pipeline more =
          Pipeline.define(
              p -> {
                p.stream("sales", Sale.class)
                    .groupBy(Sale::buyer)
                    .aggregate(count().as("n"))
                    .acceptGrowth("a test")
                    .materialize("new");
                p.table("shops", Shop.class).primaryKey(Shop::shop).named("s").materialize("shops");
                p.table("visits", Visit.class).keyless();
              });
      try (Engine engine = Engine.open(directory, more, HOST)) {
        assertThat(engine.view("shops").scan()).isEqualTo(expected.view("shops").scan());
        engine.awaitBackfill(Duration.ofMinutes(1));
        assertThat(engine.view("new").scan()).isNotEmpty();
        assertThat(engine.view("shops").scan()).isEqualTo(expected.view("shops").scan());
      }
      // What the other pipeline dropped is computed from the whole log, too.
      try (Engine engine = Engine.open(directory, pipeline(), HOST)) {
        Map<String, List<Row>> computed = tables(engine.awaitBackfill(Duration.ofMinutes(1)));
        Map<String, List<Row>> wanted = tables(expected);
        // The ledger is a journal: what fails again while views are computed again is in it again.
        computed.remove(Plan.LEDGER);
        wanted.remove(Plan.LEDGER);
        assertThat(computed).isEqualTo(wanted);
      }
    }
  }

  @Test
  void theDictionaryGrowsAndIsSweptAcrossOpenings() {
    Pipeline latest =
        Pipeline.define(
            p ->
                p.table("shops", Shop.class)
                    .primaryKey(Shop::shop)
                    .groupBy(Shop::city)
                    .aggregate(count().as("n"))
                    .acceptGrowth("a test")
                    .materialize("cities"));
    int rows = 30_000;
    for (int round = 0; round < 6; round++) {
      try (Engine engine = Engine.open(directory, latest, HOST)) {
        List<Shop> shops = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
          shops.add(new Shop("s" + i % 100 + "-" + i / 15_000, "city " + round + " " + i));
        }
        engine.table("shops", Shop.class).upsert(shops);
        engine.step();
        List<Row> cities = engine.view("cities").scan();
        assertThat(cities).hasSize(200);
        assertThat(cities)
            .allSatisfy(
                row -> assertThat(row.value("city", String.class)).matches("city \\d \\d+"));
        long size = engine.checkpoint().value();
        assertThat(size).isEqualTo(round + 1L);
        // Most of the 180,000 cities are gone from it.
        assertThat(engine.checkpointStatus().bytes()).isLessThan(8 << 20);
      }
    }
  }

  @Test
  void checkpointsAreTakenWhileRowsComeIn() throws Exception {
    EngineSettings often =
        EngineSettings.defaults()
            .withCheckpoints(
                CheckpointSettings.defaults()
                    .withInterval(Duration.ofMillis(5))
                    .withLogBytes(10_000));
    Path copy = directory.resolve("copy");
    directory = directory.resolve("live");
    AtomicBoolean isDone = new AtomicBoolean();
    try (Engine engine = Engine.open(directory, pipeline(), often)) {
      Thread appending =
          new Thread(
              () -> {
                for (int i = 0; i < 3000; i++) {
                  act(engine, i);
                }
                isDone.set(true);
              });
      appending.start();
      while (!isDone.get()) {
        Position at = engine.checkpoint();
        assertThat(at).isLessThanOrEqualTo(engine.position());
      }
      appending.join();
      engine.view("all").await(engine.position());
      assertThat(engine.checkpointStatus().taken()).isGreaterThan(3);
      assertThat(engine.checkpointStatus().failed()).isZero();
      engine.checkpoint();
      act(engine, 3000);
      // As a crash leaves it.
      copy(directory, copy);
    }
    try (Engine expected = Engine.inMemory(pipeline(), HOST)) {
      for (int i = 0; i <= 3000; i++) {
        act(expected, i);
      }
      directory = copy;
      try (Engine engine = Engine.open(copy, pipeline(), HOST)) {
        assertThat(tables(engine)).isEqualTo(tables(expected));
        assertThat(engine.acceptedRows()).isEqualTo(expected.acceptedRows());
        assertThat(engine.rejectedRows()).isEqualTo(expected.rejectedRows());
      }
    }
  }

  /** Copies checkpoints before the log, so that none is ahead of it, while older ones may go. */
  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.sorted().toList()) {
        try {
          Files.copy(file, to.resolve(from.relativize(file)));
        } catch (NoSuchFileException e) {
          assertThat(file.getParent()).isEqualTo(from.resolve("checkpoints"));
        }
      }
    }
  }

  @Test
  void anEngineInMemoryHasNone() {
    try (Engine engine = Engine.inMemory(pipeline(), HOST)) {
      assertThatThrownBy(engine::checkpoint).hasMessageContaining("in memory has no checkpoints");
      assertThatThrownBy(engine::checkpointStatus)
          .hasMessageContaining("in memory has no checkpoints");
    }
  }

  @Test
  void aSubscriberMustNotTakeOne() {
    try (Engine engine = Engine.open(directory, pipeline(), HOST)) {
      List<String> refusals = new ArrayList<>();
      engine
          .view("all")
          .subscribe(
              changes -> {
                try {
                  engine.checkpoint();
                } catch (EngineException e) {
                  refusals.add(e.getMessage());
                }
              });
      assertThat(refusals)
          .singleElement()
          .asString()
          .contains("a subscriber must not take a checkpoint");
      assertThatThrownBy(() -> engine.append(t -> engine.checkpoint()))
          .isInstanceOf(EngineException.class);
    }
  }
}
