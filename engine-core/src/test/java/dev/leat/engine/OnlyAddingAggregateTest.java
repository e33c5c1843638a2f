package dev.leat.engine;

import static dev.leat.engine.Expressions.aggregate;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.gap;
import static dev.leat.engine.Expressions.lit;
import static dev.leat.engine.Statistics.stddev;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.UserAggregate;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Aggregates of the host's that cannot take rows back: where they can be used, and where not. */
class OnlyAddingAggregateTest {
  record Visit(String user, @Nullable String page, Instant at) {}

  /** The pages there were, as a sketch would keep them: each once. */
  private static class Pages implements UserAggregate<Set<String>> {
    @Override
    public Set<String> empty() {
      return Set.of();
    }

    @Override
    public Set<String> add(Set<String> state, List<Object> values, long times) {
      assertThat(times).isPositive();
      return merge(state, Set.of((String) values.get(0)));
    }

    @Override
    public Set<String> merge(Set<String> a, Set<String> b) {
      Set<String> both = new TreeSet<>(a);
      both.addAll(b);
      if (both.contains("bad") && both.contains("worse")) {
        throw new IllegalStateException("they do not go together");
      }
      return both;
    }

    @Override
    public @Nullable Object result(Set<String> state) {
      return state.contains("null") ? null : String.join(" ", state);
    }

    @Override
    public byte[] write(Set<String> state) {
      return String.join(" ", state).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Set<String> read(byte[] bytes) {
      return new TreeSet<>(List.of(new String(bytes, StandardCharsets.UTF_8).split(" ")));
    }

    @Override
    public boolean takesBack() {
      return false;
    }

    @Override
    public @Nullable String insteadOfIt() {
      return "arrayAgg(...).distinct(), which is exact";
    }

    @Override
    public @Nullable Object resultOfNone() {
      return "none";
    }

    @Override
    public @Nullable String boundOfState() {
      return "at most all pages";
    }
  }

  private static AggregateCall pages() {
    return aggregate("pages", Type.STRING, new Pages(), col("page"));
  }

  private static Pipeline pipeline(Consumer<Relation<Visit>> views) {
    return Pipeline.define(p -> views.accept(p.stream("visits", Visit.class)));
  }

  private static final Pipeline PIPELINE =
      pipeline(
          visits -> {
            visits
                .where(col("user").ne("b"))
                .groupBy(Visit::user)
                .aggregate(pages().as("pages"), pages().distinct().as("same"))
                .materialize("by_user");
            visits
                .where(col("user").eq("nobody"))
                .aggregate(pages().where(col("page").ne("x")).as("pages"))
                .materialize("of_nobody");
            visits
                .sessionize(gap(Duration.ofMinutes(10)))
                .on(Visit::at)
                .by(Visit::user)
                .aggregate(pages().as("pages"), count().as("n"))
                .materialize("sessions");
          });

  private static Visit visit(String user, @Nullable String page, int minute) {
    return new Visit(user, page, Instant.EPOCH.plusSeconds(60L * minute));
  }

  private static List<List<Object>> rows(Engine engine, String view, Position at) {
    return engine.view(view).await(at).scan().stream().map(row -> row.values()).toList();
  }

  @Test
  void itIsFoldedAndNoRowsHaveTheResultOfNone() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      StreamInput<Visit> visits = engine.stream("visits", Visit.class);
      Position at = visits.append(visit("a", null, 0));
      assertThat(rows(engine, "of_nobody", at)).containsExactly(List.of("none"));
      assertThat(rows(engine, "by_user", at)).containsExactly(List.of("a", "none", "none"));
      visits.append(List.of(visit("a", "y", 0), visit("a", "x", 0), visit("a", "y", 0)));
      at = visits.append(visit("nobody", "x", 0));
      assertThat(rows(engine, "of_nobody", at)).containsExactly(List.of("none"));
      assertThat(rows(engine, "by_user", at))
          .containsExactlyInAnyOrder(List.of("a", "x y", "x y"), List.of("nobody", "x", "x"));
      assertThat(engine.ledger().count()).isZero();
    }
    assertThat(PIPELINE.explain()).contains("at most all pages for pages");
  }

  @Test
  void sessionsThatBecomeOneHaveTheRowsOfBoth(@TempDir Path directory) {
    try (Engine engine = Engine.open(directory, PIPELINE)) {
      StreamInput<Visit> visits = engine.stream("visits", Visit.class);
      visits.append(List.of(visit("a", "x", 0), visit("a", null, 15), visit("a", "z", 30)));
      visits.append(List.of(visit("b", "bad", 0), visit("b", "worse", 15)));
      engine.checkpoint();
    }
    try (Engine engine = Engine.open(directory, PIPELINE)) {
      StreamInput<Visit> visits = engine.stream("visits", Visit.class);
      Position at = visits.append(List.of(visit("a", "y", 8), visit("a", "w", 22)));
      assertThat(rows(engine, "sessions", at))
          .filteredOn(row -> row.get(0).equals("a"))
          .containsExactly(List.of("a", Instant.EPOCH, visit("a", null, 40).at(), "w x y z", 5L));
      assertThat(engine.ledger().count()).isZero();
      at = visits.append(visit("b", "fine", 8));
      assertThat(rows(engine, "sessions", at)).noneMatch(row -> row.get(0).equals("b"));
      assertThat(engine.ledger().scan())
          .extracting(LedgerEntry::reason)
          .allSatisfy(reason -> assertThat(reason).contains("they do not go together"))
          .isNotEmpty();
    }
  }

  @Test
  void aNullThoughNoRowsHaveAResultIsAnError() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      Position at = engine.stream("visits", Visit.class).append(visit("a", "null", 0));
      assertThat(rows(engine, "by_user", at)).isEmpty();
      assertThat(engine.ledger().scan().get(0).reason()).contains("it gave null");
    }
  }

  @Test
  void itIsRefusedWhereRowsCanBeTakenBack() {
    assertThatThrownBy(
            () ->
                pipeline(
                    visits ->
                        visits
                            .groupBy(Visit::user)
                            .aggregate(count().as("n"))
                            .aggregate(
                                aggregate("pages", Type.STRING, new Pages(), col("user"))
                                    .as("users"))))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("pages[opaque](user) as users cannot take rows back")
        .hasMessageContaining("use arrayAgg(...).distinct(), which is exact, or aggregate what");
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p ->
                        p.table("visits", Visit.class)
                            .primaryKey(Visit::user)
                            .sessionize(gap(Duration.ofMinutes(10)))
                            .on(Visit::at)
                            .aggregate(pages().as("pages"))))
        .hasMessageContaining("cannot take rows back, and rows of this relation can be");
  }

  @Test
  void besideAggregatesThatSessionsCannotPutTogetherItIsRefused() {
    assertThatThrownBy(
            () ->
                pipeline(
                    visits ->
                        visits
                            .sessionize(gap(Duration.ofMinutes(10)))
                            .on(Visit::at)
                            .aggregate(pages().as("pages"), stddev(lit(1)).as("s"))))
        .hasMessageContaining("pages[opaque](page) as pages cannot take rows back")
        .hasMessageContaining("cannot put together [stddev_samp(1) as s]")
        .hasMessageContaining("give those sessions of their own");
  }

  @Test
  void theResultOfNoneIsOfTheType() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> aggregate("pages", Type.LONG, new Pages(), col("page")))
        .withMessageContaining("aggregate 'pages': its result of no rows is not a value of");
  }
}
