package dev.leat.engine.examples.clickstream;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Row;
import dev.leat.engine.Threading;
import dev.leat.engine.examples.ChangeFeeds;
import dev.leat.engine.examples.OpenEngine;
import dev.leat.engine.examples.Report;
import dev.leat.engine.examples.ShownView;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/**
 * Takes in the sample in three steps. What the engine holds says where to go on: after a run that
 * was killed, behind the last event that was kept.
 */
final class SampleRun {
  private record Step(int events, String suffix, String title) {}

  private static final List<Step> STEPS =
      List.of(
          new Step(SampleEvents.FIRST, "25", "25 events of six sessions"),
          new Step(SampleEvents.WITH_PURCHASE, "27", "two more: session s1002 buys"),
          new Step(
              SampleEvents.ALL,
              "28_late_add_to_cart_s1003",
              "one that comes late: s1003 put something into the cart at 09:03:30"));

  private final OpenEngine open;
  private final Engine engine;
  private final Report report;
  private final PrintStream out;

  SampleRun(OpenEngine open, Report report, PrintStream out) {
    this.open = open;
    this.engine = open.engine();
    this.report = report;
    this.out = out;
  }

  void run() throws IOException {
    long held = Report.accepted(engine);
    if (!holdsSample()) {
      out.println("Found " + held + " events in " + open.place() + "; nothing is added.");
      showAll();
      report.write(engine, String.valueOf(held));
      return;
    }
    if (held > 0) {
      out.println("Found " + held + " of " + SampleEvents.ALL + " events in " + open.place() + ".");
    }
    try (ChangeFeeds feeds = new ChangeFeeds(engine, ClickstreamView.SHOWN)) {
      for (Step step : STEPS) {
        take(step, feeds);
      }
    }
    out.println();
    out.println("== The views, after " + SampleEvents.ALL + " events");
    showAll();
  }

  private void take(Step step, ChangeFeeds feeds) throws IOException {
    int held = (int) Report.accepted(engine);
    if (held > step.events()) {
      return;
    }
    if (held < step.events()) {
      out.println();
      out.println("== Adding " + step.title());
      append(engine, held, step.events());
      feeds.print(out);
      if (step.events() == SampleEvents.FIRST) {
        out.println();
        out.println("== The views, after " + step.events() + " events");
        report.print(engine);
      }
    }
    report.write(engine, step.suffix());
  }

  private void showAll() {
    report.print(engine);
    report.printRejected(engine);
  }

  /** Are the views those of the sample, as far as it got? */
  private boolean holdsSample() {
    long held = Report.accepted(engine);
    if (held > SampleEvents.ALL || Report.rejected(engine) > 0) {
      return false;
    }
    try (Engine sample =
        Engine.inMemory(
            ClickstreamPipeline.define(),
            EngineSettings.defaults().withThreading(Threading.HOST))) {
      append(sample, 0, (int) held);
      return ClickstreamView.ALL.stream().allMatch(v -> rows(engine, v).equals(rows(sample, v)));
    }
  }

  private static List<Row> rows(Engine engine, ShownView view) {
    return engine.view(view.name()).orderBy(view.orderKeys()).toList();
  }

  /** Adds events of the sample: the first as NDJSON, the others as records. */
  static void append(Engine engine, int from, int to) {
    if (from < Math.min(to, SampleEvents.FIRST)) {
      String ndjson = SampleEvents.ndjson(from, Math.min(to, SampleEvents.FIRST));
      engine.ndjson(ClickstreamPipeline.EVENTS).append(ndjson);
    }
    if (to > SampleEvents.FIRST) {
      engine.stream(ClickstreamPipeline.EVENTS, ClickEvent.class)
          .append(SampleEvents.more(Math.max(from, SampleEvents.FIRST), to));
    }
    engine.step();
  }
}
