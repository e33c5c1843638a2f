package dev.leat.engine;

import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.call;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.plan.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Misuse of a running engine: each a clear error, and nothing lost. */
class EngineErrorsTest {
  record Click(String userId, long n) {}

  record Turned(Long userId, String n) {}

  record User(String userId, String country) {}

  record Fact(String name, Instant at) {}

  record ByUser(String userId, long clicks) {}

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p -> {
            Relation<Click> clicks = p.stream("clicks", Click.class);
            clicks.groupBy(Click::userId).aggregate(count().as("clicks")).materialize("by_user");
            clicks
                .select(lit(100L).dividedBy(col(Click::n)).as("share"))
                .groupBy("share")
                .aggregate(count().as("rows"))
                .materialize("shares");
            clicks
                .where(
                    call(
                        "isGood",
                        Type.BOOLEAN,
                        a -> {
                          if ("bad".equals(a[0])) {
                            throw new IllegalStateException("a bad user");
                          }
                          return true;
                        },
                        col(Click::userId)))
                .aggregate(count().as("n"))
                .materialize("good");
            p.table("users", User.class).primaryKey(User::userId).materialize("users");
            p.table("facts", Fact.class).keyless().materialize("facts");
          });

  private static void refused(EngineException.Kind kind, ThrowingCallable misuse, String... parts) {
    assertThatThrownBy(misuse)
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(kind);
              assertThat(e.getMessage()).contains(parts);
            });
  }

  private static void invalid(ThrowingCallable misuse, String... parts) {
    refused(EngineException.Kind.INVALID, misuse, parts);
  }

  @Test
  void whatIsNotThereIsNamedWithWhatIs() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      invalid(() -> engine.view("by_usr"), "there is no view 'by_usr'", "did you mean 'by_user'?");
      invalid(() -> engine.stream("click"), "there is no input 'click'", "'clicks'");
      invalid(() -> engine.ndjson("user"), "there is no input 'user'", "'users'");
      invalid(
          () -> engine.stream("users"),
          "table 'users' is a keyed table",
          "write to it with engine.table(...)");
      invalid(() -> engine.stream("clicks", User.class), "use the record that it was declared");
      invalid(() -> engine.view("by_user", User.class), "there is no column 'country'");
      View<ByUser> view = engine.view("by_user", ByUser.class);
      invalid(() -> view.where(col("clics").gt(1)), "no column 'clics'", "did you mean 'clicks'?");
      invalid(() -> view.where(col("clicks").eq("x")), "types do not go together");
      invalid(() -> view.orderBy(asc("user")), "no column 'user'");
      invalid(() -> view.get("u1", "u2"), "has the key [user_id]: give one value");
      invalid(() -> view.get(5), "takes a String, not a Integer");
      invalid(() -> engine.view("facts").get("x"), "has no key");
      ViewQuery<Row> failing = engine.view("good").where(lit(1L).dividedBy(col("n")).eq(1L));
      invalid(failing::toList, "where on view 'good': division by zero");
    }
  }

  @Test
  void aFailedAppendLeavesNothingBehind() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      StreamInput<Click> clicks = engine.stream("clicks", Click.class);
      TableInput<User> users = engine.table("users", User.class);
      KeylessTableInput<Fact> facts = engine.keylessTable("facts", Fact.class);
      clicks.append(new Click("u1", 1));
      assertThatThrownBy(() -> users.upsert(new User(null, "DE")))
          .hasMessageContaining("column 'user_id' must not be null; nothing was appended");
      assertThatThrownBy(() -> users.delete(5L))
          .hasMessage(
              "column 'user_id' (string) does not take 5: its class is java.lang.Long; nothing was"
                  + " appended");
      assertThatThrownBy(
              () ->
                  engine.append(
                      t -> {
                        t.append(clicks, new Click("u2", 1));
                        t.upsert(users, new User("u2", "FR"));
                        t.insert(facts, new Fact("far", Instant.MAX));
                      }))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("column 'at' (instant) does not take");
      assertThatThrownBy(() -> clicks.append(List.of())).hasMessageContaining("at least one row");
      Position at = clicks.append(new Click("u1", 2));
      assertThat(engine.view("by_user", ByUser.class).await(at).scan())
          .containsExactly(new ByUser("u1", 2));
      assertThat(engine.view("users").count()).isZero();
      assertThat(engine.view("facts").count()).isZero();
    }
  }

  @Test
  void rowsForWhichAnExpressionFailsGoToTheLedgerAndNotFurther() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      StreamInput<Click> clicks = engine.stream("clicks", Click.class);
      clicks.append(new Click("u1", 0));
      Position at = clicks.append(List.of(new Click("bad", 2), new Click("u2", 2)));
      View<Row> shares = engine.view("shares").await(at);
      assertThat(shares.scan()).extracting(Row::values).containsExactly(List.of(50L, 2L));
      assertThat(engine.view("good").get().orElseThrow().values()).containsExactly(2L);
      assertThat(engine.ledger().scan())
          .extracting(LedgerEntry::position, LedgerEntry::source, LedgerEntry::row)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple(
                  1L, "select on stream 'clicks'", "{user_id=u1, n=0}"),
              org.assertj.core.groups.Tuple.tuple(
                  2L, "filter on stream 'clicks'", "{user_id=bad, n=2}"));
      assertThat(engine.ledger().scan())
          .extracting(LedgerEntry::reason)
          .satisfiesExactly(
              first -> assertThat(first).contains("division by zero"),
              second -> assertThat(second).contains("isGood", "a bad user"));
      assertThat(engine.rejectedRows())
          .isEqualTo(Map.of("select on stream 'clicks'", 1L, "filter on stream 'clicks'", 1L));
      assertThat(engine.acceptedRows()).containsEntry("clicks", 3L);
    }
  }

  @Test
  void deletingARowThatIsNotThereGoesToTheLedger() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      KeylessTableInput<Fact> facts = engine.keylessTable("facts", Fact.class);
      Fact fact = new Fact("a", Instant.EPOCH);
      facts.insert(List.of(fact, fact));
      facts.delete(fact);
      facts.update(fact, new Fact("b", Instant.EPOCH));
      Position at = facts.delete(fact);
      assertThat(engine.view("facts", Fact.class).await(at).scan())
          .containsExactly(new Fact("b", Instant.EPOCH));
      assertThat(engine.ledger().scan())
          .singleElement()
          .satisfies(e -> assertThat(e.reason()).contains("cannot delete a row that is not there"));
    }
  }

  @Test
  void theLedgerKeepsTheLatestAndCountsAll() {
    EngineSettings settings = EngineSettings.defaults().withLedgerRows(3);
    try (Engine engine = Engine.inMemory(PIPELINE, settings)) {
      NdjsonResult result = engine.ndjson("clicks").append("1\n2\n3\n4\n5\n");
      engine.view("by_user").await(result.position());
      assertThat(engine.ledger().scan()).extracting(LedgerEntry::row).containsOnly("3", "4", "5");
      assertThat(engine.rejectedRows()).isEqualTo(Map.of("stream 'clicks'", 5L));
    }
  }

  @Test
  void aClosedEngineSaysSo(@TempDir Path directory) {
    Engine engine = Engine.open(directory, PIPELINE);
    StreamInput<Click> clicks = engine.stream("clicks", Click.class);
    View<Row> view = engine.view("by_user");
    engine.close();
    engine.close();
    refused(
        EngineException.Kind.CLOSED, () -> clicks.append(new Click("u", 1)), "engine is closed");
    refused(EngineException.Kind.CLOSED, () -> view.scan(), "the engine is closed; open a new one");
    refused(EngineException.Kind.CLOSED, () -> view.get("u"), "the engine is closed");
    refused(EngineException.Kind.CLOSED, () -> view.await(new Position(9)), "closed");
    refused(EngineException.Kind.CLOSED, () -> view.subscribe(c -> {}), "closed");
  }

  @Test
  void aDirectoryHasOneEngine(@TempDir Path directory) {
    try (Engine engine = Engine.open(directory, PIPELINE)) {
      assertThat(engine.position()).isEqualTo(Position.START);
      refused(
          EngineException.Kind.UNAVAILABLE,
          () -> Engine.open(directory, PIPELINE),
          directory.toString());
    }
  }

  @Test
  void aLogOfOtherInputsIsRefusedAndLeftAsItIs(@TempDir Path directory) {
    try (Engine engine = Engine.open(directory, PIPELINE)) {
      engine.stream("clicks", Click.class).append(new Click("u1", 1));
    }
    Pipeline without =
        Pipeline.define(p -> p.stream("visits", Click.class).aggregate(count().as("n")));
    invalid(
        () -> Engine.open(directory, without),
        "the log has rows of input 'clicks', which the pipeline does not declare");
    Pipeline other =
        Pipeline.define(
            p -> {
              p.stream("clicks", Turned.class);
              p.table("users", User.class).primaryKey(User::userId);
              p.table("facts", Fact.class).keyless();
            });
    invalid(
        () -> Engine.open(directory, other),
        "rows of input 'clicks' that cannot be read as it is declared now",
        "column 'user_id' was string, is long",
        "column 'n' was long, is string",
        "it was written as STREAM (user_id string, n long not null)",
        "declares STREAM (user_id long, n string)");
    try (Engine engine = Engine.open(directory, PIPELINE)) {
      assertThat(engine.view("by_user", ByUser.class).get("u1")).contains(new ByUser("u1", 1));
    }
  }

  @Test
  void waitingForAPositionThatDoesNotComeEnds() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      View<Row> view = engine.view("good");
      refused(
          EngineException.Kind.UNAVAILABLE,
          () -> view.await(new Position(1), Duration.ofMillis(1)),
          "view 'good' is at position 0, not yet at 1");
    }
  }

  @Test
  @Timeout(20)
  void anEmptyTransactionIsAtThePositionOfTheViews() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      assertThat(engine.append(transaction -> {})).isEqualTo(Position.START);
      Position at = engine.stream("clicks", Click.class).append(new Click("u1", 1));
      engine.view("good").await(at);
      assertThat(engine.append(transaction -> {})).isEqualTo(at);
    }
  }

  @Test
  @Timeout(20)
  void insideATransactionOnlyTheTransactionWrites() {
    for (Threading threading : Threading.values()) {
      EngineSettings settings = EngineSettings.defaults().withThreading(threading);
      try (Engine engine = Engine.inMemory(PIPELINE, settings)) {
        StreamInput<Click> clicks = engine.stream("clicks", Click.class);
        String message = "write with the transaction";
        Click click = new Click("u1", 1);
        invalid(() -> engine.append(t -> clicks.append(click)), message);
        invalid(
            () -> engine.append(t -> t.append(clicks, click).append(clicks, next(engine))),
            message);
        AtomicReference<Transaction> kept = new AtomicReference<>();
        engine.append(t -> kept.set(t.append(clicks, click)));
        assertThatThrownBy(() -> kept.get().append(clicks, click))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("until engine.append(...) returns");
        assertThatThrownBy(() -> clicks.append((Click) null)).hasMessage("row");
        engine.view("good").await(clicks.append(click));
        assertThat(engine.acceptedRows()).containsEntry("clicks", 2L);
      }
    }
  }

  private static Click next(Engine engine) {
    engine.step();
    return new Click("u2", 1);
  }
}
