package dev.leat.engine;

import static dev.leat.engine.Expressions.aggregate;
import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.UserAggregate;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Aggregates of the host's: folded, taken back, kept in checkpoints, and kept from doing harm. */
class UserAggregateTest {
  record Sale(String id, String shop, @Nullable Long price, @Nullable Long pieces) {}

  /** A mean with weights: the sum of price times pieces, and the sum of pieces. */
  private record Sums(long money, long pieces) {}

  private static final class WeightedMean implements UserAggregate<Sums> {
    @Override
    public Sums empty() {
      return new Sums(0, 0);
    }

    @Override
    public Sums add(Sums state, List<Object> values, long times) {
      long pieces = (Long) values.get(1);
      if (pieces < 0) {
        throw new IllegalArgumentException("less than no pieces: " + pieces);
      }
      long money = (Long) values.get(0) * pieces;
      return new Sums(state.money() + times * money, state.pieces() + times * pieces);
    }

    @Override
    public @Nullable Object result(Sums state) {
      if (state.money() == 666) {
        throw new IllegalStateException("a bad number");
      }
      if (state.money() == 99) {
        throw new NoClassDefFoundError("a class of the host's");
      }
      if (state.money() == 42) {
        return "the wrong class";
      }
      return state.pieces() == 0 ? null : (Object) ((double) state.money() / state.pieces());
    }

    @Override
    public byte[] write(Sums state) {
      return ByteBuffer.allocate(16).putLong(state.money()).putLong(state.pieces()).array();
    }

    @Override
    public Sums read(byte[] bytes) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      return new Sums(buffer.getLong(), buffer.getLong());
    }
  }

  /** Breaks the contract: throws for a state, not for a row. */
  private static final class Full implements UserAggregate<Long> {
    @Override
    public Long empty() {
      return 0L;
    }

    @Override
    public Long add(Long state, List<Object> values, long times) {
      if (state == 2) {
        throw new IllegalStateException("full");
      }
      return state + times;
    }

    @Override
    public Object result(Long state) {
      return state;
    }

    @Override
    public byte[] write(Long state) {
      return new byte[] {state.byteValue()};
    }

    @Override
    public Long read(byte[] bytes) {
      return (long) bytes[0];
    }
  }

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p -> {
            Relation<Sale> sales = p.table("sales", Sale.class).primaryKey(Sale::id);
            sales
                .groupBy(Sale::shop)
                .aggregate(
                    aggregate(
                            "weighted_mean",
                            Type.DOUBLE,
                            new WeightedMean(),
                            col(Sale::price),
                            col(Sale::pieces))
                        .as("mean"),
                    count().as("sales"))
                .materialize("means");
            p.table("few", Sale.class)
                .primaryKey(Sale::id)
                .groupBy(Sale::shop)
                .aggregate(
                    aggregate("full", Type.LONG, new Full(), col(Sale::price))
                        .where(col(Sale::price).gt(0))
                        .distinct()
                        .as("n"))
                .materialize("full");
          });

  private static List<Object> mean(Engine engine, Position at, String shop) {
    return engine.view("means").await(at).get(shop).map(Row::values).orElse(List.of());
  }

  @Test
  void itIsFoldedTakenBackAndPassesOverNulls() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      TableInput<Sale> sales = engine.table("sales", Sale.class);
      sales.upsert(List.of(new Sale("1", "a", 10L, 1L), new Sale("2", "a", 20L, 3L)));
      Position at = sales.upsert(new Sale("3", "a", null, 3L));
      assertThat(mean(engine, at, "a")).containsExactly("a", 17.5, 3L);
      at = sales.upsert(new Sale("1", "a", 10L, 2L));
      assertThat(mean(engine, at, "a")).containsExactly("a", 16.0, 3L);
      sales.delete("1");
      at = sales.delete("2");
      assertThat(mean(engine, at, "a")).containsExactly("a", null, 1L);
      assertThat(mean(engine, sales.delete("3"), "a")).isEmpty();
      assertThat(engine.ledger().count()).isZero();
    }
  }

  @Test
  void whatItThrowsGoesToTheLedger() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      TableInput<Sale> sales = engine.table("sales", Sale.class);
      sales.upsert(new Sale("1", "a", 10L, -1L));
      sales.upsert(new Sale("2", "b", 666L, 1L));
      sales.upsert(new Sale("3", "c", 42L, 1L));
      Position at = sales.upsert(new Sale("4", "a", 10L, 1L));
      assertThat(mean(engine, at, "a")).containsExactly("a", 10.0, 1L);
      assertThat(mean(engine, at, "b")).isEmpty();
      assertThat(engine.ledger().scan())
          .extracting(LedgerEntry::reason)
          .satisfiesExactly(
              row -> assertThat(row).contains("less than no pieces: -1", "weighted_mean[opaque]"),
              group -> assertThat(group).contains("'weighted_mean' has no result", "a bad number"),
              group -> assertThat(group).contains("has no result", "java.lang.String", "double"));
      at = sales.upsert(new Sale("5", "b", 1L, 1L));
      assertThat(mean(engine, at, "b")).containsExactly("b", 667.0 / 2, 2L);
      at = sales.delete("1");
      assertThat(mean(engine, at, "a")).containsExactly("a", 10.0, 1L);
    }
  }

  @Test
  void anErrorOfTheHostsStopsNothing() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      TableInput<Sale> sales = engine.table("sales", Sale.class);
      Position at = sales.upsert(List.of(new Sale("1", "a", 99L, 1L), new Sale("2", "b", 10L, 1L)));
      assertThat(mean(engine, at, "a")).isEmpty();
      assertThat(mean(engine, at, "b")).containsExactly("b", 10.0, 1L);
      assertThat(engine.ledger().scan())
          .extracting(LedgerEntry::reason)
          .satisfiesExactly(r -> assertThat(r).contains("has no result", "a class of the host's"));
      at = sales.upsert(new Sale("1", "a", 1L, 1L));
      assertThat(mean(engine, at, "a")).containsExactly("a", 1.0, 1L);
    }
  }

  @Test
  void oneThatThrowsForAStateHasNoResultUntilItsGroupEnds() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      TableInput<Sale> sales = engine.table("few", Sale.class);
      sales.upsert(List.of(new Sale("1", "a", 1L, 1L), new Sale("2", "a", 2L, 1L)));
      Position at = sales.upsert(new Sale("3", "a", 1L, 1L));
      assertThat(engine.view("full").await(at).get("a").orElseThrow().value("n")).isEqualTo(2L);
      at = sales.upsert(new Sale("4", "a", 3L, 1L));
      assertThat(engine.view("full").await(at).get("a")).isEmpty();
      assertThat(engine.ledger().scan())
          .extracting(LedgerEntry::reason)
          .allSatisfy(reason -> assertThat(reason).contains("threw for a group's state", "full"));
      at = sales.delete("4");
      assertThat(engine.view("full").await(at).get("a")).isEmpty();
      for (String id : List.of("1", "2", "3")) {
        sales.delete(id);
      }
      at = sales.upsert(new Sale("4", "a", 3L, 1L));
      assertThat(engine.view("full").await(at).get("a").orElseThrow().value("n")).isEqualTo(1L);
    }
  }

  @Test
  void itsStateIsInCheckpoints(@TempDir Path directory) {
    try (Engine engine = Engine.open(directory, PIPELINE)) {
      TableInput<Sale> sales = engine.table("sales", Sale.class);
      sales.upsert(List.of(new Sale("1", "a", 10L, 1L), new Sale("2", "b", 666L, 1L)));
      engine.checkpoint();
      assertThat(engine.stateBytes().values()).allSatisfy(n -> assertThat(n).isPositive());
    }
    try (Engine engine = Engine.open(directory, PIPELINE)) {
      TableInput<Sale> sales = engine.table("sales", Sale.class);
      Position at = sales.upsert(List.of(new Sale("3", "a", 20L, 3L), new Sale("4", "b", 0L, 1L)));
      assertThat(mean(engine, at, "a")).containsExactly("a", 17.5, 2L);
      assertThat(mean(engine, at, "b")).isEmpty();
      at = sales.delete("1");
      assertThat(mean(engine, at, "a")).containsExactly("a", 20.0, 1L);
    }
  }

  @Test
  void whatIsWrongWithItIsSaidWhenItIsDefined() {
    assertThatThrownBy(() -> aggregate("mean", Type.DOUBLE, new WeightedMean()))
        .hasMessageContaining("aggregate 'mean' needs an operand");
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p ->
                        p.stream("sales", Sale.class)
                            .aggregate(
                                aggregate(
                                        "mean",
                                        Type.DOUBLE,
                                        new WeightedMean(),
                                        col("price"),
                                        col("pieces"))
                                    .distinct()
                                    .as("x"))))
        .hasMessageContaining("mean[opaque](distinct price, pieces) as x: not of distinct values");
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p ->
                        p.stream("sales", Sale.class)
                            .aggregate(
                                aggregate("full", Type.LONG, new Full(), col("price"))
                                    .orderBy(asc("id"))
                                    .as("x"))))
        .hasMessageContaining("does not depend on an order");
    assertThat(PIPELINE.explain())
        .contains("weighted_mean[opaque](price, pieces) as mean", "full[opaque](distinct price)");
  }
}
