package dev.leat.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DictionarySweepTest {
  /** So many that the values of the epoch before are freed at the end of the next. */
  private static final int ROWS = 70_000;

  record Item(int id, String name) {}

  private static List<Item> items(String prefix) {
    return IntStream.range(0, ROWS).mapToObj(i -> new Item(i, prefix + i)).toList();
  }

  @Test
  void changesAreToldBeforeTheValuesTakenBackAreFreed() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.table("items", Item.class)
                    .primaryKey(Item::id)
                    .acceptGrowth("the test is short")
                    .materialize("items"));
    EngineSettings settings = EngineSettings.defaults().withThreading(Threading.HOST);
    try (Engine engine = Engine.inMemory(pipeline, settings)) {
      List<Change<Item>> changes = new ArrayList<>();
      engine.view("items", Item.class).subscribe(c -> changes.addAll(c.changes()));
      engine.table("items", Item.class).upsert(items("a"));
      engine.step();
      changes.clear();
      engine.table("items", Item.class).upsert(items("b"));
      engine.step();

      assertThat(changes).hasSize(2 * ROWS);
      assertThat(changes.subList(0, 2))
          .containsExactly(new Change<>(new Item(0, "a0"), -1), new Change<>(new Item(0, "b0"), 1));
      assertThat(changes).noneMatch(change -> change.row().name() == null);
    }
  }
}
