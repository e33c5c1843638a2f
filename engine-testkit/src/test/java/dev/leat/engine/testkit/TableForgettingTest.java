package dev.leat.engine.testkit;

import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.testkit.PipelineTester.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.CheckpointSettings;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.PipelineBuilder;
import dev.leat.engine.TableDeclaration;
import dev.leat.engine.Threading;
import dev.leat.engine.plan.Forgetting;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.StateBound;
import dev.leat.engine.plan.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables whose rows are forgotten when they were not put in for a time. */
class TableForgettingTest {
  record Login(String token, String user) {}

  record Reading(long id, long value) {}

  @TempDir Path directory;

  private final TestClock clock = new TestClock(START);

  private static Duration minutes(long minutes) {
    return Duration.ofMinutes(minutes);
  }

  private static TableDeclaration<Login> logins(PipelineBuilder p) {
    return p.table("logins", Login.class).forgetAfter(minutes(10));
  }

  private static Pipeline keyed() {
    return Pipeline.define(
        p -> {
          logins(p).primaryKey(Login::token).materialize("logins");
          p.view("logins").groupBy("user").aggregate(count().as("n")).materialize("users");
        });
  }

  private static Pipeline keyless() {
    return Pipeline.define(
        p -> {
          logins(p).keyless().materialize("logins");
          p.table("others", Login.class).keyless().materialize("others");
        });
  }

  private static List<String> rows(PipelineTester tester, String view) {
    return tester.rows(view).stream().map(row -> row.values().toString()).sorted().toList();
  }

  @Test
  void aRowIsTakenBackWhenItWasNotPutInForTheTime() {
    try (PipelineTester tester = PipelineTester.of(keyed())) {
      tester.put("logins", new Login("a", "ann"), new Login("b", "bob")).step();
      assertThat(tester.changes("logins")).hasSize(2);
      tester.advance(minutes(10).minusMillis(1)).step();
      assertThat(rows(tester, "logins")).containsExactly("[a, ann]", "[b, bob]");
      // No row comes, and still they go.
      tester.advance(Duration.ofMillis(1)).step();
      assertThat(rows(tester, "logins")).isEmpty();
      assertThat(rows(tester, "users")).isEmpty();
      assertThat(tester.changes("logins"))
          .allSatisfy(change -> assertThat(change.weight()).isEqualTo(-1))
          .hasSize(2);
    }
  }

  @Test
  void aRowThatIsPutInAgainStaysAlsoIfNothingChanges() {
    try (PipelineTester tester = PipelineTester.of(keyed())) {
      tester.put("logins", new Login("a", "ann"), new Login("b", "bob"), new Login("c", "cy"));
      tester.step();
      assertThat(tester.changes("logins")).hasSize(3);
      tester.advance(minutes(9));
      tester.put("logins", new Login("a", "ann"), new Login("b", "ben")).step();
      assertThat(tester.changes("logins")).as("one that changed").hasSize(2);
      tester.advance(minutes(9)).step();
      assertThat(rows(tester, "logins")).containsExactly("[a, ann]", "[b, ben]");
      tester.advance(minutes(1)).step();
      assertThat(rows(tester, "logins")).isEmpty();
    }
  }

  @Test
  void whatComesForAForgottenKeyIsAsIfItHadNeverBeen() {
    try (PipelineTester tester = PipelineTester.of(keyed())) {
      tester.put("logins", new Login("a", "ann"), new Login("b", "bob")).step();
      tester.advance(minutes(11)).step();
      tester.deleteKey("logins", "a").put("logins", new Login("b", "bea")).step();
      assertThat(rows(tester, "logins")).containsExactly("[b, bea]");
      assertThat(rows(tester, "users")).containsExactly("[bea, 1]");
      // Due and put in again in one epoch: nothing is taken back, nothing added.
      tester.changes("logins");
      tester.advance(minutes(30)).put("logins", new Login("b", "bea")).step();
      assertThat(tester.changes("logins")).isEmpty();
      // A deleted row is not forgotten later, nor is one that took its place forgotten too early.
      tester.deleteKey("logins", "b").put("logins", new Login("c", "cy")).step();
      tester.advance(minutes(5)).put("logins", new Login("d", "dan")).step();
      tester.advance(minutes(5)).step();
      assertThat(rows(tester, "logins")).containsExactly("[d, dan]");
      assertThat(tester.ledger()).isEmpty();
    }
  }

  @Test
  void equalRowsOfATableWithoutAKeyAreForgottenTogether() {
    Login ann = new Login("a", "ann");
    Login bob = new Login("b", "bob");
    try (PipelineTester tester = PipelineTester.of(keyless())) {
      tester.put("logins", ann, ann, bob, bob).step();
      tester.advance(minutes(6)).put("logins", ann).deleteRows("logins", bob).step();
      assertThat(rows(tester, "logins"))
          .containsExactly("[a, ann]", "[a, ann]", "[a, ann]", "[b, bob]");
      // Inserting one more keeps all of them, deleting one does not keep the others.
      tester.advance(minutes(4)).step();
      assertThat(rows(tester, "logins")).containsExactly("[a, ann]", "[a, ann]", "[a, ann]");
      tester.advance(minutes(6)).step();
      assertThat(rows(tester, "logins")).isEmpty();
    }
  }

  @Test
  void toDeleteAForgottenRowIsNoErrorAndToDeleteOneThatATableNeverForgetsIs() {
    Login ann = new Login("a", "ann");
    try (PipelineTester tester = PipelineTester.of(keyless())) {
      tester.put("logins", ann).put("others", ann).step().advance(minutes(10));
      tester.deleteRows("logins", ann, ann).put("logins", new Login("b", "bob")).step();
      assertThat(rows(tester, "logins")).containsExactly("[b, bob]");
      assertThat(tester.ledger()).isEmpty();
      tester.deleteRows("others", ann, ann).step();
      assertThat(tester.ledger()).hasSize(1);
      assertThat(tester.ledger().get(0).reason()).contains("cannot delete a row");
    }
  }

  @Test
  void explainSaysTheBound() {
    assertThat(keyed().explain())
        .contains("forgotten after 10 min without being put in, each 1 s")
        .contains("rows of the last 10 min");
    Node.Input table = keyless().plan().input("logins");
    StateBound bound = new StateBound(StateBound.Kind.TIME, "rows of the last 10 min");
    assertThat(StateBound.of(table)).isEqualTo(bound);
    assertThat(StateBound.ofView(keyless().plan().view("logins"))).isEqualTo(bound);
  }

  private static void assertInvalid(
      UnaryOperator<TableDeclaration<Login>> declaration, String message) {
    assertThatThrownBy(
            () -> Pipeline.define(p -> declaration.apply(p.table("logins", Login.class)).keyless()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(message);
  }

  @Test
  void whatCannotBeForgottenIsRefused() {
    assertInvalid(t -> t.forgetAfter(Duration.ZERO), "table 'logins': rows are forgotten after");
    assertInvalid(t -> t.forgetAfter(Duration.ofDays(4000)), "a millisecond to ten years");
    assertInvalid(t -> t.forgetAfter(minutes(-1)), "after=PT-1M");
    assertInvalid(t -> t.forgetAfter(minutes(1)).forgetAfter(minutes(2)), "said of a table once");
    Schema schema = Schema.builder().required("x", Type.LONG).build();
    Node.Input stream = new Node.Input("s", Node.InputKind.STREAM, schema, List.of());
    assertThatThrownBy(() -> stream.forgetting(new Forgetting(1_000_000, 1_000_000)))
        .hasMessageContaining("forgetAfter on stream 's': a stream keeps no rows");
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p -> {
                      logins(p).keyless();
                      p.tickEvery(minutes(1));
                    }))
        .hasMessageContaining("tickEvery comes before");
  }

  private static long stateBytes(PipelineTester tester) {
    return tester.engine().stateBytes().getOrDefault("table 'readings'", 0L);
  }

  @Test
  void stateStaysFlatAtConstantLoadAndGoesWhenNothingComes() {
    for (boolean isKeyed : new boolean[] {true, false}) {
      Pipeline pipeline =
          Pipeline.define(
              p -> {
                TableDeclaration<Reading> readings =
                    p.table("readings", Reading.class).forgetAfter(minutes(10));
                (isKeyed ? readings.primaryKey(Reading::id) : readings.keyless())
                    .materialize("readings");
              });
      try (PipelineTester tester = PipelineTester.of(pipeline)) {
        long early = 0;
        for (int minute = 0; minute < 2000; minute++) {
          for (int i = 0; i < 10; i++) {
            tester.put("readings", new Reading(minute * 10L + i, i));
          }
          tester.step();
          early = minute == 100 ? stateBytes(tester) : early;
          tester.advance(minutes(1));
        }
        assertThat(tester.rows("readings")).hasSize(100);
        assertThat(stateBytes(tester)).isBetween(1L, early + early / 10);
        tester.advance(minutes(10)).step();
        assertThat(tester.rows("readings")).isEmpty();
        assertThat(stateBytes(tester)).isLessThan(early / 3);
      }
    }
  }

  private Engine open(Pipeline pipeline) {
    EngineSettings settings =
        EngineSettings.defaults()
            .withThreading(Threading.HOST)
            .withClock(clock)
            .withCheckpoints(CheckpointSettings.defaults().withLogBytes(1));
    Engine engine = Engine.open(directory, pipeline, settings);
    engine.awaitBackfill(minutes(1));
    return engine;
  }

  private static List<String> tokens(Engine engine) {
    return engine.view("logins", Login.class).scan().stream().map(Login::token).sorted().toList();
  }

  private static void put(Engine engine, String token) {
    engine.table("logins", Login.class).upsert(new Login(token, "user"));
    engine.step();
  }

  @Test
  void aReplayAndACheckpointForgetTheSame() throws IOException {
    try (Engine engine = open(keyed())) {
      put(engine, "a");
      put(engine, "b");
      clock.advance(minutes(6));
      put(engine, "a");
      clock.advance(minutes(4));
      engine.step();
      assertThat(tokens(engine)).containsExactly("a");
      put(engine, "c");
    }
    try (Engine engine = open(keyed())) {
      assertThat(tokens(engine)).containsExactly("a", "c");
      // The clock is set back; what time it was is in the log.
      clock.jump(minutes(-3));
      put(engine, "d");
      assertThat(tokens(engine)).containsExactly("a", "c", "d");
      clock.jump(minutes(3));
      clock.advance(minutes(6));
      engine.step();
      assertThat(tokens(engine)).containsExactly("c", "d");
    }
    try (Stream<Path> files = Files.list(directory.resolve("checkpoints"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    try (Engine engine = open(keyed())) {
      assertThat(tokens(engine)).containsExactly("c", "d");
      clock.advance(minutes(4));
      engine.step();
      assertThat(tokens(engine)).isEmpty();
    }
  }

  @Test
  void aTableThatForgetsAfterAnotherTimeIsBuiltAnew() {
    try (Engine engine = open(keyed())) {
      put(engine, "a");
      clock.advance(minutes(20));
      put(engine, "b");
      assertThat(tokens(engine)).containsExactly("b");
    }
    Pipeline longer =
        Pipeline.define(
            p ->
                p.table("logins", Login.class)
                    .forgetAfter(minutes(30))
                    .primaryKey(Login::token)
                    .materialize("logins"));
    assertThat(Engine.planDiff(directory, longer).toString())
        .contains("forgotten after 10 min without being put in")
        .contains("forgotten after 30 min without being put in")
        .contains("rebuilt from the log");
    try (Engine engine = open(longer)) {
      assertThat(tokens(engine)).containsExactly("a", "b");
      clock.advance(minutes(10));
      engine.step();
      assertThat(tokens(engine)).containsExactly("b");
    }
  }
}
