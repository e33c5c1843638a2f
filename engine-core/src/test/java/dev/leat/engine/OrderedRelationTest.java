package dev.leat.engine;

import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.desc;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The first rows of an order, through the API. */
class OrderedRelationTest {
  /** A visit. */
  public record Visit(String userId, String page, @Nullable Integer seconds, List<String> tags) {}

  private static Visit visit(String userId, String page, @Nullable Integer seconds) {
    return new Visit(userId, page, seconds, List.of());
  }

  private static Engine engine(Function<Relation<Visit>, Relation<?>> query) {
    return Engine.inMemory(
        Pipeline.define(
            p -> {
              Relation<Visit> visits = p.table("visits", Visit.class).keyless();
              query.apply(visits).acceptGrowth("a test").materialize("result");
            }));
  }

  private static List<String> rows(Engine engine, String column) {
    return engine.view("result").scan().stream()
        .map(row -> String.valueOf(row.value(column)))
        .sorted()
        .toList();
  }

  @Test
  void theFirstRowsAreThoseOfTheOrderWhateverCameFirst() {
    try (Engine engine = engine(v -> v.orderBy(desc(Visit::seconds), asc("page")).limit(2))) {
      KeylessTableInput<Visit> visits = engine.keylessTable("visits", Visit.class);
      Position at = engine.position();
      for (Visit visit : List.of(visit("u", "/c", 5), visit("u", "/a", 9), visit("u", "/b", 9))) {
        at = visits.insert(visit);
      }
      engine.view("result").await(at);
      assertThat(rows(engine, "page")).containsExactly("/a", "/b");

      // Null is the largest.
      engine.view("result").await(visits.insert(visit("u", "/n", null)));
      assertThat(rows(engine, "page")).containsExactly("/a", "/n");

      engine.view("result").await(visits.delete(visit("u", "/a", 9)));
      assertThat(rows(engine, "page")).containsExactly("/b", "/n");
    }
  }

  @Test
  void onlyWhatEntersAndLeavesIsTold() {
    try (Engine engine =
        engine(v -> v.partitionBy(Visit::userId).orderBy(asc("seconds")).limit(3))) {
      KeylessTableInput<Visit> visits = engine.keylessTable("visits", Visit.class);
      Position at = engine.position();
      for (int i = 0; i < 10; i++) {
        at = visits.insert(visit("u" + i % 2, "/" + i, i));
      }
      engine.view("result").await(at);
      List<String> told = new ArrayList<>();
      Subscription subscription =
          engine
              .view("result", Visit.class)
              .subscribe(
                  changes ->
                      changes.changes().forEach(c -> told.add(c.weight() + " " + c.row().page())));
      subscription.await(at);
      told.clear();
      subscription.await(visits.insert(visit("u1", "/x", 2)));
      assertThat(told).containsExactlyInAnyOrder("1 /x", "-1 /5");
      told.clear();
      subscription.await(visits.insert(visit("u1", "/y", 2000)));
      subscription.await(visits.delete(visit("u0", "/0", 0)));
      assertThat(told).containsExactlyInAnyOrder("-1 /0", "1 /6");
    }
  }

  @Test
  void theLastRowOfEachKeyIsItsDeduplication() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.stream("visits", Visit.class)
                    .partitionBy(Visit::userId)
                    .orderBy(desc(Visit::seconds))
                    .first()
                    .materialize("result"));
    assertThat(pipeline.explain())
        .contains("limit 1 ordered by [seconds desc] in each [user_id] [key [user_id]; updating;")
        .contains(
            "state: rows ordered by [seconds desc] in each [user_id]: the first 1 for each"
                + " distinct [user_id]]");
    try (Engine engine = Engine.inMemory(pipeline)) {
      StreamInput<Visit> visits = engine.stream("visits", Visit.class);
      visits.append(visit("u1", "/a", 1));
      visits.append(visit("u2", "/b", 5));
      Position at = visits.append(visit("u1", "/c", 3));
      View<Visit> view = engine.view("result", Visit.class).await(at);
      assertThat(view.get("u1").map(Visit::page)).contains("/c");
      view.await(visits.append(visit("u1", "/d", 2)));
      assertThat(view.get("u1").map(Visit::page)).contains("/c");
      assertThat(view.count()).isEqualTo(2);
    }
  }

  @Test
  void aStreamKeepsNoMoreThanTheFirstRows() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.stream("visits", Visit.class)
                    .orderBy(desc(Visit::seconds))
                    .offset(1)
                    .limit(2)
                    .materialize("result"));
    assertThat(pipeline.explain()).contains("rows: at most 2 rows").contains("the first 3]");
    try (Engine engine = Engine.inMemory(pipeline)) {
      StreamInput<Visit> visits = engine.stream("visits", Visit.class);
      Position at = engine.position();
      for (int i = 0; i < 500; i++) {
        at = visits.append(visit("u", "/" + i, i * 7 % 500));
      }
      View<Visit> view = engine.view("result", Visit.class).await(at);
      assertThat(view.orderBy(desc("seconds")).toList().stream().map(Visit::seconds).toList())
          .containsExactly(498, 497);
      assertThat(engine.stateBytes().get("limit on stream 'visits'")).isLessThan(500);
    }
  }

  @Test
  void aViewOverAnUpdatingInputThatGrowsMustBeAccepted() {
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(
            () ->
                Pipeline.define(
                    p -> {
                      Relation<Visit> all =
                          p.stream("a", Visit.class).union(p.table("b", Visit.class).keyless());
                      all.orderBy(asc("seconds")).limit(3).materialize("result");
                    }))
        .withMessageContaining("view 'result' needs limit on union on stream 'a'")
        .withMessageContaining("grows with the input")
        .withMessageContaining(".acceptGrowth(");
  }

  @Test
  void aLimitThatNobodyReachesIsNoBound() {
    assertThat(firstOfStream(1_000_000, null).explain())
        .contains("rows: at most 1000000 rows", "the first 1000000");
    for (long limit : new long[] {1_000_001, Long.MAX_VALUE}) {
      assertThatExceptionOfType(EngineException.class)
          .isThrownBy(() -> firstOfStream(limit, null))
          .withMessageContaining("grows with the input")
          .withMessageContaining("and more than 1000000 are no bound")
          .withMessageContaining(".acceptGrowth(");
      assertThat(firstOfStream(limit, "a test").explain())
          .contains("rows: grows with the input, accepted: a test");
    }
    Pipeline ofTable =
        Pipeline.define(
            p ->
                p.table("visits", Visit.class)
                    .keyless()
                    .orderBy(asc("seconds"))
                    .limit(Long.MAX_VALUE)
                    .materialize("result"));
    assertThat(ofTable.explain()).contains("rows: the rows of its inputs");
  }

  private static Pipeline firstOfStream(long limit, @Nullable String accepted) {
    return Pipeline.define(
        p -> {
          Relation<Visit> first =
              p.stream("visits", Visit.class).orderBy(asc("seconds")).limit(limit);
          (accepted == null ? first : first.acceptGrowth(accepted)).materialize("result");
        });
  }

  @Test
  void mistakesAreNamed() {
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> engine(v -> v.orderBy(desc("second")).limit(1)))
        .withMessageContaining("limit on table 'visits'")
        .withMessageContaining("seconds");
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> engine(v -> v.partitionBy("users").orderBy(desc("seconds")).limit(1)))
        .withMessageContaining("partitionBy")
        .withMessageContaining("user_id");
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> engine(v -> v.partitionBy("tags").orderBy(desc("page")).limit(1)))
        .withMessageContaining("cannot partition by an array");
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> engine(v -> v.partitionBy("page").orderBy().limit(1)))
        .withMessageContaining("needs an order");
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> engine(v -> v.orderBy(desc("page")).limit(0)))
        .withMessageContaining("limit=0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine(v -> v.orderBy(desc("page")).offset(-1).limit(1)))
        .withMessageContaining("offset=-1");
  }

  @Test
  void pagesAreRankedByWhatIsCounted() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.stream("visits", Visit.class)
                    .groupBy(Visit::page)
                    .aggregate(count().as("views"))
                    .orderBy(desc("views"), asc("page"))
                    .limit(2)
                    .materialize("result"));
    try (Engine engine = Engine.inMemory(pipeline)) {
      StreamInput<Visit> visits = engine.stream("visits", Visit.class);
      Position at = engine.position();
      for (String page : List.of("a", "b", "c", "a", "b", "a", "c", "c", "c")) {
        at = visits.append(visit("u", page, 1));
      }
      View<Row> view = engine.view("result").await(at);
      assertThat(view.get("c").orElseThrow().value("views", Long.class)).isEqualTo(4);
      assertThat(view.get("a")).isPresent();
      assertThat(view.get("b")).isEmpty();
    }
  }

  @Test
  void aWindowThatMovesByMoreThanItsRowsIsFollowed() {
    try (Engine engine = engine(v -> v.orderBy(asc("seconds")).offset(2).limit(1))) {
      KeylessTableInput<Visit> visits = engine.keylessTable("visits", Visit.class);
      visits.insert(visit("u", "/2", 2));
      visits.insert(visit("u", "/3", 3));
      engine.view("result").await(visits.insert(visit("u", "/4", 4)));
      assertThat(rows(engine, "page")).containsExactly("/4");
      engine.view("result").await(inOneEpoch(engine, -4, -3, -2, -1));
      assertThat(rows(engine, "page")).containsExactly("/-2");
    }
  }

  @Test
  void equalRowsAreSeveralAtBothEnds() {
    try (Engine engine = engine(v -> v.orderBy(asc("seconds")).offset(2).limit(2))) {
      engine.view("result").await(inOneEpoch(engine, 1, 5, 5, 7));
      assertThat(rows(engine, "seconds")).containsExactly("5", "7");
      engine.view("result").await(inOneEpoch(engine, 0, 0));
      assertThat(rows(engine, "seconds")).containsExactly("1", "5");
      engine.view("result").await(inOneEpoch(engine, 5, 5, 5));
      assertThat(rows(engine, "seconds")).containsExactly("1", "5");
    }
  }

  private static Position inOneEpoch(Engine engine, int... seconds) {
    KeylessTableInput<Visit> visits = engine.keylessTable("visits", Visit.class);
    return engine.append(
        transaction -> {
          for (int second : seconds) {
            transaction.insert(visits, visit("u", "/" + second, second));
          }
        });
  }
}
