package dev.leat.engine;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;
import static dev.leat.engine.Expressions.sum;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Totals and subtotals: a null key is not a key that a row is not grouped by. */
class GroupingSetsTest {
  record Sale(String id, @Nullable String country, @Nullable String city, long amount) {}

  record Total(
      @Nullable String country,
      @Nullable String city,
      @Nullable Long amount,
      long cities,
      long groupingId) {}

  private static Pipeline pipeline() {
    return Pipeline.define(
        p -> {
          Relation<Sale> sales = p.table("sales", Sale.class).primaryKey(Sale::id);
          sales
              .rollup(Sale::country, Sale::city)
              .aggregate(sum(Sale::amount).as("amount"), countDistinct(Sale::city).as("cities"))
              .as(Total.class)
              .materialize("rollup");
          sales.cube("country", "city").aggregate(count().as("n")).materialize("cube");
          sales
              .groupingSets(List.of("city"), List.of("country"))
              .aggregate(count().where(col("amount").gt(1)).as("n"))
              .materialize("sets");
        });
  }

  private static List<List<Object>> rows(Engine engine, String view) {
    return engine.view(view).scan().stream().map(Row::values).toList();
  }

  private static List<Object> row(@Nullable Object... values) {
    return Arrays.asList(values);
  }

  @Test
  void totalsFollowTheRows() {
    try (Engine engine = Engine.inMemory(pipeline())) {
      TableInput<Sale> sales = engine.table("sales", Sale.class);
      Position at =
          sales.upsert(
              List.of(
                  new Sale("1", "DE", "Ulm", 1),
                  new Sale("2", "DE", "Bonn", 2),
                  new Sale("3", "DE", null, 4),
                  new Sale("4", null, null, 8)));
      View<Total> rollup = engine.view("rollup", Total.class).await(at);
      assertThat(rollup.scan())
          .containsExactlyInAnyOrder(
              new Total("DE", "Ulm", 1L, 1, 0),
              new Total("DE", "Bonn", 2L, 1, 0),
              new Total("DE", null, 4L, 0, 0),
              new Total(null, null, 8L, 0, 0),
              new Total("DE", null, 7L, 2, 1),
              new Total(null, null, 8L, 0, 1),
              new Total(null, null, 15L, 2, 3));
      assertThat(rollup.get("DE", null, 1L)).hasValue(new Total("DE", null, 7L, 2, 1));
      assertThat(rollup.get(null, null, 3L)).hasValue(new Total(null, null, 15L, 2, 3));
      assertThat(rows(engine, "cube"))
          .containsExactlyInAnyOrder(
              row("DE", "Ulm", 1L, 0L),
              row("DE", "Bonn", 1L, 0L),
              row("DE", null, 1L, 0L),
              row(null, null, 1L, 0L),
              row("DE", null, 3L, 1L),
              row(null, null, 1L, 1L),
              row(null, "Ulm", 1L, 2L),
              row(null, "Bonn", 1L, 2L),
              row(null, null, 2L, 2L),
              row(null, null, 4L, 3L));
      assertThat(rows(engine, "sets"))
          .containsExactlyInAnyOrder(
              row("Ulm", null, 0L, 1L),
              row("Bonn", null, 1L, 1L),
              row(null, null, 2L, 1L),
              row(null, "DE", 2L, 2L),
              row(null, null, 1L, 2L));

      sales.delete("4");
      at = sales.upsert(new Sale("1", "FR", "Ulm", 1));
      assertThat(rollup.await(at).scan())
          .containsExactlyInAnyOrder(
              new Total("FR", "Ulm", 1L, 1, 0),
              new Total("DE", "Bonn", 2L, 1, 0),
              new Total("DE", null, 4L, 0, 0),
              new Total("DE", null, 6L, 1, 1),
              new Total("FR", null, 1L, 1, 1),
              new Total(null, null, 7L, 2, 3));
    }
  }

  @Test
  void withoutRowsThereIsNoTotal() {
    try (Engine engine = Engine.inMemory(pipeline())) {
      TableInput<Sale> sales = engine.table("sales", Sale.class);
      Position at = sales.upsert(new Sale("1", "DE", "Ulm", 1));
      assertThat(engine.view("rollup").await(at).count()).isEqualTo(3);
      at = sales.delete("1");
      assertThat(engine.view("rollup").await(at).count()).isZero();
    }
  }

  @Test
  void theSetOfNoColumnsAloneIsATotalThatIsThereWithTheRows() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Sale> sales = p.table("sales", Sale.class).primaryKey(Sale::id);
              sales.groupingSets(List.of()).aggregate(count().as("n")).materialize("set");
              sales.rollup(new String[0]).aggregate(count().as("n")).materialize("rollup");
              sales.cube(new String[0]).aggregate(sum(Sale::amount).as("n")).materialize("cube");
            });
    try (Engine engine = Engine.inMemory(pipeline)) {
      TableInput<Sale> sales = engine.table("sales", Sale.class);
      Position at =
          sales.upsert(List.of(new Sale("1", "DE", "Ulm", 1), new Sale("2", null, null, 4)));
      engine.view("cube").await(at);
      assertThat(rows(engine, "set")).containsExactly(row(2L, 0L));
      assertThat(rows(engine, "rollup")).containsExactly(row(2L, 0L));
      assertThat(rows(engine, "cube")).containsExactly(row(5L, 0L));
      sales.delete("1");
      at = sales.delete("2");
      assertThat(engine.view("set").await(at).count()).isZero();
    }
  }

  /** The copies of keys have names of their own, which are those of other columns here. */
  @Test
  void keysWhoseNamesDifferByAMarkAreGroupedByBoth() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.table("sales", Sale.class)
                    .primaryKey(Sale::id)
                    .rename("country", "city?")
                    .rename("amount", "grouping_id?")
                    .rollup("city", "city?", "grouping_id?")
                    .aggregate(count().as("n"))
                    .materialize("totals"));
    try (Engine engine = Engine.inMemory(pipeline)) {
      Position at = engine.table("sales", Sale.class).upsert(new Sale("1", "DE", "Ulm", 1));
      engine.view("totals").await(at);
      assertThat(rows(engine, "totals"))
          .containsExactlyInAnyOrder(
              row("Ulm", "DE", 1L, 1L, 0L),
              row("Ulm", "DE", null, 1L, 1L),
              row("Ulm", null, null, 1L, 3L),
              row(null, null, null, 1L, 7L));
    }
  }

  @Test
  void whatCannotBeMeantIsRefused() {
    Pipeline.define(
        p -> {
          Relation<Sale> sales = p.stream("sales", Sale.class);
          assertThatThrownBy(() -> sales.rollup("country", "cty").aggregate(count().as("n")))
              .hasMessageContaining("groupBy on stream 'sales': there is no column 'cty'");
          assertThatThrownBy(() -> sales.rollup("city").aggregate(sum(col("amout")).as("n")))
              .hasMessageContaining("aggregate on stream 'sales': there is no column 'amout'");
          assertThatThrownBy(
                  () ->
                      sales
                          .groupingSets(List.of("city", "country"), List.of("country", "city"))
                          .aggregate(count().as("n")))
              .hasMessageContaining("each set once", "[country, city]");
          assertThatThrownBy(() -> sales.groupingSets().aggregate(count().as("n")))
              .hasMessageContaining("grouping sets on stream 'sales': 1 to 256 sets", "sets=0");
          assertThatThrownBy(() -> sales.rollup("city", "city").aggregate(count().as("n")))
              .hasMessageContaining("groupBy on stream 'sales': column 'city' is named twice");
          assertThatThrownBy(() -> sales.rollup("city").aggregate(count().as("grouping_id")))
              .hasMessageContaining(
                  "grouping sets on stream 'sales'", "has a column 'grouping_id' already");
          assertThatThrownBy(
                  () ->
                      sales
                          .rename("city", "grouping_id")
                          .cube("grouping_id")
                          .aggregate(count().as("n")))
              .hasMessageContaining("has a column 'grouping_id' already");
          assertThatThrownBy(() -> sales.cube("a", "b", "c", "d", "e", "f", "g", "h", "i"))
              .hasMessageContaining("cube on stream 'sales': at most 8 columns");
          sales.aggregate(count().as("n")).materialize("n");
        });
    assertThat(pipeline().explain())
        .contains(
            "grouping sets [[country, city], [country], []] [no key; updating; state: no state]",
            "[key [country, city, grouping_id]; rows: one row for each distinct"
                + " [country, city, grouping_id]]");
  }
}
