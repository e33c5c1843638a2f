package dev.leat.engine;

import static dev.leat.engine.Expressions.count;
import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What is left of a group that is gone has only zeros in it, and so has the key that is 0, false,
 * at 1970 or null: it must not find the group that is gone, in no snapshot.
 */
class RemovedGroupTest {
  record Item(long id, long number, boolean isSold, @Nullable Integer size, String name) {}

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p -> {
            Relation<Item> items = p.table("items", Item.class).primaryKey(Item::id);
            items.groupBy(Item::number).aggregate(count().as("n")).materialize("numbers");
            items
                .groupBy(Item::number, Item::isSold, Item::size)
                .aggregate(count().as("n"))
                .materialize("kinds");
            items.groupBy(Item::name).aggregate(count().as("n")).materialize("names");
            items.materialize("all");
          });

  private static void assertThere(Snapshot snapshot, boolean isThere) {
    assertThat(snapshot.view("numbers").get(0L).isPresent()).isEqualTo(isThere);
    assertThat(snapshot.view("kinds").get(0L, false, null).isPresent()).isEqualTo(isThere);
    assertThat(snapshot.view("names").get("").isPresent()).isEqualTo(isThere);
    assertThat(snapshot.view("all").get(0L).isPresent()).isEqualTo(isThere);
    assertThat(snapshot.view("kinds").get(0L, false, 0)).isEmpty();
    assertThat(snapshot.view("kinds").get(0L, true, null)).isEmpty();
  }

  @Test
  void aKeyOfZerosFindsNoGroupThatIsGone() {
    EngineSettings settings = EngineSettings.defaults().withThreading(Threading.HOST);
    try (Engine engine = Engine.inMemory(PIPELINE, settings)) {
      TableInput<Item> items = engine.table("items", Item.class);
      Snapshot empty = engine.read(snapshot -> snapshot);
      items.upsert(new Item(0, 0, false, null, ""));
      items.upsert(new Item(5, 7, true, 3, "other"));
      engine.step();
      Snapshot there = engine.read(snapshot -> snapshot);
      items.delete(0L);
      engine.step();
      Snapshot gone = engine.read(snapshot -> snapshot);
      // Another group takes the place that became free.
      items.upsert(new Item(6, 9, true, 4, "new"));
      engine.step();
      Snapshot taken = engine.read(snapshot -> snapshot);
      items.upsert(new Item(0, 0, false, null, ""));
      engine.step();
      Snapshot again = engine.read(snapshot -> snapshot);
      items.delete(0L);
      items.delete(5L);
      items.delete(6L);
      engine.step();
      Snapshot none = engine.read(snapshot -> snapshot);

      assertThere(empty, false);
      assertThere(there, true);
      assertThere(gone, false);
      assertThere(taken, false);
      assertThere(again, true);
      assertThere(none, false);
      assertThat(taken.view("numbers").get(9L)).isPresent();
      assertThat(gone.view("numbers").get(9L)).isEmpty();
      assertThat(none.view("numbers").count()).isZero();
      assertThat(engine.view("numbers").get(0L)).isEmpty();
    }
  }
}
