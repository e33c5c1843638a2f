package dev.leat.engine;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.lit;
import static dev.leat.engine.Expressions.sum;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.leat.engine.EngineException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a build of views from the log needs of the rest of the engine, and must not do to it. */
class BackfillTest {
  record Sale(String shop, long items, String note) {}

  private static final int BIG = 200_000;

  private static final Pipeline OLD =
      Pipeline.define(p -> sales(p).aggregate(count().as("n")).materialize("all"));

  private static final Pipeline NEW =
      Pipeline.define(
          p -> {
            Relation<Sale> sales = sales(p);
            sales.aggregate(count().as("n")).materialize("all");
            sales
                .select(col("shop"), lit(100L).dividedBy(col("items")).as("share"))
                .groupBy("shop")
                .aggregate(count().as("n"))
                .acceptGrowth("a test")
                .materialize("by_shop");
          });

  @TempDir Path directory;

  private static Relation<Sale> sales(PipelineBuilder p) {
    return p.stream("sales", Sale.class);
  }

  private static EngineSettings settings() {
    return EngineSettings.defaults()
        .withThreading(Threading.HOST)
        .withEpochRows(1)
        .withSegmentBytes(1 << 20);
  }

  private static void sell(Engine engine, int times, long items, int noteLength) {
    for (int i = 0; i < times; i++) {
      engine.stream("sales", Sale.class)
          .append(new Sale("s" + i % 3, items, "n".repeat(noteLength)));
      engine.step();
    }
  }

  private static long rows(Engine engine, String view) {
    return engine.view(view).scan().stream().mapToLong(row -> row.value("n", Long.class)).sum();
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("log"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("segment-"))
          .sorted()
          .toList();
    }
  }

  @Test
  void theLedgerGetsWhatFailedWhenTheViewsTakePart() {
    try (Engine engine = Engine.open(directory, OLD, settings())) {
      sell(engine, 10, 1, 1);
      sell(engine, 2, 0, 1);
      sell(engine, 10, 1, 1);
    }
    List<Changes<LedgerEntry>> feed = new ArrayList<>();
    try (Engine engine = Engine.open(directory, NEW, settings())) {
      engine.ledger().subscribe(feed::add);
      sell(engine, 1, 0, 1); // position 23, which the build comes to later
      assertThat(engine.backfill()).isPresent();
      assertThat(engine.ledger().scan()).isEmpty();
      engine.awaitBackfill(Duration.ZERO);
      assertThat(engine.ledger().scan())
          .extracting(LedgerEntry::sequence, LedgerEntry::position, LedgerEntry::row)
          .containsExactly(
              tuple(1L, 11L, "{shop=s0, items=0}"),
              tuple(2L, 12L, "{shop=s1, items=0}"),
              tuple(3L, 23L, "{shop=s0, items=0}"));
      assertThat(engine.rejectedRows().values()).containsExactly(3L);
      sell(engine, 1, 0, 1);
      assertThat(feed).hasSize(3);
      assertThat(feed.get(1).after()).isEqualTo(new Position(23));
      assertThat(feed.get(1).position()).isEqualTo(new Position(23));
      assertThat(feed.get(1).changes())
          .extracting(change -> change.row().sequence())
          .containsExactly(1L, 2L, 3L);
      assertThat(feed.get(2).after()).isEqualTo(new Position(23));
      assertThat(feed.get(2).position()).isEqualTo(new Position(24));
      assertThat(rows(engine, "by_shop")).isEqualTo(20);
    }
    try (Engine engine = Engine.open(directory, NEW, settings())) {
      assertThat(engine.backfill()).isEmpty();
      assertThat(engine.ledger().count()).isEqualTo(4);
      assertThat(engine.rejectedRows().values()).containsExactly(4L);
    }
  }

  @Test
  void theLogKeepsWhatIsStillToBeRead() throws IOException {
    try (Engine engine = Engine.open(directory, OLD, settings())) {
      sell(engine, 30, 1, BIG);
      engine.checkpoint();
    }
    int before = segments().size();
    assertThat(before).isGreaterThan(4);
    EngineSettings little = settings().withRetention(Retention.onlyForRecovery());
    try (Engine engine = Engine.open(directory, NEW, little)) {
      sell(engine, 2, 1, BIG);
      engine.checkpoint();
      sell(engine, 2, 1, BIG);
      engine.checkpoint(); // both checkpoints are later than what is still to be read
      assertThat(engine.backfill()).isPresent();
      assertThat(segments()).hasSizeGreaterThanOrEqualTo(before);
    }
    // As after a crash: the build begins again, and nothing held the log meanwhile.
    try (Engine engine = Engine.open(directory, NEW, little)) {
      engine.awaitBackfill(Duration.ZERO);
      assertThat(rows(engine, "by_shop")).isEqualTo(34);
      engine.checkpoint();
      sell(engine, 10, 1, BIG);
      engine.checkpoint();
      assertThat(segments()).as("an older checkpoint needs it").hasSizeGreaterThan(before);
      sell(engine, 1, 1, BIG);
      engine.checkpoint();
      assertThat(segments()).as("nothing needs it any more").hasSizeLessThan(5);
    }
  }

  @Test
  void damageEndsTheBuildAndNothingElse() throws IOException {
    try (Engine engine = Engine.open(directory, OLD, settings())) {
      sell(engine, 10, 1, BIG);
    }
    Path damaged = damage(segments().get(0), 3);
    try (Engine engine = Engine.open(directory, NEW, settings())) {
      sell(engine, 1, 1, 1);
      assertThatThrownBy(() -> engine.awaitBackfill(Duration.ZERO))
          .isInstanceOfSatisfying(
              EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
          .hasMessageContaining("'by_shop'")
          .hasMessageContaining("file=" + damaged)
          .hasMessageContaining("offset=")
          .hasMessageContaining("position=3");
      assertThatThrownBy(() -> engine.view("by_shop").scan())
          .isInstanceOfSatisfying(
              EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
          .hasMessageContaining("file=" + damaged);
      assertThatThrownBy(() -> engine.view("by_shop").await(new Position(11)))
          .hasMessageContaining("file=" + damaged);
      sell(engine, 1, 1, 1);
      assertThat(rows(engine, "all")).isEqualTo(12);
      engine.checkpoint();
    }
    try (Engine engine = Engine.open(directory, OLD, settings())) {
      assertThat(rows(engine, "all")).isEqualTo(12);
    }
  }

  /** Flips a bit in the note of a record. */
  private static Path damage(Path segment, int record) throws IOException {
    Path file;
    try (Stream<Path> files = Files.list(segment)) {
      file = files.filter(some -> some.toString().endsWith(".cq4")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(file);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    String note = "n".repeat(BIG);
    int at = text.indexOf(note);
    for (int i = 1; i < record && at >= 0; i++) {
      // Behind the note: from within it, each start would be compared nearly to the end.
      at = text.indexOf(note, at + BIG);
    }
    assertThat(at).isPositive();
    bytes[at + BIG / 2] ^= 4;
    Files.write(file, bytes);
    return file;
  }

  @Test
  void aStreamThatDoesNotRepeatCanBeNew() {
    try (Engine engine = Engine.open(directory, OLD, settings())) {
      sell(engine, 20, 1, 1);
    }
    Pipeline more =
        Pipeline.define(
            p -> {
              sales(p).aggregate(count().as("n")).materialize("all");
              p.stream("returns", Sale.class)
                  .deduplicate(Sale::shop, Duration.ofHours(1))
                  .aggregate(count().as("n"), sum(Sale::items).as("items"))
                  .materialize("returned");
            });
    try (Engine engine = Engine.open(directory, more, settings())) {
      assertThat(engine.backfill().orElseThrow().views()).containsExactly("returned");
      StreamInput<Sale> returns = engine.stream("returns", Sale.class);
      for (String shop : List.of("a", "b", "a")) {
        returns.append(new Sale(shop, 2, ""));
        engine.step();
      }
      assertThat(rows(engine, "all")).isEqualTo(20);
      engine.awaitBackfill(Duration.ZERO);
      assertThat(rows(engine, "returned")).isEqualTo(2);
      assertThat(engine.duplicateRows()).containsEntry("returns", 1L);
      returns.append(new Sale("b", 2, ""));
      engine.step();
      assertThat(engine.duplicateRows()).containsEntry("returns", 2L);
    }
    try (Engine engine = Engine.open(directory, more, settings())) {
      assertThat(engine.backfill()).isEmpty();
      assertThat(rows(engine, "returned")).isEqualTo(2);
      assertThat(engine.duplicateRows()).containsEntry("returns", 2L);
    }
  }

  @Test
  void aFullLogGoesOnWhenTheViewsAreInACheckpoint() {
    EngineSettings bounded =
        settings().withSegmentBytes(8 << 20).withRetention(Retention.ofBytes(128 << 20));
    int note = 1_000_000;
    try (Engine engine = Engine.open(directory, OLD, bounded)) {
      sell(engine, 40, 1, note);
      engine.checkpoint();
      sell(engine, 40, 1, note);
    }
    try (Engine engine = Engine.open(directory, NEW, bounded)) {
      assertThatThrownBy(() -> sell(engine, 100, 1, note))
          .isInstanceOfSatisfying(
              EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FULL))
          .hasMessageContaining("views that are being built");
      long before = engine.position().value();
      while (engine.backfill().isPresent()) {
        assertThatThrownBy(engine::step).hasMessageContaining("byte budget");
      }
      assertThat(rows(engine, "by_shop")).isEqualTo(before);
      engine.checkpoint();
      engine.step(); // the row that was refused
      sell(engine, 5, 1, note);
      assertThat(rows(engine, "by_shop")).isEqualTo(before + 6);
    }
  }

  @Test
  void aChangedViewIsUnavailableUntilItIsBuilt() {
    Pipeline changed =
        Pipeline.define(
            p -> {
              Relation<Sale> sales = sales(p);
              sales.aggregate(count().as("n")).materialize("all");
              sales
                  .where(col("shop").eq("s1"))
                  .groupBy("shop")
                  .aggregate(count().as("n"))
                  .acceptGrowth("a test")
                  .materialize("by_shop");
            });
    try (Engine engine = Engine.open(directory, NEW, settings())) {
      sell(engine, 21, 1, 1);
    }
    try (Engine engine = Engine.open(directory, changed, settings())) {
      assertThatThrownBy(() -> engine.view("by_shop").scan())
          .isInstanceOfSatisfying(
              EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE))
          .hasMessageContaining("new or changed");
      assertThat(rows(engine, "all")).isEqualTo(21);
      engine.view("by_shop").await(new Position(21));
      assertThat(rows(engine, "by_shop")).isEqualTo(7);
    }
    assertThat(Engine.planDiff(directory, changed).isEmpty()).isTrue();
  }

  @Test
  void whatMayStartEmptyMustBeAView() {
    EngineSettings wrong = settings().withStartEmpty(Set.of("by_shops"));
    assertThatThrownBy(() -> Engine.open(directory, NEW, wrong))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
        .hasMessageContaining("by_shops")
        .hasMessageContaining("by_shop");
    Engine.open(directory, NEW, settings()).close();
  }
}
