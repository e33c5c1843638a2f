package dev.leat.engine.testkit;

import dev.leat.engine.Change;
import dev.leat.engine.Changes;
import dev.leat.engine.Row;
import dev.leat.engine.Subscription;
import dev.leat.engine.SubscriptionSettings;
import dev.leat.engine.View;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Follows the change feed of a view: the snapshot and the sum of the changes are the view, and the
 * changes of one call are consolidated. A slow one is called only now and then, and gets what
 * became of several epochs.
 */
final class FeedCheck {
  private final View<Row> view;
  private final List<Changes<Row>> all = new ArrayList<>();
  private final Map<ReferenceRow, Long> sum = new LinkedHashMap<>();
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final @Nullable SplittableRandom pace;
  private final Subscription subscription;
  private int seen;

  FeedCheck(View<Row> view) {
    this.view = view;
    this.pace = null;
    this.subscription = view.subscribe(all::add);
    check(all.size() == 1 && all.get(0).isSnapshot(), "no snapshot first", all);
  }

  private FeedCheck(View<Row> view, SplittableRandom pace) {
    this.view = view;
    this.pace = pace;
    this.subscription =
        view.subscribe(
            SubscriptionSettings.defaults()
                .withQueueRows(pace.nextInt(1, 20))
                .withCloseTimeout(Duration.ZERO)
                .withExecutor(tasks::add),
            all::add);
  }

  /** Follows as if the listener were slow. */
  static FeedCheck slow(View<Row> view, long seed) {
    return new FeedCheck(view, new SplittableRandom(seed));
  }

  /** All that was delivered. */
  List<Changes<Row>> all() {
    return all;
  }

  private void check(boolean holds, String what, Object detail) {
    if (!holds) {
      throw new AssertionError("change feed of " + view.name() + ": " + what + ": " + detail);
    }
  }

  /** Takes what was delivered since the last time; the view must be the sum. */
  void follow(long position, Map<ReferenceRow, Long> expected) {
    if (pace != null && pace.nextInt(4) > 0) {
      return;
    }
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
    check(pace != null || all.size() - seen <= (seen == 0 ? 2 : 1), "too many deliveries", all);
    check(subscription.position().value() == position, "not at " + position, subscription);
    for (Changes<Row> changes : all.subList(seen, all.size())) {
      check(
          pace != null || changes.isSnapshot() || changes.position().value() == position,
          "another position",
          changes);
      check(changes.isSnapshot() == (seen == 0), "a snapshot that is none", changes);
      seen++;
      if (!changes.isSnapshot()) {
        check(!changes.changes().isEmpty(), "an empty delivery", changes);
        checkConsolidated(changes.changes());
      }
      for (Change<Row> change : changes.changes()) {
        ReferenceRow row = ReferenceRow.of(view.schema(), change.row().values());
        sum.merge(row, change.weight(), (a, b) -> a + b == 0 ? null : a + b);
      }
    }
    check(sum.equals(expected), "the sum is not the view", new RandomRun.Difference(expected, sum));
  }

  private void checkConsolidated(List<Change<Row>> changes) {
    List<String> key = view.key().orElse(null);
    Set<List<@Nullable Object>> keys = new HashSet<>();
    for (int i = 0; i < changes.size(); i++) {
      Change<Row> change = changes.get(i);
      ReferenceRow row = ReferenceRow.of(view.schema(), change.row().values());
      check(change.weight() != 0, "weight 0", changes);
      if (key == null) {
        check(keys.add(row.values()), "a row comes twice", changes);
        continue;
      }
      check(Math.abs(change.weight()) == 1, "a key several times", changes);
      List<@Nullable Object> of = RandomRun.key(row, view.schema(), key);
      if (keys.add(of)) {
        continue;
      }
      Change<Row> before = changes.get(i - 1);
      ReferenceRow old = ReferenceRow.of(view.schema(), before.row().values());
      check(
          RandomRun.key(old, view.schema(), key).equals(of)
              && before.weight() == -1
              && change.weight() == 1,
          "not one old row and then one new row of a key",
          changes);
      check(!old.equals(row), "old and new are equal", changes);
    }
  }
}
