package dev.leat.engine;

import static dev.leat.engine.Expressions.avg;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** What joins give, what they refuse, and what they say of themselves. */
class JoinTest {
  private static final EngineSettings HOST =
      EngineSettings.defaults().withThreading(Threading.HOST);

  record Click(long userId, String page, int seconds) {}

  record User(long userId, String name, int patience) {}

  record Enriched(long userId, String page, int seconds, String name, Integer patience) {}

  record Band(int low, int high, String label) {}

  private static void refused(
      BiFunction<Relation<Click>, Relation<User>, Relation<?>> query, String... parts) {
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p ->
                        query
                            .apply(
                                p.stream("clicks", Click.class),
                                p.table("users", User.class).primaryKey(User::userId))
                            .materialize("view")))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(EngineException.Kind.INVALID);
              assertThat(e.getMessage()).contains(parts);
            });
  }

  @Test
  void aStreamThatWouldBeKeptForEverIsRefusedWithThreeWaysOut() {
    refused(
        (clicks, users) -> clicks.leftJoin(users).on(Click::userId, User::userId),
        "left join of stream 'clicks' with table 'users'",
        "left side, stream 'clicks'",
        "its state grows with the input",
        "aggregate that side before the join",
        ".acceptGrowth(\"why\")");
    refused(
        (clicks, users) -> users.join(clicks).on(User::userId, Click::userId),
        "right side, stream 'clicks'");
  }

  @Test
  void columnsThatClashAreNamedWithTheWayOut() {
    refused(
        (clicks, users) ->
            clicks
                .acceptGrowth("short")
                .join(users.rename("name", "page"))
                .on("user_id", "user_id"),
        "inner join of stream 'clicks'",
        "both sides have columns of the names [page]",
        ".select(...)",
        ".prefix(\"r_\")");
  }

  @Test
  void keysOfDifferentTypesAreRefusedWithTheCastThatMakesThemEqual() {
    refused(
        (clicks, users) -> clicks.acceptGrowth("short").join(users).on("seconds", "user_id"),
        "the types of the keys differ: seconds int not null of stream 'clicks' and user_id long not"
            + " null of table 'users'",
        "cast one before the join");
    refused(
        (clicks, users) -> clicks.acceptGrowth("short").join(users).on("user", "user_id"),
        "key of stream 'clicks'",
        "did you mean 'user_id'?");
    refused(
        (clicks, users) -> clicks.join(users).on(List.of("user_id", "page"), List.of("user_id")),
        "as many columns of the left as of the right");
  }

  @Test
  void comparingEveryRowWithEveryOtherMustBeAccepted() {
    refused(
        (clicks, users) -> clicks.acceptGrowth("short").crossJoin(users),
        "every row of one side is compared with every row of the other",
        ".acceptScan(\"why\")");
  }

  @Test
  void whatWasAcceptedAtTheSideIsNotAskedForAgainByAnAggregate() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.stream("clicks", Click.class)
                    .acceptGrowth("short")
                    .leftJoin(p.table("users", User.class).primaryKey(User::userId))
                    .on(Click::userId, User::userId)
                    .groupBy("name")
                    .aggregate(count().as("clicks"))
                    .materialize("by_name"));
    assertThat(pipeline.explain()).contains("left: grows with the input (accepted: short)");
  }

  private static Engine engine(BiFunction<Relation<Click>, Relation<User>, Relation<?>> query) {
    return Engine.inMemory(
        Pipeline.define(
            p ->
                query
                    .apply(
                        p.table("clicks", Click.class).keyless(),
                        p.table("users", User.class).primaryKey(User::userId))
                    .materialize("view")),
        HOST);
  }

  private static void fill(Engine engine) {
    engine
        .keylessTable("clicks", Click.class)
        .insert(List.of(new Click(1, "/", 5), new Click(1, "/a", 50), new Click(3, "/b", 7)));
    engine
        .table("users", User.class)
        .upsert(List.of(new User(1, "Ada", 10), new User(2, "Bob", 20)));
    engine.step();
  }

  private static List<String> rows(Engine engine) {
    return engine.view("view").scan().stream().map(row -> row.values().toString()).toList();
  }

  private static List<String> joined(
      BiFunction<Relation<Click>, Relation<User>, Joining<?, ?, ?>> kind) {
    try (Engine engine =
        engine((clicks, users) -> kind.apply(clicks, users).on("user_id", "user_id"))) {
      fill(engine);
      return rows(engine);
    }
  }

  @Test
  void eachKindGivesWhatSqlGives() {
    String first = "[1, /, 5, Ada, 10]";
    String second = "[1, /a, 50, Ada, 10]";
    String click = "[3, /b, 7, null, null]";
    String user = "[2, null, null, Bob, 20]";
    assertThat(joined(Relation::join)).containsExactlyInAnyOrder(first, second);
    assertThat(joined(Relation::leftJoin)).containsExactlyInAnyOrder(first, second, click);
    assertThat(joined(Relation::rightJoin)).containsExactlyInAnyOrder(first, second, user);
    assertThat(joined(Relation::fullJoin)).containsExactlyInAnyOrder(first, second, click, user);
    assertThat(joined(Relation::semiJoin)).containsExactlyInAnyOrder("[1, /, 5]", "[1, /a, 50]");
    assertThat(joined(Relation::antiJoin)).containsExactly("[3, /b, 7]");
  }

  @Test
  void aConditionDecidesRowByRowWhatMatches() {
    try (Engine engine =
        engine(
            (clicks, users) ->
                clicks
                    .leftJoin(users)
                    .matching(col("seconds").gt(col("patience")))
                    .on(Click::userId, User::userId))) {
      fill(engine);
      assertThat(rows(engine))
          .containsExactlyInAnyOrder(
              "[1, /, 5, null, null]", "[1, /a, 50, Ada, 10]", "[3, /b, 7, null, null]");

      engine.table("users", User.class).upsert(new User(1, "Ada", 2));
      engine.step();
      assertThat(rows(engine))
          .containsExactlyInAnyOrder(
              "[1, /, 5, Ada, 2]", "[1, /a, 50, Ada, 2]", "[3, /b, 7, null, null]");
    }
  }

  @Test
  void aRelationIsJoinedWithItself() {
    try (Engine engine =
        engine(
            (clicks, users) ->
                clicks
                    .join(clicks.prefix("o_"))
                    .matching(col("page").lt(col("o_page")))
                    .on("user_id", "o_user_id")
                    .select("page", "o_page"))) {
      fill(engine);
      assertThat(rows(engine)).containsExactly("[/, /a]");

      engine.keylessTable("clicks", Click.class).delete(new Click(1, "/", 5));
      engine.keylessTable("clicks", Click.class).insert(new Click(1, "/c", 5));
      engine.step();
      assertThat(rows(engine)).containsExactly("[/a, /c]");
    }
  }

  @Test
  void eachRowStandsBesideTheOneRowOfAnAggregate() {
    try (Engine engine =
        engine(
            (clicks, users) ->
                clicks
                    .crossJoin(clicks.aggregate(avg(Click::seconds).as("mean")))
                    .where(col("seconds").gt(col("mean")))
                    .select("page", "mean"))) {
      fill(engine);
      assertThat(rows(engine)).hasSize(1).first().asString().startsWith("[/a, 20.6");

      engine.keylessTable("clicks", Click.class).insert(new Click(9, "/z", 1000));
      engine.step();
      assertThat(rows(engine)).containsExactly("[/z, 265.5]");
    }
  }

  @Test
  void aSmallSideIsJoinedByAConditionAlone() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Band> bands = p.table("bands", Band.class).keyless();
              p.table("clicks", Click.class)
                  .keyless()
                  .leftJoin(bands)
                  .acceptScan("three bands")
                  .matching(col("seconds").ge(col("low")).and(col("seconds").lt(col("high"))))
                  .onEvery()
                  .groupBy("label")
                  .aggregate(count().as("n"))
                  .materialize("view");
            });
    assertThat(pipeline.explain()).contains("(accepted: three bands)");
    try (Engine engine = Engine.inMemory(pipeline, HOST)) {
      engine
          .keylessTable("bands", Band.class)
          .insert(List.of(new Band(0, 10, "short"), new Band(10, 100, "long")));
      engine
          .keylessTable("clicks", Click.class)
          .insert(List.of(new Click(1, "/", 5), new Click(1, "/a", 50), new Click(3, "/b", 7)));
      engine.step();
      assertThat(rows(engine)).containsExactlyInAnyOrder("[short, 2]", "[long, 1]");
    }
  }

  @Test
  void nullsMatchNothingUnlessAsked() {
    try (Engine engine =
        engine(
            (clicks, users) -> {
              Relation<Row> empty =
                  clicks.select("page", col("user_id").cast(Type.INT).plus(0).as("id"));
              Relation<Row> nulls =
                  users.leftJoin(clicks.prefix("c_")).on("user_id", "c_user_id").select("c_page");
              return nulls.join(empty).matchingNulls().on("c_page", "page");
            })) {
      fill(engine);
      assertThat(rows(engine)).hasSize(2);
    }
  }

  @Test
  void aChangeOfAColumnThatNobodyReadsIsNoChange() {
    try (Engine engine =
        engine(
            (clicks, users) ->
                clicks.leftJoin(users).on("user_id", "user_id").select("page", "name"))) {
      fill(engine);
      List<Changes<Row>> changes = new ArrayList<>();
      engine.view("view").subscribe(changes::add);
      engine.step();
      changes.clear();

      engine.table("users", User.class).upsert(new User(1, "Ada", 99));
      engine.step();

      assertThat(changes.stream().flatMap(c -> c.changes().stream())).isEmpty();
    }
  }

  @Test
  void aJoinOfKeyedRelationsKeepsTheKey() {
    try (Engine engine =
        engine(
            (clicks, users) ->
                users
                    .leftJoin(clicks.groupBy(Click::userId).aggregate(count().as("clicks")))
                    .on("user_id", "user_id"))) {
      fill(engine);
      assertThat(engine.view("view").key()).contains(List.of("user_id"));
      assertThat(engine.view("view").get(1L).orElseThrow().value("clicks")).isEqualTo(2L);
      assertThat(engine.view("view").get(2L).orElseThrow().value("clicks")).isNull();
    }
  }

  @Test
  void explainNamesTheIndexesAndWhoSharesThem() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<User> users = p.table("users", User.class).primaryKey(User::userId);
              Relation<Click> clicks =
                  p.stream("clicks", Click.class).acceptGrowth("a day of clicks");
              clicks.leftJoin(users).on("user_id", "user_id").materialize("joined");
              clicks.semiJoin(users).on("user_id", "user_id").materialize("known");
            });
    assertThat(pipeline.explain())
        .contains(
            "left join on [user_id] = [user_id] [no key; updating; state: left: grows with the"
                + " input (accepted: a day of clicks), right: one row for each distinct [user_id];"
                + " left index [user_id] shared by 2, right unique index [user_id]]")
        .contains("right: a count for each key; left index [user_id] shared by 2, right counts");
  }
}
