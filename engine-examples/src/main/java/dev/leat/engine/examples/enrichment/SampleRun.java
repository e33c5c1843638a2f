package dev.leat.engine.examples.enrichment;

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
import java.util.Map;

/**
 * Sends the rows that come with the example, step by step. What the engine holds says where to go
 * on: after a run that was killed, behind the last rows that were kept.
 */
final class SampleRun {
  private final OpenEngine open;
  private final Engine engine;
  private final RowIdentity identity;
  private final Report report;
  private final PrintStream out;

  SampleRun(OpenEngine open, RowIdentity identity, Report report, PrintStream out) {
    this.open = open;
    this.engine = open.engine();
    this.identity = identity;
    this.report = report;
    this.out = out;
  }

  void run() throws IOException {
    long held = Report.accepted(engine);
    if (!holdsSample()) {
      out.println("Found " + held + " rows in " + open.place() + "; nothing is added.");
      showAll();
      report.write(engine, String.valueOf(held));
      return;
    }
    if (held > 0) {
      out.println("Found " + held + " of " + SampleRows.rows() + " rows in " + open.place() + ".");
    }
    long before = 0;
    try (ChangeFeeds feeds = new ChangeFeeds(engine, EnrichmentView.SHOWN)) {
      for (int i = 0; i < SampleRows.STEPS.size(); i++) {
        SampleRows.Step step = SampleRows.STEPS.get(i);
        if (before + step.rows() > held) {
          take(step, held - before, feeds);
        }
        before += step.rows();
        if (before >= held) {
          report.write(engine, String.valueOf(before));
        }
      }
    }
    out.println();
    out.println("== The views, after " + SampleRows.rows() + " rows");
    showAll();
  }

  /**
   * Sends what is missing of a step.
   *
   * @param held how many of its rows are there, and those of steps behind it; negative if rows of
   *     steps before it were missing
   */
  private void take(SampleRows.Step step, long held, ChangeFeeds feeds) {
    out.println();
    out.println("== Adding " + step.title());
    long before = 0;
    for (SampleRows.Sent sent : step.sent()) {
      if (before >= held) {
        engine.ndjson(sent.input()).append(sent.ndjson());
      }
      before += sent.rows();
    }
    engine.step();
    feeds.print(out);
    if (step.sent().get(0).input().equals(EnrichmentPipeline.SESSIONS)) {
      out.println();
      out.println("== The views, after " + Report.accepted(engine) + " rows");
      report.print(engine);
    }
  }

  private void showAll() {
    report.print(engine);
    report.printRejected(engine);
  }

  /** Are the rows those of the sample, as far as it got? */
  private boolean holdsSample() {
    if (Report.rejected(engine) > 0) {
      return false;
    }
    Map<String, Long> held = engine.acceptedRows();
    try (Engine sample =
        Engine.inMemory(
            EnrichmentPipeline.define(identity),
            EngineSettings.defaults().withThreading(Threading.HOST))) {
      long left = Report.accepted(engine);
      for (SampleRows.Sent sent : SampleRows.all()) {
        if (left > 0) {
          sample.ndjson(sent.input()).append(sent.ndjson());
          left -= sent.rows();
        }
      }
      sample.step();
      return left == 0
          && sample.acceptedRows().equals(held)
          && EnrichmentView.ALL.stream().allMatch(v -> rows(engine, v).equals(rows(sample, v)));
    }
  }

  private static List<Row> rows(Engine engine, ShownView view) {
    return engine.view(view.name()).orderBy(view.orderKeys()).toList();
  }
}
