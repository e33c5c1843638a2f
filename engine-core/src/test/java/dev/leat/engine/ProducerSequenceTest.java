package dev.leat.engine;

import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.sum;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a producer sends again after a lost reply adds nothing. */
class ProducerSequenceTest {
  record Click(String eventId, String page) {}

  record User(String userId, String country) {}

  record Stock(String item, long pieces) {}

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p -> {
            p.stream("clicks", Click.class)
                .groupBy(Click::page)
                .aggregate(count().as("views"))
                .materialize("pages");
            p.table("users", User.class).primaryKey(User::userId).materialize("users");
            p.table("stock", Stock.class)
                .keyless()
                .aggregate(sum(Stock::pieces).as("pieces"))
                .materialize("stock");
          });

  private static final String NDJSON =
      """
      {"event_id":"e1","page":"/home"}
      {"event_id":"e2","page":"/home"}
      {"event_id":"e3","page":7}
      """;

  private static long views(Engine engine, Position at) {
    engine.view("pages").await(at);
    return engine.view("pages").get("/home").map(row -> row.value("views", Long.class)).orElse(0L);
  }

  @Test
  void aTransactionOverSeveralInputsIsMadeOnce() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      StreamInput<Click> clicks = engine.stream("clicks", Click.class);
      TableInput<User> users = engine.table("users", User.class);
      Appended first = null;
      for (int attempt = 0; attempt < 3; attempt++) {
        Appended appended =
            engine.append(
                ProducerSequence.of("collector-7", 42),
                tx ->
                    tx.append(clicks, new Click("e1", "/home"))
                        .upsert(users, new User("u1", "DE")));
        assertThat(appended.isDuplicate()).isEqualTo(attempt > 0);
        first = first == null ? appended : first;
        assertThat(appended.position()).isEqualTo(first.position());
        assertThat(views(engine, appended.position())).isEqualTo(1);
      }
      assertThat(engine.acceptedRows()).containsEntry("clicks", 1L).containsEntry("users", 1L);
    }
  }

  @Test
  void everyKindOfInputTakesANumber() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      TableInput<User> users = engine.table("users", User.class);
      KeylessTableInput<Stock> stock = engine.keylessTable("stock", Stock.class);
      List<User> old = List.of(new User("u1", "DE"));
      ProducerSequence ofOld = ProducerSequence.of("crm", 1);
      users.upsert(old, ofOld);
      users.upsert(List.of(new User("u1", "FR")), ProducerSequence.of("crm", 2));
      // Without its number, what comes again late would bring the old row back.
      assertThat(users.upsert(old, ofOld).isDuplicate()).isTrue();
      List<Stock> pieces = List.of(new Stock("nail", 100), new Stock("nail", 100));
      ProducerSequence delivery = ProducerSequence.of("deliveries", 1);
      assertThat(stock.insert(pieces, delivery).isDuplicate()).isFalse();
      Appended last = stock.insert(pieces, delivery);
      assertThat(last.isDuplicate()).isTrue();

      assertThat(engine.view("users", User.class).await(last.position()).scan())
          .containsExactly(new User("u1", "FR"));
      assertThat(engine.view("stock").get().orElseThrow().value("pieces")).isEqualTo(200L);
      StreamInput<Click> clicks = engine.stream("clicks", Click.class);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> clicks.append(List.of(), ProducerSequence.of("c", 1)));
    }
  }

  @Test
  void ndjsonWithItsBadLinesIsMadeOnce() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      NdjsonInput clicks = engine.ndjson("clicks");
      NdjsonResult first = clicks.append(NDJSON, ProducerSequence.of("collector-7", 1));
      NdjsonResult again = clicks.append(NDJSON, ProducerSequence.of("collector-7", 1));

      assertThat(first.accepted()).isEqualTo(2);
      assertThat(first.rejected()).isEqualTo(1);
      assertThat(first.isDuplicate()).isFalse();
      assertThat(again).isEqualTo(new NdjsonResult(first.position(), NDJSON.length(), 0, 0, true));
      assertThat(views(engine, again.position())).isEqualTo(2);
      assertThat(engine.rejectedRows()).containsExactly(Map.entry("stream 'clicks'", 1L));
    }
  }

  @Test
  void ndjsonOfManyChunksIsOneEpochAndTooMuchIsRefused() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      NdjsonInput clicks = engine.ndjson("clicks");
      String line = "{\"event_id\":\"e\",\"page\":\"/home\"}\n";
      NdjsonResult result = clicks.append(line.repeat(20_000), ProducerSequence.of("c", 1));
      assertThat(result.accepted()).isEqualTo(20_000);
      assertThat(result.position()).isEqualTo(new Position(1));

      String tooMuch = line.repeat(1_000_000);
      assertThatThrownBy(() -> clicks.append(tooMuch, ProducerSequence.of("c", 2)))
          .hasMessageContaining("one append is at most 16777216 bytes")
          .hasMessageContaining("nothing was appended, split it");
      NdjsonResult last = clicks.append(line, ProducerSequence.of("c", 2));
      assertThat(last.isDuplicate()).isFalse();
      assertThat(views(engine, last.position())).isEqualTo(20_001);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void numbersAreKnownAfterReopening(boolean isReplayed, @TempDir Path directory) {
    Position first;
    try (Engine engine = Engine.open(directory, PIPELINE)) {
      NdjsonInput clicks = engine.ndjson("clicks");
      first = clicks.append(NDJSON, ProducerSequence.of("collector-7", 5)).position();
      clicks.append(NDJSON, ProducerSequence.of("collector-8", 5));
    }
    if (isReplayed) {
      StoredCheckpoints.delete(directory);
    }
    try (Engine engine = Engine.open(directory, PIPELINE)) {
      NdjsonInput clicks = engine.ndjson("clicks");
      NdjsonResult again = clicks.append(NDJSON, ProducerSequence.of("collector-7", 5));
      assertThat(again.isDuplicate()).isTrue();
      assertThat(again.position()).isEqualTo(first);
      assertThat(clicks.append(NDJSON, ProducerSequence.of("collector-7", 4)).isDuplicate())
          .isTrue();
      NdjsonResult next = clicks.append(NDJSON, ProducerSequence.of("collector-7", 6));
      assertThat(next.isDuplicate()).isFalse();
      assertThat(views(engine, next.position())).isEqualTo(6);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anAppendWithoutRowsIsNoted(boolean isReplayed, @TempDir Path directory) {
    try (Engine engine = Engine.open(directory, PIPELINE)) {
      StreamInput<Click> clicks = engine.stream("clicks", Click.class);
      ProducerSequence five = ProducerSequence.of("source:lake", 5);
      clicks.append(List.of(new Click("e1", "/home")), ProducerSequence.of("source:lake", 3));
      Appended passed = clicks.passOver(five);
      assertThat(passed.isDuplicate()).isFalse();
      assertThat(clicks.passOver(five).isDuplicate()).isTrue();
      assertThat(engine.lastNumber("source:lake")).hasValue(5);
      assertThat(views(engine, passed.position())).isEqualTo(1);
    }
    if (isReplayed) {
      StoredCheckpoints.delete(directory);
    }
    try (Engine engine = Engine.open(directory, PIPELINE)) {
      assertThat(engine.lastNumber("source:lake")).hasValue(5);
      StreamInput<Click> clicks = engine.stream("clicks", Click.class);
      List<Click> click = List.of(new Click("e2", "/home"));
      assertThat(clicks.append(click, ProducerSequence.of("source:lake", 5)).isDuplicate())
          .isTrue();
      Appended next = clicks.append(click, ProducerSequence.of("source:lake", 6));
      assertThat(views(engine, next.position())).isEqualTo(2);
    }
  }

  @Test
  void boundsAreCheckedAtTheDoor() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ProducerSequence.of("", 1))
        .withMessageContaining("length=0");
    assertThatIllegalArgumentException().isThrownBy(() -> ProducerSequence.of("x".repeat(256), 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ProducerSequence.of("\ud800", 1))
        .withMessageContaining("half a surrogate pair");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ProducerSequence.of("a", -1))
        .withMessageContaining("number=-1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ProducerRetention(0, Duration.ofDays(1)))
        .withMessageContaining("max-producers=0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ProducerRetention(1, Duration.ofMillis(1)))
        .withMessageContaining("producer-horizon=");
  }
}
