package dev.leat.engine;

import static dev.leat.engine.Expressions.arrayAgg;
import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.avg;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;
import static dev.leat.engine.Expressions.denseRank;
import static dev.leat.engine.Expressions.desc;
import static dev.leat.engine.Expressions.firstValue;
import static dev.leat.engine.Expressions.lag;
import static dev.leat.engine.Expressions.lastValue;
import static dev.leat.engine.Expressions.lead;
import static dev.leat.engine.Expressions.max;
import static dev.leat.engine.Expressions.rank;
import static dev.leat.engine.Expressions.rowNumber;
import static dev.leat.engine.Expressions.sum;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.leat.engine.plan.Frame;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Columns computed from the rows around a row, through the API. */
class OverTest {
  /** A click, so many seconds after the start. */
  public record Click(String userId, String page, double amount, long points, Instant at) {}

  private static Click click(String user, String page, long points, long seconds) {
    return new Click(user, page, points / 4.0, points, Instant.EPOCH.plusSeconds(seconds));
  }

  private static Engine engine(Function<Relation<Click>, Relation<?>> query) {
    return Engine.inMemory(
        Pipeline.define(
            p -> {
              Relation<Click> clicks = p.table("clicks", Click.class).keyless();
              query.apply(clicks).acceptGrowth("a test").materialize("result");
            }));
  }

  private static OrderedRelation<Click> byTime(Relation<Click> clicks) {
    return clicks.partitionBy(Click::userId).orderBy(asc(Click::at));
  }

  private static Position insert(Engine engine, Click... clicks) {
    Position at = engine.position();
    for (Click click : clicks) {
      at = engine.keylessTable("clicks", Click.class).insert(click);
    }
    engine.view("result").await(at);
    return at;
  }

  /** A page and a column of all rows, in the order of pages. */
  private static String column(Engine engine, String column) {
    return engine.view("result").scan().stream()
        .map(row -> row.value("page") + "=" + row.value(column))
        .sorted()
        .collect(Collectors.joining(" "));
  }

  @Test
  void ranksTellTiesApartOrNot() {
    try (Engine engine =
        engine(
            c ->
                c.orderBy(desc(Click::points))
                    .with(rowNumber().as("n"), rank().as("r"), denseRank().as("d")))) {
      insert(engine, click("u", "a", 5, 1), click("u", "c", 5, 2), click("u", "b", 9, 3));
      insert(engine, click("u", "d", 1, 4));
      assertThat(column(engine, "n")).isEqualTo("a=2 b=1 c=3 d=4");
      assertThat(column(engine, "r")).isEqualTo("a=2 b=1 c=2 d=4");
      assertThat(column(engine, "d")).isEqualTo("a=2 b=1 c=2 d=3");
      engine
          .view("result")
          .await(engine.keylessTable("clicks", Click.class).delete(click("u", "a", 5, 1)));
      assertThat(column(engine, "r")).isEqualTo("b=1 c=2 d=3");
    }
  }

  @Test
  void aLateRowComesBetweenItsNeighbours() {
    try (Engine engine =
        engine(
            c ->
                byTime(c)
                    .with(
                        lag(Click::page).as("previous"),
                        lead(col("page").concat("!"), 2).as("later"),
                        firstValue(Click::page).as("first"),
                        lastValue(Click::page).over(Frame.running()).as("last")))) {
      insert(engine, click("u", "a", 1, 10), click("u", "c", 1, 30), click("v", "x", 1, 15));
      assertThat(column(engine, "previous")).isEqualTo("a=null c=a x=null");
      insert(engine, click("u", "b", 1, 20));
      assertThat(column(engine, "previous")).isEqualTo("a=null b=a c=b x=null");
      assertThat(column(engine, "later")).isEqualTo("a=c! b=null c=null x=null");
      assertThat(column(engine, "first")).isEqualTo("a=a b=a c=a x=x");
      assertThat(column(engine, "last")).isEqualTo("a=a b=b c=c x=x");
      assertThat(engine.view("result").schema().names())
          .containsExactly(
              "user_id", "page", "amount", "points", "at", "previous", "later", "first", "last");
    }
  }

  @Test
  void framesAreOfRowsOrOfTime() {
    try (Engine engine =
        engine(
            c ->
                byTime(c)
                    .with(
                        sum(Click::amount).over(Frame.running()).as("spent"),
                        avg(Click::points).over(Frame.rows(1, 1)).as("smooth"),
                        count()
                            .over(Frame.range(Duration.ofSeconds(10), Duration.ZERO))
                            .as("recent"),
                        max(Click::points).over(Frame.rows(2, -1)).as("best_of_two_before"),
                        count().where(col("points").gt(2)).over(Frame.running()).as("large")))) {
      insert(
          engine,
          click("u", "d", 8, 40),
          click("u", "a", 1, 10),
          click("u", "c", 3, 20),
          click("u", "b", 2, 15));
      assertThat(column(engine, "spent")).isEqualTo("a=0.25 b=0.75 c=1.5 d=3.5");
      assertThat(column(engine, "smooth")).isEqualTo("a=1.5 b=2.0 c=4.333333333333333 d=5.5");
      assertThat(column(engine, "recent")).isEqualTo("a=1 b=2 c=3 d=1");
      assertThat(column(engine, "best_of_two_before")).isEqualTo("a=null b=1 c=2 d=3");
      assertThat(column(engine, "large")).isEqualTo("a=0 b=0 c=1 d=2");
    }
  }

  @Test
  void aShareIsOfAllRows() {
    try (Engine engine =
        engine(
            c ->
                c.groupBy(Click::page)
                    .aggregate(sum(Click::points).as("points"))
                    .partitionBy()
                    .with(sum(col("points")).as("all_points"))
                    .select(
                        "page",
                        col("points")
                            .times(100.0)
                            .dividedBy(col("all_points"))
                            .round(1)
                            .as("share")))) {
      insert(engine, click("u", "a", 1, 1), click("u", "b", 2, 1));
      assertThat(column(engine, "share")).isEqualTo("a=33.3 b=66.7");
      insert(engine, click("u", "b", 1, 1));
      assertThat(column(engine, "share")).isEqualTo("a=25.0 b=75.0");
      assertThat(engine.view("result").get("b")).isPresent();
    }
  }

  @Test
  void onlyRowsAreToldInWhichTheChangeIsSeen() {
    try (Engine engine =
        engine(
            c ->
                byTime(c)
                    .with(
                        lag(Click::page).as("previous"),
                        sum(Click::points).over(Frame.rows(1, 0)).as("two")))) {
      List<Click> clicks = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        clicks.add(click("u", "p" + i, i, 10L * i));
      }
      Position at = insert(engine, clicks.toArray(Click[]::new));
      List<String> told = new ArrayList<>();
      Subscription subscription =
          engine
              .view("result")
              .subscribe(
                  changes ->
                      changes
                          .changes()
                          .forEach(c -> told.add(c.weight() + " " + c.row().value("page"))));
      subscription.await(at);
      told.clear();
      subscription.await(insert(engine, click("u", "new", 7, 505)));
      assertThat(told).containsExactlyInAnyOrder("1 new", "-1 p51", "1 p51");
      told.clear();
      // A running sum would change behind it; a row of no weight in it changes nothing.
      subscription.await(insert(engine, click("v", "other", 7, 505)));
      assertThat(told).containsExactly("1 other");
    }
  }

  @Test
  void aRunningSumThatStaysIsNotToldAgain() {
    try (Engine engine =
        engine(c -> byTime(c).with(sum(Click::points).over(Frame.running()).as("points_so_far")))) {
      Position at =
          insert(engine, click("u", "a", 1, 10), click("u", "b", 2, 20), click("u", "c", 3, 30));
      List<String> told = new ArrayList<>();
      Subscription subscription =
          engine
              .view("result")
              .subscribe(
                  changes ->
                      changes
                          .changes()
                          .forEach(c -> told.add(c.weight() + " " + c.row().value("page"))));
      subscription.await(at);
      told.clear();
      subscription.await(insert(engine, click("u", "zero", 0, 15)));
      assertThat(told).containsExactly("1 zero");
      told.clear();
      subscription.await(insert(engine, click("u", "one", 1, 25)));
      assertThat(told).containsExactlyInAnyOrder("1 one", "-1 c", "1 c");
    }
  }

  @Test
  void rowNumbersUpToANumberAreTheFirstRows() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.stream("clicks", Click.class)
                    .partitionBy(Click::userId)
                    .orderBy(desc(Click::points))
                    .with(rowNumber().as("n"))
                    .where(col("n").le(2))
                    .materialize("result"));
    assertThat(pipeline.explain())
        .contains("in each [user_id] [row_number() as n] only n <= 2")
        .contains("the first 2 for each distinct [user_id]]")
        .contains("rows: at most 2 rows for each distinct [user_id]");
    try (Engine engine = Engine.inMemory(pipeline)) {
      Position at = engine.position();
      for (int i = 0; i < 300; i++) {
        at = engine.stream("clicks", Click.class).append(click("u", "p" + i, i * 7L % 300, i));
      }
      engine.view("result").await(at);
      assertThat(column(engine, "n")).isEqualTo("p214=2 p257=1");
      assertThat(engine.stateBytes().get("over on stream 'clicks'")).isLessThan(1000);
    }
  }

  @Test
  void explainSaysThatRowsWithArraysOfAStreamGrowThoughTheyHaveAKey() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.stream("clicks", Click.class)
                    .groupBy(Click::userId)
                    .aggregate(arrayAgg(Click::points).as("points"))
                    .partitionBy()
                    .orderBy(desc("user_id"))
                    .with(rowNumber().as("n"))
                    .acceptGrowth("a test is short")
                    .materialize("result"));
    assertThat(pipeline.explain())
        .contains("state: rows ordered by [user_id desc]: all; they grow with the input]");
  }

  @Test
  void aSumThatDoesNotFitLeavesItsRowsOut() {
    try (Engine engine =
        engine(c -> byTime(c).with(sum(Click::points).over(Frame.running()).as("sum")))) {
      insert(
          engine,
          click("u", "a", Long.MAX_VALUE, 1),
          click("u", "b", 5, 2),
          click("u", "c", -9, 3));
      assertThat(column(engine, "sum"))
          .isEqualTo("a=9223372036854775807 c=" + (Long.MAX_VALUE - 4));
      assertThat(engine.ledger().scan().get(0).reason()).contains("does not fit long");
      engine
          .view("result")
          .await(
              engine
                  .keylessTable("clicks", Click.class)
                  .delete(click("u", "a", Long.MAX_VALUE, 1)));
      assertThat(column(engine, "sum")).isEqualTo("b=5 c=-4");
    }
  }

  @Test
  void aStreamThatIsKeptMustBeAccepted() {
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(
            () ->
                Pipeline.define(
                    p ->
                        p.stream("clicks", Click.class)
                            .orderBy(asc("at"))
                            .with(lag(Click::page).as("previous"))
                            .groupBy("previous")
                            .aggregate(count().as("n"))
                            .materialize("result")))
        .withMessageContaining("needs over on stream 'clicks', whose state grows with the input");
  }

  @Test
  void mistakesAreNamed() {
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> engine(c -> byTime(c).with(rowNumber())))
        .withMessageContaining("row_number() has no name");
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> engine(c -> byTime(c).with(rowNumber().as("page"))))
        .withMessageContaining("over on table 'clicks': two columns have the name 'page'");
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> engine(c -> byTime(c).offset(1).with(rowNumber().as("n"))))
        .withMessageContaining("an offset is for limit");
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> engine(c -> byTime(c).with(lag(col("pag")).as("n"))))
        .withMessageContaining("page");
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> engine(c -> byTime(c).with(count().over(Frame.range(5, 0)).as("n"))))
        .withMessageContaining("a range is a Duration over instants");
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(
            () ->
                engine(
                    c ->
                        c.orderBy(asc("points"), asc("at"))
                            .with(count().over(Frame.range(5, 0)).as("n"))))
        .withMessageContaining("order by one only");
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> engine(c -> byTime(c).with(countDistinct(Click::page).over(Frame.all()))))
        .withMessageContaining("no distinct aggregates over a frame");
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> Frame.rows(1, -2))
        .withMessageContaining("preceding=1 following=-2");
    assertThatIllegalArgumentException().isThrownBy(() -> lag(col("page"), 0));
    assertThatIllegalArgumentException().isThrownBy(() -> rank().over(Frame.all()));
  }

  /** Rows beyond are not computed: a row that comes back in front of them must not see what was. */
  @Test
  void denseRanksUpToANumberAreAsAllOfThem() {
    SplittableRandom random = new SplittableRandom(4);
    List<Click> there = new ArrayList<>();
    try (Engine engine =
        engine(
            clicks ->
                clicks
                    .partitionBy()
                    .orderBy(asc(Click::points))
                    .with(denseRank().as("d"), rank().as("r"))
                    .where(col("d").le(2)))) {
      for (int i = 0; i < 400; i++) {
        Position at;
        if (there.isEmpty() || (random.nextInt(5) < 3 && there.size() < 12)) {
          Click click = click("u", "p" + i, random.nextInt(6), i);
          there.add(click);
          at = engine.keylessTable("clicks", Click.class).insert(click);
        } else {
          Click click = there.remove(random.nextInt(there.size()));
          at = engine.keylessTable("clicks", Click.class).delete(click);
        }
        List<Long> points = there.stream().map(Click::points).distinct().sorted().toList();
        String expected =
            there.stream()
                .filter(click -> points.indexOf(click.points()) < 2)
                .map(click -> click.page() + "=" + (points.indexOf(click.points()) + 1))
                .sorted()
                .collect(Collectors.joining(" "));
        engine.view("result").await(at);
        assertThat(column(engine, "d")).as("after change %s", i).isEqualTo(expected);
      }
    }
  }
}
