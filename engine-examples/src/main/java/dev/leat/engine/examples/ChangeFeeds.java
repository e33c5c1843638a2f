package dev.leat.engine.examples;

import dev.leat.engine.Change;
import dev.leat.engine.Changes;
import dev.leat.engine.Engine;
import dev.leat.engine.Row;
import dev.leat.engine.Subscription;
import dev.leat.engine.View;
import dev.leat.engine.plan.Schema;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects what changes in the views. For an engine that is stepped by the thread that prints: then
 * all changes of a step are here when it is done.
 */
public final class ChangeFeeds implements AutoCloseable {
  private record Feed(ShownView view, Schema schema, List<Change<Row>> changes) {}

  private final List<Feed> feeds = new ArrayList<>();
  private final List<Subscription> subscriptions = new ArrayList<>();

  /** Begins to collect, from what the engine holds now. */
  public ChangeFeeds(Engine engine, ShownViews shown) {
    for (ShownView view : shown.views()) {
      View<Row> rows = engine.view(view.name());
      Feed feed = new Feed(view, rows.schema(), new ArrayList<>());
      feeds.add(feed);
      subscriptions.add(rows.subscribe(epoch -> collect(epoch, feed.changes())));
    }
  }

  private static void collect(Changes<Row> epoch, List<Change<Row>> collected) {
    if (!epoch.isSnapshot()) {
      collected.addAll(epoch.changes());
    }
  }

  /** Prints what came since the last time: + a row that is new, - one that is gone. */
  public void print(PrintStream out) {
    for (Feed feed : feeds) {
      out.println();
      boolean isNone = feed.changes().isEmpty();
      out.println("Changes of " + feed.view().name() + (isNone ? ": none" : ""));
      if (!isNone) {
        Schema printed = Report.printed(feed.view(), feed.schema());
        List<Row> rows =
            feed.changes().stream().map(change -> Report.part(printed, change.row())).toList();
        List<String> marks =
            feed.changes().stream().map(change -> change.weight() > 0 ? "+" : "-").toList();
        RowText.table(printed, rows, marks).forEach(out::println);
        feed.changes().clear();
      }
    }
  }

  @Override
  public void close() {
    subscriptions.forEach(Subscription::close);
  }
}
