package dev.leat.engine;

import static dev.leat.engine.Expressions.argMax;
import static dev.leat.engine.Expressions.argMin;
import static dev.leat.engine.Expressions.arrayAgg;
import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.desc;
import static dev.leat.engine.Expressions.first;
import static dev.leat.engine.Expressions.last;
import static dev.leat.engine.Expressions.stringAgg;
import static dev.leat.engine.Expressions.sum;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.plan.AggregateCall;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Aggregates whose result depends on an order, which is never that in which rows came. */
class OrderedAggregatesTest {
  record Item(String id, String cart, @Nullable String product, @Nullable Long at, long price) {}

  record Cart(
      String cart,
      @Nullable List<String> products,
      @Nullable List<String> different,
      @Nullable String text,
      @Nullable String first,
      @Nullable String last,
      @Nullable String cheapest,
      @Nullable String dearest) {}

  private static final AggregateCall[] CALLS = {
    arrayAgg(Item::product).orderBy(asc(Item::at)).as("products"),
    arrayAgg(Item::product).distinct().orderBy(desc("product")).as("different"),
    stringAgg(Item::product, ", ").where(col(Item::price).gt(1)).as("text"),
    first(Item::product).orderBy(asc("at")).as("first"),
    last(Item::product).orderBy(asc("at").nullsFirst()).as("last"),
    argMin(Item::product, Item::price).as("cheapest"),
    argMax(Item::product, Item::price).as("dearest")
  };

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p -> {
            p.table("table", Item.class)
                .primaryKey(Item::id)
                .groupBy(Item::cart)
                .aggregate(CALLS)
                .as(Cart.class)
                .materialize("of_table");
            p.stream("stream", Item.class)
                .groupBy(Item::cart)
                .aggregate(CALLS)
                .acceptGrowth("carts are small")
                .as(Cart.class)
                .materialize("of_stream");
          });

  private static final List<Item> ITEMS =
      List.of(
          new Item("1", "c", "pear", 30L, 2),
          new Item("2", "c", "fig", 10L, 5),
          new Item("3", "c", "apple", 10L, 5),
          new Item("4", "c", null, 20L, 1),
          new Item("5", "c", "pear", null, 3));

  private static final Cart ALL =
      new Cart(
          "c",
          Arrays.asList("apple", "fig", null, "pear", "pear"),
          Arrays.asList(null, "pear", "fig", "apple"),
          "apple, fig, pear, pear",
          "apple",
          "pear",
          "pear",
          "apple");

  @Test
  void theOrderInWhichRowsComeDoesNotMatter() {
    List<Item> backwards = new ArrayList<>(ITEMS);
    java.util.Collections.reverse(backwards);
    for (List<Item> items : List.of(ITEMS, backwards)) {
      try (Engine engine = Engine.inMemory(PIPELINE)) {
        for (Item item : items) {
          engine.table("table", Item.class).upsert(item);
        }
        Position at = Position.START;
        for (Item item : items) {
          at = engine.stream("stream", Item.class).append(item);
        }
        assertThat(engine.view("of_table", Cart.class).await(at).scan()).containsExactly(ALL);
        assertThat(engine.view("of_stream", Cart.class).await(at).scan()).containsExactly(ALL);
      }
    }
  }

  @Test
  void whatIsTakenBackIsAsIfItHadNotCome() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      TableInput<Item> table = engine.table("table", Item.class);
      table.upsert(ITEMS);
      View<Cart> view = engine.view("of_table", Cart.class);
      table.delete("1");
      assertThat(view.await(table.delete("3")).get("c"))
          .hasValue(
              new Cart(
                  "c",
                  Arrays.asList("fig", null, "pear"),
                  Arrays.asList(null, "pear", "fig"),
                  "fig, pear",
                  "fig",
                  "fig",
                  "pear",
                  "fig"));
      table.delete("2");
      assertThat(view.await(table.delete("5")).get("c"))
          .hasValue(
              new Cart(
                  "c",
                  Arrays.asList((String) null),
                  Arrays.asList((String) null),
                  null,
                  null,
                  null,
                  null,
                  null));
      assertThat(view.await(table.delete("4")).scan()).isEmpty();
    }
  }

  private static void refused(AggregateCall call, String... parts) {
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p ->
                        p.stream("items", Item.class)
                            .groupBy(Item::cart)
                            .aggregate(call.as("x"))
                            .materialize("view")))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(EngineException.Kind.INVALID);
              assertThat(e.getMessage()).contains(parts);
            });
  }

  @Test
  void whatCannotBeMeantIsRefused() {
    refused(first(Item::product), "first(product) as x needs an order", ".orderBy(asc(");
    refused(last(Item::product).orderBy(asc("att")), "no column 'att'", "did you mean 'at'?");
    refused(sum(Item::price).orderBy(asc("at")), "does not depend on an order");
    refused(count().orderBy(asc("at")), "does not depend on an order");
    refused(stringAgg(col(Item::price), ","), "takes a string, not long");
    refused(
        arrayAgg(Item::product).distinct().orderBy(asc("at")),
        "distinct values can only be ordered by themselves",
        "'at'");
  }

  @Test
  void anArrayOfAStreamGrowsWithIt() {
    refused(
        arrayAgg(Item::product),
        "view 'view' needs aggregate on stream 'items', whose state grows with the input",
        ".acceptGrowth(\"why\")");
    assertThat(PIPELINE.explain())
        .contains(
            "array_agg(product order by at) as products",
            "array_agg(distinct product order by product desc) as different",
            "string_agg(product, ', ') where",
            "last(product order by at nulls first) as last",
            "state: grows with the rows of each group, with its distinct values",
            "accepted: carts are small");
  }

  @Test
  void nobodyNeedAcceptTwiceWhatAViewHasAccepted() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Row> carts =
                  p.stream("items", Item.class)
                      .groupBy(Item::cart)
                      .aggregate(arrayAgg(Item::product).as("products"))
                      .acceptGrowth("carts are small");
              carts.materialize("carts");
              p.view("carts").aggregate(count().as("carts")).materialize("number");
            });
    assertThat(pipeline.plan().views()).hasSize(2);
  }
}
