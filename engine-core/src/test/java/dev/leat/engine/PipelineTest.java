package dev.leat.engine;

import static dev.leat.engine.Expressions.arrayAgg;
import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.avg;
import static dev.leat.engine.Expressions.boolOr;
import static dev.leat.engine.Expressions.call;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.sum;
import static dev.leat.engine.Expressions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.time.Instant;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * What can be wrong with a pipeline is found when it is defined, and the message says how to mend
 * it.
 */
class PipelineTest {
  record Click(String userId, String pageUrl, long durationMs, Instant eventTime) {}

  record User(String userId, String country) {}

  record Views(String pageUrl, long views) {}

  record Views2(String pageUrl, int views) {}

  record MeanTime(String pageUrl, double mean) {}

  private static void refused(Function<Relation<Click>, Relation<?>> query, String... parts) {
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p -> query.apply(p.stream("clicks", Click.class)).materialize("view")))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(EngineException.Kind.INVALID);
              assertThat(e.getMessage()).contains(parts);
            });
  }

  @Test
  void anUnknownColumnIsNamedWithItsPlaceAndTheNearestRightOne() {
    refused(
        c -> c.where(col("page_ulr").eq("/")),
        "filter on stream 'clicks'",
        "there is no column 'page_ulr'",
        "did you mean 'page_url'?");
    refused(c -> c.groupBy("user").aggregate(count().as("n")), "groupBy on stream 'clicks'");
    refused(c -> c.select("userid"), "select on stream 'clicks'", "did you mean 'user_id'?");
    refused(c -> c.rename("pageUrl", "page"), "rename on", "did you mean 'page_url'?");
  }

  @Test
  void typesThatDoNotGoTogetherAreRefused() {
    refused(
        c -> c.where(col(Click::pageUrl).eq(5)),
        "types do not go together: string and int",
        "cast one of them");
    refused(c -> c.where(col(Click::durationMs)), "a condition must be boolean, this is long");
    refused(
        c -> c.select(col(Click::pageUrl).plus(1).as("x")), "column 'x'", "no + of string and int");
    refused(c -> c.where(col(Click::eventTime).gt("2026-04-01")), "instant and string");
    refused(
        c -> c.select(when(col(Click::durationMs).gt(1), "a").otherwise(2).as("x")),
        "string and int");
    refused(c -> c.select(col(Click::durationMs).plus(1)), "an expression needs a name");
  }

  @Test
  void aggregatesOfTheWrongTypeAreRefused() {
    refused(
        c -> c.aggregate(sum(Click::pageUrl).as("x")),
        "aggregate on stream 'clicks'",
        "takes a number or a duration, not string");
    refused(c -> c.aggregate(boolOr(col(Click::durationMs)).as("x")), "takes a boolean, not long");
    refused(c -> c.aggregate(count()), "has no name; add .as(");
    refused(c -> c.aggregate(count().where(col("nope")).as("n")), "no column 'nope'");
    refused(c -> c.aggregate(count().as("n"), count().as("n")), "two columns have the name 'n'");
  }

  @Test
  void namesAreUnique() {
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p -> {
                      Relation<Click> clicks = p.stream("clicks", Click.class);
                      clicks.aggregate(count().as("n")).materialize("n");
                      clicks.aggregate(count().as("n")).materialize("n");
                    }))
        .hasMessageContaining("two views or sinks have the name 'n': rename one");
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p -> {
                      p.stream("clicks", Click.class);
                      p.table("clicks", User.class).primaryKey(User::userId);
                    }))
        .hasMessageContaining("two inputs have the name 'clicks'");
    refused(c -> c.aggregate(count().as("n")).materialize("ledger"), "cannot be called 'ledger'");
    refused(c -> c.aggregate(count().as("n")).materialize(" "), "needs a name", "name=' '");
    assertThatThrownBy(() -> Pipeline.define(p -> p.stream("", Click.class)))
        .hasMessageContaining("an input needs a name by which it is found: name=''");
  }

  @Test
  void aRecordMustHaveTheColumns() {
    refused(
        c -> c.groupBy(Click::pageUrl).aggregate(count().as("view")).as(Views.class),
        "as(Views)",
        "'view'",
        "did you mean 'views'?");
    refused(
        c -> c.groupBy(Click::pageUrl).aggregate(count().as("views")).as(Views2.class),
        "column 'views' is long, the component is int");
    refused(
        c ->
            c.groupBy(Click::pageUrl)
                .aggregate(avg(Click::durationMs).as("mean"))
                .as(MeanTime.class),
        "may be null, the component is primitive",
        "coalesce");
  }

  @Test
  void aLambdaIsNotAnAccessor() {
    refused(c -> c.where(col((Click click) -> click.pageUrl()).eq("/")), "not by a lambda");
  }

  @Test
  void growthMustBeAccepted() {
    refused(
        c -> c.where(col(Click::pageUrl).eq("/")),
        "view 'view' keeps every row of filter on stream 'clicks' for ever",
        ".acceptGrowth(\"why\")");
    Pipeline accepted =
        Pipeline.define(
            p ->
                p.stream("clicks", Click.class)
                    .acceptGrowth("an audit for one day")
                    .materialize("all"));
    assertThat(accepted.explain()).contains("grows with the input", "an audit for one day");
  }

  @Test
  void whatIsAcceptedOfARelationIsAcceptedOfAllThatIsBuiltOnIt() {
    Pipeline accepted =
        Pipeline.define(
            p -> {
              Relation<Click> clicks = p.stream("clicks", Click.class).acceptGrowth("a day");
              clicks.groupBy(Click::userId).aggregate(pages()).materialize("of_users");
              clicks.rollup(Click::userId).aggregate(pages()).materialize("of_sets");
              clicks.aggregate(pages()).materialize("of_all");
              p.view("of_users").where(col("user_id").isNotNull()).materialize("of_known");
            });
    assertThat(accepted.plan().views())
        .allSatisfy(v -> assertThat(v.growthReason()).isEqualTo("a day"));
    refused(
        c -> c.groupBy(Click::userId).aggregate(pages()),
        "grows with the rows of each group",
        ".acceptGrowth(\"why\")");
    refused(
        c -> c.aggregate(pages()), "grows with the rows of each group", ".acceptGrowth(\"why\")");
  }

  private static AggregateCall pages() {
    return arrayAgg(col("page_url")).orderBy(asc("event_time")).as("pages");
  }

  @Test
  void explainSaysKeyKindOfChangesAndBound() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Click> clicks = p.stream("clicks", Click.class);
              Relation<Row> byUser =
                  clicks
                      .where(call("isBot", Type.BOOLEAN, a -> false, col(Click::userId)).not())
                      .groupBy(Click::userId)
                      .aggregate(count().as("clicks"))
                      .named("by_user");
              byUser.materialize("by_user");
              byUser.aggregate(sum(col("clicks")).as("total")).materialize("total");
            });
    assertThat(pipeline.explain())
        .isEqualTo(
            """
            view 'by_user' (user_id string, clicks long not null) [key [user_id]; rows: one row for each distinct [user_id]]
              #1 relation 'by_user' [key [user_id]; updating; state: no state]
                #2 aggregate by [user_id] [count(*) as clicks] [key [user_id]; updating; state: one row for each distinct [user_id]]
                  #3 filter not (isBot[opaque](user_id)) [no key; append-only; state: no state]
                    #4 stream 'clicks' (user_id string, page_url string, duration_ms long not null, event_time instant) [no key; append-only; state: no state]
            view 'total' (total long) [at most one row; rows: one row]
              #5 aggregate by [] [sum(clicks) as total] [at most one row; updating; state: one row]
                #1 (shared, see above)
            """);
  }

  @Test
  void anUnknownComponentTypeIsNamed() {
    record Odd(String id, Thread thread) {}
    assertThatThrownBy(() -> Pipeline.define(p -> p.stream("odd", Odd.class)))
        .hasMessageContaining("component 'thread' of Odd has type java.lang.Thread");
  }

  @Test
  void schemasCanBeMadeAtRunTime() {
    Schema schema =
        Schema.builder().required("id", Type.STRING).nullable("n", Type.decimal(10, 2)).build();
    Pipeline pipeline =
        Pipeline.define(p -> p.table("things", schema).primaryKey("id").materialize("things"));
    assertThat(pipeline.plan().view("things").relation().key()).hasValue(java.util.List.of("id"));
    assertThatThrownBy(() -> Pipeline.define(p -> p.table("things", schema).primaryKey("key")))
        .hasMessageContaining("primary key of table 'things': there is no column 'key'");
  }
}
