package dev.leat.engine;

import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.max;
import static dev.leat.engine.Expressions.sum;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Appends of many rows, which each thread writes by itself before it takes the inbox's lock. */
class LargeAppendsTest {
  record Click(String page, String agent, long millis, Instant at) {}

  record User(String userId, String country) {}

  record Page(String page, long views, Long millis, Instant last) {}

  private static final int ROWS = 500;
  private static final Pipeline PIPELINE =
      Pipeline.define(
          p -> {
            p.stream("clicks", Click.class)
                .groupBy(Click::page)
                .aggregate(
                    count().as("views"), sum(Click::millis).as("millis"), max(Click::at).as("last"))
                .materialize("pages");
            p.table("users", User.class).primaryKey(User::userId).materialize("users");
          });

  private static List<Click> clicks(String page) {
    return IntStream.range(0, ROWS)
        .mapToObj(i -> new Click(page, "agent " + i, i, Instant.EPOCH.plusSeconds(i)))
        .toList();
  }

  private static void assertPage(Engine engine, String page, long appends) {
    Page found = engine.view("pages", Page.class).get(page).orElseThrow();
    assertThat(found)
        .isEqualTo(
            new Page(
                page,
                appends * ROWS,
                appends * ROWS * (ROWS - 1L) / 2,
                Instant.EPOCH.plusSeconds(ROWS - 1)));
  }

  @Test
  void whatDoesNotFitLeavesNothingBehind() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      StreamInput<Click> input = engine.stream("clicks", Click.class);
      List<Click> bad = new ArrayList<>(clicks("bad"));
      bad.set(ROWS - 1, new Click("bad", "agent", 1, Instant.MAX));
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> input.append(bad))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("'at'")
            .hasMessageContaining("nothing was appended");
        engine.view("pages").await(input.append(clicks("good")));
      }
      assertPage(engine, "good", 3);
      assertThat(engine.view("pages").get("bad")).isEmpty();
      assertThat(engine.acceptedRows()).containsEntry("clicks", 3L * ROWS);
    }
  }

  @Test
  void manyThreadsAppendAtOnceAndTheLogHasAllOfIt(@TempDir Path directory) throws Exception {
    int threads = 4;
    int appends = 8;
    try (Engine engine = Engine.open(directory, PIPELINE)) {
      StreamInput<Click> input = engine.stream("clicks", Click.class);
      ExecutorService hosts = Executors.newFixedThreadPool(threads);
      try {
        List<Callable<Position>> work = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
          String page = "page " + t;
          work.add(
              () -> {
                Position last = input.append(clicks(page));
                for (int i = 1; i < appends; i++) {
                  input.append(new Click("small", "agent", 1, Instant.EPOCH));
                  last = input.append(clicks(page));
                }
                return last;
              });
        }
        for (Future<Position> done : hosts.invokeAll(work)) {
          engine.view("pages").await(done.get());
        }
      } finally {
        hosts.shutdown();
      }
      for (int t = 0; t < threads; t++) {
        assertPage(engine, "page " + t, appends);
      }
    }
    try (Engine engine = Engine.open(directory, PIPELINE)) {
      for (int t = 0; t < threads; t++) {
        assertPage(engine, "page " + t, appends);
      }
      long small = (long) threads * (appends - 1);
      assertThat(engine.view("pages", Page.class).get("small"))
          .contains(new Page("small", small, small, Instant.EPOCH));
    }
  }

  @Test
  void aRepetitionIsNotEvenWritten() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      StreamInput<Click> input = engine.stream("clicks", Click.class);
      ProducerSequence first = ProducerSequence.of("collector", 1);
      Appended appended = input.append(clicks("a"), first);
      List<Click> unreadable = new ArrayList<>(clicks("a"));
      unreadable.set(ROWS / 2, new Click("a", "agent", 1, Instant.MAX));
      Appended again = input.append(unreadable, first);
      assertThat(again).isEqualTo(new Appended(appended.position(), true));
      engine.view("pages").await(again.position());
      assertPage(engine, "a", 1);
    }
  }

  @Test
  void whatIsTooLargeForOneAppendIsRefusedWhole() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      TableInput<User> users = engine.table("users", User.class);
      List<User> large =
          IntStream.range(0, 300)
              .mapToObj(i -> new User("u" + i, String.valueOf(i).repeat(60_000)))
              .toList();
      assertThatThrownBy(() -> users.upsert(large))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("one append is at most");
      engine.view("users").await(users.upsert(new User("u1", "DE")));
      assertThat(engine.view("users", User.class).scan()).containsExactly(new User("u1", "DE"));
    }
  }

  @Test
  void anEngineThatIsClosedSaysSoBeforeItLooksAtTheRows() {
    Engine engine = Engine.inMemory(PIPELINE);
    StreamInput<Click> input = engine.stream("clicks", Click.class);
    engine.close();
    List<Click> rows = new ArrayList<>(clicks("a"));
    rows.set(0, null);
    assertThatThrownBy(() -> input.append(rows))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.CLOSED));
  }
}
