package dev.leat.engine;

import static dev.leat.engine.Expressions.avg;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;
import static dev.leat.engine.Expressions.max;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** State that grows is stopped by an error that says what to do, not by the heap. */
@Timeout(60)
class StateBudgetTest {
  record Event(String user, String page, double amount) {}

  record Item(String id, String text, long n) {}

  record Fact(String text) {}

  private static final long MIB = 1L << 20;
  private static final int ROWS = 500;

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p -> {
            p.stream("events", Event.class)
                .groupBy(Event::user)
                .aggregate(
                    count().as("n"),
                    countDistinct(Event::page).as("pages"),
                    avg(Event::amount).as("mean"))
                .materialize("users");
            Relation<Item> items = p.table("items", Item.class).primaryKey(Item::id);
            items.materialize("items");
            items.groupBy(Item::text).aggregate(max(Item::n).as("most")).materialize("texts");
            p.table("facts", Fact.class).keyless().materialize("facts");
          });

  private static EngineSettings budget(long bytes) {
    return EngineSettings.defaults().withStateBytes(bytes);
  }

  private static long sum(Engine engine) {
    return engine.stateBytes().values().stream().mapToLong(Long::longValue).sum();
  }

  private static List<Event> events(int from) {
    List<Event> rows = new ArrayList<>();
    for (int i = from; i < from + ROWS; i++) {
      rows.add(new Event("user-" + i, "page-" + i % 7, i));
    }
    return rows;
  }

  private static List<Item> items(int from) {
    List<Item> rows = new ArrayList<>();
    for (int i = from; i < from + ROWS; i++) {
      rows.add(new Item("item-" + i, "text of item " + i, i));
    }
    return rows;
  }

  /** Appends until it is refused; gives how many rows came in. */
  private static int fillUp(Engine engine) {
    StreamInput<Event> events = engine.stream("events", Event.class);
    int rows = 0;
    try {
      while (true) {
        engine.view("users").await(events.append(events(rows)));
        rows += ROWS;
      }
    } catch (EngineException e) {
      assertThat(e.kind()).isEqualTo(EngineException.Kind.FULL);
      assertThat(e)
          .hasMessageContaining("budget=")
          .hasMessageContaining("view 'users'=")
          .hasMessageContaining("dictionary=")
          .hasMessageContaining("aggregate on stream 'events'=")
          .hasMessageContaining("nothing was appended");
      return rows;
    }
  }

  @Test
  void growingStateIsRefusedAndReadsAndALargerBudgetGoOn(@TempDir Path directory) {
    int rows;
    try (Engine engine = Engine.open(directory, PIPELINE, budget(2 * MIB))) {
      rows = fillUp(engine);
      assertThat(rows).isGreaterThan(ROWS);
      assertThat(sum(engine)).isBetween(2 * MIB, 3 * MIB);
      assertThat(engine.view("users").count()).isEqualTo(rows);
      assertThat(engine.view("users").get("user-3")).isPresent();
      assertThat(engine.acceptedRows()).containsEntry("events", (long) rows);
    }
    // What is in the log is always applied.
    try (Engine engine = Engine.open(directory, PIPELINE, budget(MIB))) {
      assertThat(engine.view("users").count()).isEqualTo(rows);
      assertThat(fillUp(engine)).isZero();
    }
    try (Engine engine = Engine.open(directory, PIPELINE, budget(4 * MIB))) {
      assertThat(fillUp(engine)).isGreaterThan(rows);
    }
  }

  @Test
  void whatDoesNotGrowTheStateGoesOn() {
    try (Engine engine = Engine.inMemory(PIPELINE, budget(MIB))) {
      Position at = Position.START;
      for (int i = 0; i < 100; i++) {
        at = engine.stream("events", Event.class).append(events(0));
      }
      engine.view("users").await(at);
      assertThat(engine.view("users").count()).isEqualTo(ROWS);
      assertThat(sum(engine)).isLessThan(MIB);
    }
  }

  @Test
  void deletionsAreTakenAndMakeRoom() {
    try (Engine engine = Engine.inMemory(PIPELINE, budget(MIB))) {
      TableInput<Item> items = engine.table("items", Item.class);
      int rows = 0;
      try {
        while (true) {
          engine.view("items").await(items.upsert(items(rows)));
          rows += ROWS;
        }
      } catch (EngineException e) {
        assertThat(e.kind()).isEqualTo(EngineException.Kind.FULL);
      }
      long full = sum(engine);
      assertThatThrownBy(() -> engine.keylessTable("facts", Fact.class).insert(new Fact("x")))
          .hasMessageContaining("table 'items'=");
      assertThatThrownBy(() -> engine.ndjson("events").append("{}"))
          .hasMessageContaining("budget=");
      int kept = rows;
      assertThatThrownBy(
              () ->
                  engine.append(
                      all -> {
                        all.delete(items, "item-0");
                        all.upsert(items, new Item("item-0", "another", 1));
                      }))
          .hasMessageContaining("nothing was appended");
      assertThat(engine.view("items").count()).isEqualTo(kept);

      Position last = Position.START;
      for (int i = 0; i < rows / 2; i++) {
        last = items.delete("item-" + i);
      }
      engine.view("items").await(last);
      // The values that nothing holds any more are freed when they are in the way.
      engine.view("items").await(items.upsert(items(rows)));
      assertThat(engine.view("items").count()).isEqualTo(kept - kept / 2 + ROWS);
      assertThat(sum(engine)).isLessThan(full);
    }
  }

  @Test
  void stateThatIsGoneIsNotCounted() {
    EngineSettings settings = EngineSettings.defaults().withThreading(Threading.HOST);
    try (Engine engine = Engine.inMemory(PIPELINE, settings)) {
      TableInput<Item> items = engine.table("items", Item.class);
      KeylessTableInput<Fact> facts = engine.keylessTable("facts", Fact.class);
      items.upsert(items(0));
      facts.insert(new Fact("a fact"));
      engine.step();
      Map<String, Long> bytes = engine.stateBytes();
      assertThat(bytes)
          .containsKeys(
              "table 'items'",
              "aggregate on table 'items'",
              "table 'facts'",
              "view 'items'",
              "view 'facts'",
              "dictionary");
      assertThat(bytes.get("table 'items'")).isGreaterThan(ROWS * 3L * Long.BYTES);
      facts.delete(new Fact("a fact"));
      items(0).forEach(item -> items.delete(item.id()));
      engine.step();
      Map<String, Long> after = engine.stateBytes();
      assertThat(after).doesNotContainKeys("view 'items'");
      assertThat(after.get("table 'items'")).isLessThan(bytes.get("table 'items'") / 2);
    }
  }
}
