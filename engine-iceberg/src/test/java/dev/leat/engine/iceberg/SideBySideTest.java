package dev.leat.engine.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sinks of one engine, and engines of one table. */
class SideBySideTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Schema USERS =
      Schema.of(List.of(new Field("id", Type.LONG, false), new Field("plan", Type.STRING, true)));

  /** How rows are written, in a table that rows are upserted into. */
  @SuppressWarnings("ImmutableEnumChecker") // What refines a sink has no state.
  enum How {
    VECTORS(sink -> sink),
    KEYS(IcebergSink::equalityDeletes);

    private final Function<IcebergSink, IcebergSink> refine;

    How(Function<IcebergSink, IcebergSink> refine) {
      this.refine = refine;
    }
  }

  @TempDir private Path temp;

  private Lake lake() {
    return Lake.local(temp.resolve("lake"));
  }

  private static IcebergSink unforced(IcebergSink sink) {
    return sink.telling(UnforcedSteps.of(step -> {}));
  }

  private IcebergSink upsert(How how, String table) {
    return unforced(how.refine.apply(IcebergSink.upsert(lake(), table)));
  }

  private static Row user(long id, String plan) {
    return Row.of(USERS, id, plan);
  }

  private List<Row> rows(String table) {
    return TableRows.of(lake(), table, USERS);
  }

  @Test
  void fourSinksOfOneEngineCommitSideBySide() {
    List<String> tables = List.of("web.added", "web.vectors", "web.keys", "web.more");
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              p.stream("added", USERS)
                  .acceptGrowth("a test has few rows")
                  .materialize("added")
                  .to("web.added", unforced(IcebergSink.append(lake(), "web.added")));
              p.table("users", USERS)
                  .primaryKey("id")
                  .materialize("users")
                  .to("web.vectors", upsert(How.VECTORS, "web.vectors"))
                  .to("web.keys", upsert(How.KEYS, "web.keys"))
                  .to("web.more", upsert(How.VECTORS, "web.more"));
            });
    for (int opening = 0; opening < 2; opening++) {
      try (Engine engine = Engine.open(temp.resolve("engine"), pipeline)) {
        Position end = Position.START;
        for (int i = 0; i < 24; i++) {
          long id = i % 5;
          String plan = "plan " + opening + " " + i;
          Position at =
              engine.append(
                  t ->
                      t.append(engine.stream("added"), user(id, plan))
                          .upsert(engine.table("users"), user(id, plan))
                          .delete(engine.table("users"), (id + 2) % 5));
          if (i % 6 == 0) {
            engine.awaitSink(tables.get(i / 6), at, PATIENCE);
          }
          end = at;
        }
        for (String sink : tables) {
          engine.awaitSink(sink, end, PATIENCE);
        }
        engine.view("added").await(end);
        assertThat(rows("web.added"))
            .containsExactlyInAnyOrderElementsOf(engine.view("added").scan());
        for (String table : tables.subList(1, 4)) {
          assertThat(rows(table))
              .as(table)
              .isNotEmpty()
              .containsExactlyInAnyOrderElementsOf(engine.view("users").scan());
        }
      }
    }
  }

  private Pipeline users(IcebergSink sink) {
    return Pipeline.define(
        p -> p.table("users", USERS).primaryKey("id").materialize("users").to("lake", sink));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.toList()) {
        Path unused = Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void ofTwoEnginesWithOneLogTheSecondToCommitIsRefused(How how) throws Exception {
    IcebergSink sink = upsert(how, "web.users");
    Path first = temp.resolve("first");
    try (Engine engine = Engine.open(first, users(sink))) {
      engine.awaitSink(
          "lake", engine.table("users").upsert(List.of(user(1, "a"), user(2, "a"))), PATIENCE);
    }
    Path copy = temp.resolve("copy");
    copy(first, copy);
    List<Row> expected = new ArrayList<>();
    try (Engine one = Engine.open(first, users(sink));
        Engine two = Engine.open(copy, users(sink))) {
      two.awaitSink("lake", two.table("users").upsert(user(1, "two")), PATIENCE);
      Position refused = one.table("users").upsert(List.of(user(1, "one"), user(2, "one")));
      assertThatThrownBy(() -> one.awaitSink("lake", refused, PATIENCE))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("has been written to by somebody else");
      two.awaitSink("lake", two.table("users").upsert(user(3, "two")), PATIENCE);
      expected.addAll(two.view("users").scan());
      assertThat(one.sinkStatus("lake").failure()).isPresent();
    }
    assertThat(rows("web.users")).hasSize(3).containsExactlyInAnyOrderElementsOf(expected);
  }

  @ParameterizedTest
  @EnumSource
  void anEngineWithAnotherLogIsRefusedWhenItIsOpened(How how) {
    IcebergSink sink = upsert(how, "web.users");
    try (Engine engine = Engine.open(temp.resolve("one"), users(sink))) {
      engine.awaitSink("lake", engine.table("users").upsert(user(1, "a")), PATIENCE);
      assertThatThrownBy(() -> Engine.open(temp.resolve("two"), users(sink)).close())
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("log");
      engine.awaitSink("lake", engine.table("users").upsert(user(1, "b")), PATIENCE);
    }
    assertThat(rows("web.users")).containsExactly(user(1, "b"));
  }
}
