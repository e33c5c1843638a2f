package dev.leat.engine;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.sum;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log is read by pipelines whose records have changed since. */
class SchemaEvolutionTest {
  record ClickV1(String eventId, int clicks, float weight, String page) {}

  /** Has lost the page, gained a country, and counts further; in another order. */
  record ClickV2(double weight, String country, long clicks, String eventId) {}

  record StockV1(int item, String note, int pieces) {}

  record StockV2(Long pieces, long item) {}

  @TempDir Path directory;

  private static Pipeline v1() {
    return Pipeline.define(
        p -> {
          p.stream("clicks", ClickV1.class);
          p.table("stock", StockV1.class).primaryKey(StockV1::item);
          p.table("parts", StockV1.class).keyless();
        });
  }

  private static Pipeline v2() {
    return Pipeline.define(
        p -> {
          p.stream("clicks", ClickV2.class)
              .groupBy(ClickV2::country)
              .aggregate(
                  count().as("rows"),
                  sum(ClickV2::clicks).as("clicks"),
                  sum(ClickV2::weight).as("weight"))
              .materialize("countries");
          p.table("stock", StockV2.class).primaryKey(StockV2::item).materialize("stock");
          p.table("parts", StockV2.class).keyless().materialize("parts");
        });
  }

  private void write(Pipeline pipeline, Consumer<Engine> writer) {
    try (Engine engine = Engine.open(directory, pipeline)) {
      writer.accept(engine);
    }
  }

  @Test
  void newColumnsAreNullDroppedOnesAreGoneAndNumbersAreWidened() {
    write(
        v1(),
        engine -> {
          engine.stream("clicks", ClickV1.class).append(new ClickV1("e1", 3, 0.1f, "/home"));
          TableInput<StockV1> stock = engine.table("stock", StockV1.class);
          stock.upsert(new StockV1(1, "left", 10));
          stock.upsert(new StockV1(2, "right", 20));
          stock.delete(2);
          KeylessTableInput<StockV1> parts = engine.keylessTable("parts", StockV1.class);
          parts.insert(new StockV1(7, "a", 1));
          parts.insert(new StockV1(7, "b", 1));
          parts.delete(new StockV1(7, "a", 1));
        });
    write(
        v2(),
        engine -> {
          engine.stream("clicks", ClickV2.class).append(new ClickV2(0.5, "DE", 1L << 40, "e2"));
          TableInput<StockV2> stock = engine.table("stock", StockV2.class);
          stock.upsert(new StockV2(11L, 1));
          stock.upsert(new StockV2(null, 1L << 40));
        });
    // Both ways of writing are in the log now.
    try (Engine engine = Engine.open(directory, v2())) {
      assertThat(engine.view("countries").scan())
          .extracting(Row::values)
          .containsExactlyInAnyOrder(
              java.util.Arrays.asList(null, 1L, 3L, (double) 0.1f),
              java.util.List.of("DE", 1L, 1L << 40, 0.5));
      assertThat(engine.view("stock", StockV2.class).scan())
          .containsExactlyInAnyOrder(new StockV2(11L, 1), new StockV2(null, 1L << 40));
      assertThat(engine.view("parts", StockV2.class).scan()).containsExactly(new StockV2(1L, 7));
    }
  }

  @Test
  void theOldPipelineCannotReadWhatTheNewOneWrote() {
    write(
        v2(),
        engine -> engine.stream("clicks", ClickV2.class).append(new ClickV2(0, "DE", 1, "e")));

    assertThatThrownBy(() -> Engine.open(directory, v1()))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.INVALID))
        .hasMessageContaining("column 'clicks' was long, is int: a column cannot change its type")
        .hasMessageContaining("column 'weight' was double, is float");
  }

  @Test
  void everyDifferenceIsSpelledOut() {
    Schema old =
        Schema.builder()
            .required("id", Type.STRING)
            .nullable("price", Type.DOUBLE)
            .required("amount", Type.decimal(9, 2))
            .build();
    Schema now =
        Schema.builder()
            .required("id", Type.STRING)
            .required("price", Type.DOUBLE)
            .required("amount", Type.decimal(12, 2))
            .required("country", Type.STRING)
            .build();
    Pipeline before = Pipeline.define(p -> p.table("orders", old).primaryKey("id"));
    write(
        before,
        engine ->
            engine
                .table("orders")
                .upsert(Row.of(old, "o1", 1.0, new java.math.BigDecimal("2.00"))));

    assertThatThrownBy(
            () ->
                Engine.open(
                    directory,
                    Pipeline.define(p -> p.table("orders", now).primaryKey("id", "country"))))
        .hasMessage(
            "the log has rows of input 'orders' that cannot be read as it is declared now:"
                + " its primary key was [id], is [id, country]: a table cannot change its key, give"
                + " the new one another name;"
                + " column 'price' could be null, and must not be null now: rows written before may"
                + " have no value, declare it nullable;"
                + " column 'amount' was decimal(9,2), is decimal(12,2): a column cannot change its"
                + " type, but from int to long and from float to double; give the new one another"
                + " name;"
                + " column 'country' is new and must not be null: rows written before have no value"
                + " for it, declare it nullable;"
                + " it was written as KEYED_TABLE (id string not null, price double, amount"
                + " decimal(9,2) not null) key [id], the pipeline declares KEYED_TABLE (id string"
                + " not null, price double not null, amount decimal(12,2) not null, country string"
                + " not null) key [id, country]");
    assertThatThrownBy(() -> Engine.open(directory, Pipeline.define(p -> p.stream("orders", old))))
        .hasMessageContaining(
            "it was a keyed table, is a stream: an input cannot change its kind, give the new one"
                + " another name");
  }

  @Test
  void anInputWithoutRowsMayChangeAsItLikes() {
    write(v1(), engine -> engine.table("stock", StockV1.class).upsert(new StockV1(1, "n", 1)));
    Pipeline other =
        Pipeline.define(
            p -> {
              p.table("clicks", StockV1.class).keyless();
              p.table("stock", StockV1.class)
                  .primaryKey(StockV1::item)
                  .where(col("pieces").gt(0))
                  .materialize("stock");
            });
    try (Engine engine = Engine.open(directory, other)) {
      assertThat(engine.view("stock").count()).isEqualTo(1);
    }
  }
}
