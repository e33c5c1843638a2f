package dev.leat.engine;

import static dev.leat.engine.Expressions.arrayAgg;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.desc;
import static dev.leat.engine.Expressions.elements;
import static dev.leat.engine.Expressions.max;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Arrays from records and NDJSON, as values like others, and taken apart. */
class ArraysTest {
  record Order(
      String id,
      @Nullable List<String> tags,
      @Nullable List<List<Integer>> grid,
      @Decimal(precision = 9, scale = 2) @Nullable List<BigDecimal> prices) {}

  record Tag(String id, @Nullable String tag, @Nullable Long place) {}

  record Line(String id, @Nullable List<String> tags) {}

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p -> {
            Relation<Order> orders = p.table("orders", Order.class).primaryKey(Order::id);
            orders.materialize("orders");
            Relation<Row> lines = orders.select("id", "tags");
            lines
                .unnest(elements("tags", "tag").numbered("place").outer())
                .select("id", "tag", "place")
                .as(Tag.class)
                .materialize("tags");
            orders
                .unnest(elements(Order::tags, "tag"))
                .groupBy("tag")
                .aggregate(count().as("orders"), arrayAgg(col("id")).as("ids"))
                .materialize("by_tag");
            orders
                .groupBy(Order::tags)
                .aggregate(count().as("n"), max(Order::grid).as("largest"))
                .materialize("by_tags");
            lines.select("tags").distinct().materialize("different");
          });

  private static final Order FIRST =
      new Order("1", List.of("a", "b", "a"), List.of(List.of(1, 2), List.of()), List.of());
  private static final Order SECOND =
      new Order("2", Arrays.asList("b", null), List.of(List.of(1, 3)), null);
  private static final Order THIRD = new Order("3", List.of(), null, null);
  private static final Order FOURTH = new Order("4", null, null, null);

  @Test
  void theyComeBackAsTheyWere() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      Position at = engine.table("orders", Order.class).upsert(List.of(FIRST, SECOND, THIRD));
      View<Order> view = engine.view("orders", Order.class).await(at);
      assertThat(view.scan()).containsExactly(FIRST, SECOND, THIRD);
      assertThat(view.where(col("tags").eq(List.of("a", "b", "a"))).toList())
          .containsExactly(FIRST);
      assertThat(view.where(col("tags").gt(List.of("a", "z"))).toList()).containsExactly(SECOND);
      assertThat(view.orderBy(desc("tags").nullsLast()).toList())
          .containsExactly(SECOND, FIRST, THIRD);
    }
  }

  @Test
  void theirElementsBecomeRowsAndChangeWithThem() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      TableInput<Order> orders = engine.table("orders", Order.class);
      Position at = orders.upsert(List.of(FIRST, SECOND, THIRD, FOURTH));
      View<Tag> tags = engine.view("tags", Tag.class).await(at);
      assertThat(tags.scan())
          .containsExactlyInAnyOrder(
              new Tag("1", "a", 1L),
              new Tag("1", "b", 2L),
              new Tag("1", "a", 3L),
              new Tag("2", "b", 1L),
              new Tag("2", null, 2L),
              new Tag("3", null, null),
              new Tag("4", null, null));
      View<Row> byTag = engine.view("by_tag");
      assertThat(byTag.get("a").orElseThrow().values()).containsExactly("a", 2L, List.of("1", "1"));
      assertThat(byTag.get("b").orElseThrow().values()).containsExactly("b", 2L, List.of("1", "2"));
      assertThat(byTag.get((Object) null).orElseThrow().values())
          .containsExactly(null, 1L, List.of("2"));

      at = orders.upsert(new Order("1", List.of("c"), null, null));
      assertThat(byTag.await(at).get("a")).isEmpty();
      assertThat(byTag.get("b").orElseThrow().values()).containsExactly("b", 1L, List.of("2"));
      assertThat(tags.scan()).contains(new Tag("1", "c", 1L)).hasSize(5);
    }
  }

  @Test
  void theyAreKeysAndHaveAnOrder() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      Order same = new Order("5", List.of("a", "b", "a"), List.of(List.of(1, 2, 0)), null);
      Position at = engine.table("orders", Order.class).upsert(List.of(FIRST, SECOND, same));
      View<Row> byTags = engine.view("by_tags").await(at);
      assertThat(byTags.get(List.of("a", "b", "a")).orElseThrow().values())
          .containsExactly(List.of("a", "b", "a"), 2L, List.of(List.of(1, 2, 0)));
      assertThat(byTags.get(Arrays.asList("b", null)).orElseThrow().value("n")).isEqualTo(1L);
      assertThat(byTags.get(List.of("b"))).isEmpty();
      assertThat(engine.view("different").count()).isEqualTo(2);
    }
  }

  @Test
  void theirElementsAreAskedForWithoutTakingThemApart() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Order> orders = p.table("orders", Order.class).primaryKey(Order::id);
              orders
                  .select(
                      col("id"),
                      col(Order::tags).cardinality().as("tags"),
                      col(Order::tags).element(1).as("first"),
                      col(Order::prices).contains(new BigDecimal("2.50")).as("has"),
                      col(Order::grid).element(2).arrayToString("+").as("sum"))
                  .materialize("asked");
              orders.where(col(Order::tags).contains("b")).materialize("with_b");
              orders
                  .groupBy(Order::id)
                  .aggregate(arrayAgg(col("tags").element(2)).as("seconds"))
                  .select(col("seconds").cardinality().as("n"))
                  .aggregate(count().as("n"))
                  .materialize("n");
            });
    try (Engine engine = Engine.inMemory(pipeline)) {
      engine.table("orders", Order.class).upsert(List.of(FIRST, SECOND, FOURTH));
      engine
          .ndjson("orders")
          .append(
              """
              {"id":"5","tags":["x","b"],"grid":[[1],[2,null,3]],"prices":[1,2.5,null]}
              {"id":"2","tags":[null],"grid":[],"prices":[null]}
              """);
      Position at = engine.table("orders", Order.class).delete("4");
      View<Row> asked = engine.view("asked").await(at);
      assertThat(asked.scan().stream().map(row -> Arrays.asList(row.values().toArray())))
          .containsExactlyInAnyOrder(
              Arrays.asList("1", 3L, "a", false, ""),
              Arrays.asList("2", 1L, null, null, null),
              Arrays.asList("5", 2L, "x", true, "2+3"));
      assertThat(engine.view("with_b", Order.class).scan().stream().map(Order::id))
          .containsExactlyInAnyOrder("1", "5");
    }
  }

  @Test
  void theyComeFromNdjsonWithinLimitsAndSurviveARestart(@TempDir Path directory) {
    String deep = "[".repeat(70) + "]".repeat(70);
    try (Engine engine = Engine.open(directory, PIPELINE)) {
      NdjsonResult result =
          engine
              .ndjson("orders")
              .append(
                  "{\"id\":\"1\",\"tags\":[\"a\",\"b\",\"a\"],\"grid\":[[1,2],[]],\"prices\":[]}\n"
                      + "{\"id\":\"2\",\"tags\":[\"b\",null],\"grid\":[[1,3]]}\n"
                      + "{\"id\":\"6\",\"prices\":[1.5,\"2.25\",null]}\n"
                      + "{\"id\":\"7\",\"tags\":\"a\"}\n"
                      + "{\"id\":\"8\",\"tags\":[1]}\n"
                      + "{\"id\":\"9\",\"grid\":[[\"x\"]]}\n"
                      + "{\"id\":\"10\",\"other\":"
                      + deep
                      + "}\n"
                      + "{\"id\":\"11\",\"tags\":[\""
                      + "x".repeat(70_000)
                      + "\"]}\n");
      engine.view("orders").await(result.position());
      assertThat(engine.ledger().scan())
          .extracting(LedgerEntry::reason)
          .satisfiesExactly(
              reason -> assertThat(reason).contains("tags", "not an array: 'a'"),
              reason -> assertThat(reason).contains("tags", "not a string: 1"),
              reason -> assertThat(reason).contains("grid", "not a number", "'x'"),
              reason -> assertThat(reason).contains("more than 64 levels of nesting"),
              reason -> assertThat(reason).contains("tags", "longer than 65536 bytes"));
    }
    try (Engine engine = Engine.open(directory, PIPELINE)) {
      View<Order> view = engine.view("orders", Order.class);
      assertThat(view.get("1")).hasValue(FIRST);
      assertThat(view.get("2")).hasValue(SECOND);
      assertThat(view.get("6").orElseThrow().prices())
          .containsExactly(new BigDecimal("1.50"), new BigDecimal("2.25"), null);
      assertThat(view.count()).isEqualTo(3);
      assertThat(engine.view("by_tag").get("a").orElseThrow().value("ids"))
          .isEqualTo(List.of("1", "1"));
    }
  }

  @Test
  void onlyArraysCanBeTakenApart() {
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p -> p.stream("lines", Line.class).unnest(elements("id", "letter"))))
        .hasMessageContaining("unnest on stream 'lines': column 'id' is string, not an array");
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p -> p.stream("lines", Line.class).unnest(elements(Line::tags, "id"))))
        .hasMessageContaining("unnest on stream 'lines': there is a column 'id' already");
    assertThatThrownBy(
            () -> Pipeline.define(p -> p.stream("lines", Line.class).unnest(elements("tag", "x"))))
        .hasMessageContaining("did you mean 'tags'?");
    assertThat(PIPELINE.explain()).contains("unnest tags as tag numbered place outer [no key;");
  }

  @Test
  void anElementOfTheWrongClassIsRefused() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      @SuppressWarnings({"unchecked", "rawtypes"})
      List<String> wrong = (List) List.of(1);
      assertThatThrownBy(
              () -> engine.table("orders", Order.class).upsert(new Order("1", wrong, null, null)))
          .hasMessageContaining("column 'tags' (array<string>) does not take [1]");
    }
  }
}
