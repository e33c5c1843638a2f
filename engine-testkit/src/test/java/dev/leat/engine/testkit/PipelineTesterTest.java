package dev.leat.engine.testkit;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.lit;
import static dev.leat.engine.Expressions.sum;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Change;
import dev.leat.engine.EngineException;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PipelineTesterTest {
  record Click(String userId, String pageUrl) {}

  record Traffic(String pageUrl, long views) {}

  record User(String userId, String country) {}

  record Payment(String userId, long cents) {}

  private static Pipeline pipeline() {
    return Pipeline.define(
        p -> {
          p.stream("clicks", Click.class)
              .groupBy(Click::pageUrl)
              .aggregate(count().as("views"))
              .as(Traffic.class)
              .materialize("traffic");
          p.table("users", User.class)
              .primaryKey(User::userId)
              .groupBy(User::country)
              .aggregate(count().as("users"))
              .materialize("countries");
          p.table("payments", Payment.class)
              .keyless()
              .aggregate(sum(Payment::cents).as("cents"), count().as("payments"))
              .materialize("paid");
        });
  }

  @Test
  void theFirstExampleOfTheDocumentation() {
    Pipeline pipeline = pipeline();
    try (PipelineTester tester = PipelineTester.of(pipeline)) {
      tester.put("clicks", new Click("u1", "/home"), new Click("u2", "/home")).step();
      assertThat(tester.rows("traffic", Traffic.class)).containsExactly(new Traffic("/home", 2));
    }
  }

  @Test
  void theSecondExampleOfTheDocumentation() {
    Pipeline pipeline = pipeline();
    PipelineTester.onEverySchedule(
        pipeline,
        tester -> {
          tester.put("clicks", new Click("u1", "/home"), new Click("u2", "/home")).step();
          assertThat(tester.rows("traffic", Traffic.class))
              .containsExactly(new Traffic("/home", 2));
        });
  }

  @Test
  void nothingIsSeenBeforeTheStep() {
    try (PipelineTester tester = PipelineTester.of(pipeline())) {
      tester.put("clicks", new Click("u1", "/home"));
      assertThat(tester.rows("traffic")).isEmpty();
      assertThat(tester.step().rows("traffic")).hasSize(1);
      assertThat(tester.step().engine().position()).isEqualTo(new Position(1));
    }
  }

  @Test
  void changesAreThoseSinceTheLastTime() {
    try (PipelineTester tester = PipelineTester.of(pipeline())) {
      tester.put("clicks", new Click("u1", "/home")).step();
      assertThat(tester.changes("traffic", Traffic.class))
          .containsExactly(new Change<>(new Traffic("/home", 1), 1));
      assertThat(tester.changes("traffic", Traffic.class)).isEmpty();
      tester.put("clicks", new Click("u2", "/home"), new Click("u3", "/home")).step();
      assertThat(tester.changes("traffic", Traffic.class))
          .containsExactly(
              new Change<>(new Traffic("/home", 1), -1), new Change<>(new Traffic("/home", 3), 1));
      assertThat(tester.changes("traffic"))
          .singleElement()
          .satisfies(change -> assertThat(change.row().value("views")).isEqualTo(3L));
    }
  }

  @Test
  void tablesTakeChangesOfEveryKind() {
    PipelineTester.onEverySchedule(
        pipeline(),
        tester -> {
          tester.put("users", new User("u1", "DE"), new User("u2", "DE"), new User("u1", "FR"));
          tester.deleteKey("users", "u2").step();
          tester.put("payments", new Payment("u1", 5), new Payment("u1", 5), new Payment("u2", 1));
          tester.deleteRows("payments", new Payment("u1", 5)).step();
          assertThat(tester.rows("countries"))
              .extracting(Row::values)
              .containsExactly(row("FR", 1L));
          assertThat(tester.rows("paid")).extracting(Row::values).containsExactly(row(6L, 2L));
        });
  }

  private static List<Object> row(Object... values) {
    return List.of(values);
  }

  @Test
  void rowsAndNdjsonGoInToo() {
    PipelineTester.onEverySchedule(
        pipeline(),
        tester -> {
          tester.putValues("clicks", "u1", "/home").putValues("payments", "u1", 7L);
          tester.ndjson("clicks", "{\"user_id\":\"u2\",\"page_url\":\"/home\"}\nnot json\n").step();
          Row payment = Row.of(tester.engine().view("paid").schema(), 7L, 1L);
          assertThat(tester.rows("paid")).containsExactly(payment);
          assertThat(tester.rows("traffic", Traffic.class))
              .containsExactly(new Traffic("/home", 2));
          assertThat(tester.ledger())
              .singleElement()
              .satisfies(entry -> assertThat(entry.row()).isEqualTo("not json"));
        });
  }

  @Test
  void timeMovesWhenTold() {
    try (PipelineTester tester = PipelineTester.of(pipeline())) {
      assertThat(tester.now()).isEqualTo(PipelineTester.START);
      tester.put("clicks", new Click("u1", "/home")).advance(Duration.ofMinutes(5));
      assertThat(tester.now()).isEqualTo(PipelineTester.START.plusSeconds(300));
      assertThat(tester.rows("traffic")).hasSize(1);
      assertThatThrownBy(() -> tester.advance(Duration.ofMillis(-1)))
          .hasMessageContaining("time does not go back");
    }
  }

  @Test
  void schedulesDifferInTheirEpochs() {
    List<Long> epochs = new ArrayList<>();
    PipelineTester.onEverySchedule(
        pipeline(),
        tester -> {
          for (int i = 0; i < 20; i++) {
            tester.put("clicks", new Click("u" + i, "/home"));
          }
          tester.step();
          assertThat(tester.rows("traffic")).hasSize(1);
          epochs.add(tester.engine().position().value());
        });
    assertThat(epochs).hasSize(10).contains(1L, 20L);
    assertThat(Set.copyOf(epochs)).hasSizeGreaterThan(5);
  }

  @Test
  void aFailureSaysWithWhichSchedule() {
    assertThatThrownBy(
            () ->
                PipelineTester.onEverySchedule(
                    pipeline(),
                    tester -> {
                      tester.put("clicks", new Click("u1", "/a"), new Click("u2", "/b")).step();
                      assertThat(tester.engine().position()).isEqualTo(new Position(1));
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("with each row an epoch: ");
  }

  @Test
  void failedRowsAreInTheLedger() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.table("payments", Payment.class)
                    .keyless()
                    .where(lit(100).dividedBy(col(Payment::cents)).gt(1))
                    .materialize("small"));
    try (PipelineTester tester = PipelineTester.of(pipeline)) {
      tester.put("payments", new Payment("u1", 0), new Payment("u1", 5)).step();
      assertThat(tester.rows("small", Payment.class)).containsExactly(new Payment("u1", 5));
      assertThat(tester.ledger())
          .singleElement()
          .satisfies(entry -> assertThat(entry.reason()).contains("division by zero"));
      assertThatThrownBy(() -> tester.put("payment", new Payment("u1", 1)))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("payments");
    }
  }

  @Test
  void changesAreMadeInTheirOrderWhateverTheirForm() {
    PipelineTester.onEverySchedule(
        pipeline(),
        tester -> {
          tester.put("users", new User("u1", "DE"));
          tester.ndjson("users", "{\"user_id\":\"u1\",\"country\":\"FR\"}");
          tester.put("users", new User("u1", "IT")).step();
          assertThat(tester.rows("countries"))
              .extracting(Row::values)
              .containsExactly(row("IT", 1L));
        });
  }
}
