package dev.leat.engine.testkit;

import static dev.leat.engine.Expressions.argMax;
import static dev.leat.engine.Expressions.arrayAgg;
import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.bitXor;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.desc;
import static dev.leat.engine.Expressions.elements;
import static dev.leat.engine.Expressions.lag;
import static dev.leat.engine.Expressions.last;
import static dev.leat.engine.Expressions.lead;
import static dev.leat.engine.Expressions.max;
import static dev.leat.engine.Expressions.rank;
import static dev.leat.engine.Expressions.rowNumber;
import static dev.leat.engine.Expressions.sum;
import static dev.leat.engine.Statistics.mode;
import static dev.leat.engine.Statistics.percentileCont;
import static dev.leat.engine.Statistics.percentileDisc;
import static dev.leat.engine.Statistics.stddev;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Relation;
import dev.leat.engine.Row;
import dev.leat.engine.Threading;
import dev.leat.engine.plan.Frame;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Views are equal whether rows come one by one or 16,384 at once, and in whatever order. */
class BatchSizesTest {
  private static final int ROWS = 16_384;

  private static final List<String> VIEWS =
      List.of("users", "tags", "common", "totals", "joined", "full", "without", "firsts", "around");

  record Event(long id, String user, String page, double value, int n, List<String> tags) {}

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p -> {
            Relation<Event> events = p.stream("events", Event.class);
            events
                .groupBy(Event::user)
                .aggregate(
                    last(Event::page).orderBy(asc("n")).as("last"),
                    argMax(Event::page, Event::value).as("dearest"),
                    stddev(Event::value).as("sigma"),
                    percentileDisc(0.9, Event::value).as("p90"),
                    percentileCont(0.5, Event::n).as("median"),
                    mode(Event::page).as("mode"),
                    bitXor(col(Event::id)).as("bits"),
                    arrayAgg(Event::page).distinct().as("pages"))
                .materialize("users");
            events
                .unnest(elements(Event::tags, "tag"))
                .groupBy("tag")
                .aggregate(count().as("n"), arrayAgg(col("id")).where(col("id").lt(500)).as("ids"))
                .acceptGrowth("a test is short")
                .materialize("tags");
            Relation<Row> pages = events.select("page", "n");
            pages
                .where(col("n").lt(5))
                .intersectAll(pages.where(col("page").ne("p1")))
                .acceptGrowth("a test is short")
                .materialize("common");
            events
                .rollup(Event::page, Event::n)
                .aggregate(count().as("rows"))
                .materialize("totals");
            materializeJoins(events);
            materializeOrders(events);
          });

  /** Both sides of each join change with each row. */
  private static void materializeJoins(Relation<Event> events) {
    Relation<Row> pages = events.groupBy(Event::page).aggregate(count().as("of_page"));
    Relation<Row> users =
        events
            .where(col("n").lt(3))
            .groupBy(Event::user)
            .aggregate(count().as("few"), max(Event::page).as("greatest"));
    events
        .acceptGrowth("a test is short")
        .select("id", "user", "page", "n")
        .leftJoin(users.prefix("u_"))
        .matching(col("n").ne(4))
        .on("user", "u_user")
        .leftJoin(pages.prefix("p_"))
        .on("u_greatest", "p_page")
        .groupBy("user", "p_page", "p_of_page")
        .aggregate(count().as("rows"), count(col("u_few")).as("joined"))
        .materialize("joined");
    users.fullJoin(pages.prefix("p_")).on("greatest", "p_page").materialize("full");
    users
        .antiJoin(events.where(col("n").eq(8)).where(col("id").modulo(3).eq(0)).acceptGrowth("yes"))
        .on("user", "user")
        .materialize("without");
  }

  private static void materializeOrders(Relation<Event> events) {
    Relation<Row> few = events.select("id", "user", "n", "value");
    few.partitionBy("user")
        .orderBy(desc("value"), asc("n"))
        .offset(1)
        .limit(3)
        .acceptGrowth("a test is short")
        .materialize("firsts");
    few.where(col("id").lt(3000))
        .partitionBy("user")
        .orderBy(asc("n"))
        .with(
            rowNumber().as("number"),
            rank().as("rank"),
            lag(col("id")).as("before"),
            lead(col("id"), 2).as("behind"),
            sum(col("value")).over(Frame.running()).as("so_far"),
            max(col("id")).over(Frame.range(1, 1)).as("near"))
        .acceptGrowth("a test is short")
        .materialize("around");
  }

  private static List<Event> events() {
    Random random = new Random(5);
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      events.add(
          new Event(
              i,
              "u" + random.nextInt(300),
              "p" + random.nextInt(5),
              random.nextInt(50) / 7.0,
              random.nextInt(9),
              List.of("t" + random.nextInt(20), "t" + random.nextInt(20))));
    }
    return events;
  }

  private static Map<String, Map<List<Object>, Integer>> views(List<Event> events, int batch) {
    EngineSettings settings = EngineSettings.defaults().withThreading(Threading.HOST);
    try (Engine engine = Engine.inMemory(PIPELINE, settings)) {
      for (int from = 0; from < events.size(); from += batch) {
        List<Event> some = events.subList(from, Math.min(events.size(), from + batch));
        engine.stream("events", Event.class).append(some);
        assertThat(engine.step()).isEqualTo(some.size());
      }
      Map<String, Map<List<Object>, Integer>> views = new HashMap<>();
      for (String view : VIEWS) {
        Map<List<Object>, Integer> counts = new HashMap<>();
        engine.view(view).scan().forEach(row -> counts.merge(row.values(), 1, Integer::sum));
        views.put(view, counts);
      }
      assertThat(engine.ledger().count()).isZero();
      return views;
    }
  }

  @Test
  void neitherTheSizeOfBatchesNorTheOrderOfRowsMatters() {
    List<Event> events = events();
    Map<String, Map<List<Object>, Integer>> atOnce = views(events, ROWS);
    assertThat(atOnce.values()).allSatisfy(rows -> assertThat(rows).isNotEmpty());
    List<Event> shuffled = new ArrayList<>(events);
    Collections.shuffle(shuffled, new Random(6));
    assertThat(views(shuffled, 1)).isEqualTo(atOnce);
    assertThat(views(shuffled, 1000)).isEqualTo(atOnce);
  }
}
