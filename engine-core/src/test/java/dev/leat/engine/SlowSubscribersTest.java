package dev.leat.engine;

import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.max;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.exec.EngineRuntime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The law of subscriptions: whenever a listener was called, the sum of all that it was told is the
 * view at the position that it was told; however slow it is, however often it throws, whatever
 * changes. One thread: the listeners' executor is a queue of tasks that the test runs when chance
 * says so, and while a listener is called, the engine may go on.
 */
class SlowSubscribersTest {
  record Item(String name, @Nullable Long n) {}

  record Price(String item, String currency, long cents) {}

  record Visit(String page) {}

  private static final int STEPS = 120;
  private static final int[] QUEUES = {1, 2, 7, 40, 100_000};

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p -> {
            Relation<Item> items = p.table("items", Item.class).keyless();
            items.materialize("items");
            items
                .groupBy(Item::name)
                .aggregate(count().as("n"), max(Item::n).as("most"))
                .materialize("by_name");
            p.table("prices", Price.class).primaryKey(Price::item).materialize("prices");
            items.aggregate(count().as("n")).materialize("one_row");
          });

  /** One run, from one seed. */
  private static final class Run implements AutoCloseable {
    private final SplittableRandom random;
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final Engine engine =
        Engine.inMemory(
            PIPELINE, EngineSettings.defaults().withThreading(Threading.HOST).withLedgerRows(20));
    private final Map<String, Map<Long, Map<Row, Long>>> history = new HashMap<>();
    private final List<Item> inserted = new ArrayList<>();
    private final List<Feed> feeds = new ArrayList<>();
    private int round;

    private Run(long seed) {
      random = new SplittableRandom(seed);
      for (String view : List.of("items", "by_name", "prices", "one_row", "ledger")) {
        history.put(view, new HashMap<>());
      }
    }

    @Override
    public void close() {
      engine.close();
    }

    private void note() {
      history.forEach(
          (view, states) -> {
            Map<Row, Long> rows = new HashMap<>();
            engine.view(view).scan().forEach(row -> rows.merge(row, 1L, Long::sum));
            states.put(engine.position().value(), rows);
          });
    }

    private Map<Row, Long> at(String view, Position position) {
      Map<Long, Map<Row, Long>> states = history.getOrDefault(view, Map.of());
      if (!states.containsKey(position.value()) && position.equals(engine.position())) {
        // Who is called by the thread that steps is called before that is noted.
        note();
      }
      Map<Row, Long> rows = states.get(position.value());
      assertThat(rows).as("%s at %s", view, position).isNotNull();
      return rows == null ? Map.of() : rows;
    }

    /** Names come and go, so that codes of the dictionary are freed and used again. */
    private String name() {
      return "name-" + (round / 10 + random.nextInt(6));
    }

    /** So many rows that only some of a store's pages change in a step. */
    private void fill(int rows) {
      engine.append(
          all -> {
            for (int i = 0; i < rows; i++) {
              Item item = new Item("name-" + i % 700, (long) i % 5);
              inserted.add(item);
              all.insert(engine.keylessTable("items", Item.class), item);
              all.upsert(
                  engine.table("prices", Price.class), new Price("name-" + i, "c" + i % 3, i));
            }
          });
      engine.step();
    }

    private void step() {
      round++;
      for (int i = random.nextInt(1, 5); i > 0; i--) {
        change();
      }
      engine.step();
      if (random.nextInt(4) == 0) {
        runtime(engine).sweep();
      }
      note();
    }

    private void change() {
      KeylessTableInput<Item> items = engine.keylessTable("items", Item.class);
      switch (random.nextInt(6)) {
        case 0, 1 -> {
          Item item = new Item(name(), random.nextInt(3) == 0 ? null : (long) random.nextInt(3));
          inserted.add(item);
          items.insert(item);
        }
        case 2 -> {
          if (!inserted.isEmpty()) {
            items.delete(inserted.remove(random.nextInt(inserted.size())));
          }
        }
        case 3 ->
            engine
                .table("prices", Price.class)
                .upsert(new Price(name(), "c" + random.nextInt(3), random.nextInt(4)));
        case 4 -> engine.table("prices", Price.class).delete(name());
        default -> engine.ndjson("items").append("not json " + name());
      }
    }

    private void runTask() {
      Runnable task = tasks.poll();
      if (task != null) {
        task.run();
      }
    }
  }

  /** What a listener was told, and how it behaves. */
  private static final class Feed {
    private final Run run;
    private final View<Row> view;
    private final Map<Row, Long> sum = new LinkedHashMap<>();
    private final Set<Changes.Kind> kinds = EnumSet.noneOf(Changes.Kind.class);
    private final Subscription subscription;
    private @Nullable Changes<Row> failed;
    private Position last = Position.START;

    private Feed(Run run, String name) {
      this.run = run;
      this.view = run.engine.view(name);
      SubscriptionSettings settings =
          SubscriptionSettings.defaults()
              .withQueueRows(QUEUES[run.random.nextInt(QUEUES.length)])
              .withCloseTimeout(Duration.ZERO)
              .withAttempts(1);
      this.subscription =
          view.subscribe(
              run.random.nextInt(8) == 0 ? settings : settings.withExecutor(run.tasks::add),
              this::take);
    }

    private void take(Changes<Row> changes) {
      if (failed != null) {
        assertThat(changes).as("the same again").isEqualTo(failed);
        failed = null;
      } else if (run.random.nextInt(12) == 0) {
        failed = changes;
        throw new IllegalStateException("of a test");
      }
      assertThat(changes.isSnapshot()).isEqualTo(kinds.isEmpty());
      kinds.add(changes.kind());
      if (!changes.isSnapshot()) {
        assertThat(changes.changes()).isNotEmpty();
        assertThat(changes.after()).isGreaterThanOrEqualTo(last);
        assertThat(changes.position()).isGreaterThan(changes.after());
      }
      changes.changes().forEach(c -> sum.merge(c.row(), c.weight(), Feed::addUp));
      last = changes.position();
      assertThat(sum).as(view.name()).isEqualTo(run.at(view.name(), changes.position()));
      view.key().ifPresent(key -> checkKeys(key, changes.changes()));
      // While it is still busy.
      if (run.random.nextInt(10) == 0 && !run.tasks.isEmpty()) {
        run.runTask();
      }
    }

    private void goOn() {
      subscription
          .failure()
          .ifPresent(
              reason -> {
                if (reason instanceof AssertionError wrong) {
                  throw wrong;
                }
                subscription.restart();
              });
    }

    private static @Nullable Long addUp(Long a, Long b) {
      return a + b == 0 ? null : Long.valueOf(a + b);
    }

    /** A key has one old row at most and one new one, next to each other. */
    private void checkKeys(List<String> key, List<Change<Row>> changes) {
      Set<Object> keys = new HashSet<>();
      Object before = null;
      for (Change<Row> change : changes) {
        Object of =
            key.stream()
                .map(c -> String.valueOf(change.row().values().get(view.schema().find(c))))
                .toList();
        assertThat(Math.abs(change.weight())).isEqualTo(1);
        assertThat(keys.add(of) || (change.weight() == 1 && of.equals(before)))
            .as("%s: %s", view.name(), changes)
            .isTrue();
        before = of;
      }
    }
  }

  private static EngineRuntime runtime(Engine engine) {
    try {
      var field = Engine.class.getDeclaredField("runtime");
      field.setAccessible(true);
      return (EngineRuntime) field.get(engine);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theSumOfWhatAListenerWasToldIsTheViewAtThatPosition(long seed) {
    Set<Changes.Kind> kinds = EnumSet.noneOf(Changes.Kind.class);
    for (int i = 0; i < 3; i++) {
      kinds.addAll(run(seed * 1000 + i, STEPS, 0));
    }
    assertThat(kinds).containsExactlyInAnyOrder(Changes.Kind.values());
  }

  @Test
  void alsoWhereOnlySomePagesOfAViewChange() {
    Set<Changes.Kind> kinds = EnumSet.noneOf(Changes.Kind.class);
    for (long seed = 1; seed <= 4; seed++) {
      kinds.addAll(run(seed, STEPS / 3, 1200));
    }
    assertThat(kinds).containsExactlyInAnyOrder(Changes.Kind.values());
  }

  private static Set<Changes.Kind> run(long seed, int steps, int rows) {
    Set<Changes.Kind> kinds = EnumSet.noneOf(Changes.Kind.class);
    try (Run run = new Run(seed)) {
      run.fill(rows);
      run.note();
      int laziness = run.random.nextInt(1, 30);
      for (int i = 0; i < steps; i++) {
        if (run.random.nextInt(10) == 0) {
          List<String> views = run.history.keySet().stream().sorted().toList();
          run.feeds.add(new Feed(run, views.get(run.random.nextInt(views.size()))));
        }
        run.step();
        for (int n = run.random.nextInt(laziness) == 0 ? run.random.nextInt(6) : 0; n > 0; n--) {
          run.runTask();
        }
        run.feeds.forEach(
            feed -> {
              if (run.random.nextInt(4) == 0) {
                feed.goOn();
              }
            });
      }
      finish(run);
      run.feeds.forEach(feed -> kinds.addAll(feed.kinds));
    }
    return kinds;
  }

  private static void finish(Run run) {
    for (Feed feed : run.feeds) {
      while (!feed.subscription.position().equals(run.engine.position()) || feed.kinds.isEmpty()) {
        feed.goOn();
        run.runTask();
      }
      assertThat(feed.sum)
          .as("%s at the end", feed.view.name())
          .isEqualTo(run.at(feed.view.name(), run.engine.position()));
    }
  }
}
