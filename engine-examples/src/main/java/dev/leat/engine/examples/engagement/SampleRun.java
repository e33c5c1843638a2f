package dev.leat.engine.examples.engagement;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Row;
import dev.leat.engine.StreamInput;
import dev.leat.engine.Threading;
import dev.leat.engine.examples.OpenEngine;
import dev.leat.engine.examples.Report;
import dev.leat.engine.examples.ShownView;
import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Takes in generated interactions, some at a time. What the engine holds says where to go on: after
 * a run that was killed, behind the last that was kept.
 */
final class SampleRun {
  private static final int MOST_AT_ONCE = 5000;
  private static final int LEAST_AT_ONCE = 50;

  private final OpenEngine open;
  private final Engine engine;
  private final int count;
  private final Report report;
  private final PrintStream out;

  /**
   * Nothing is taken in yet.
   *
   * @param count how many interactions there are to be
   */
  SampleRun(OpenEngine open, int count, Report report, PrintStream out) {
    this.open = open;
    this.engine = open.engine();
    this.count = count;
    this.report = report;
    this.out = out;
  }

  void run() throws IOException {
    long held = Report.accepted(engine);
    if (!holdsSample(held)) {
      out.println("Found " + held + " events in " + open.place() + "; nothing is added.");
    } else {
      if (held > 0) {
        out.println("Found " + held + " of " + count + " events in " + open.place() + ".");
      }
      take((int) held);
    }
    report.print(engine);
    report.printRejected(engine);
    report.write(engine, String.valueOf(Report.accepted(engine)));
  }

  private void take(int held) {
    GeneratedInteractions generated = new GeneratedInteractions();
    generated.next(held);
    StreamInput<Interaction> events = engine.stream(EngagementPipeline.EVENTS, Interaction.class);
    int atOnce = Math.max(LEAST_AT_ONCE, Math.min(MOST_AT_ONCE, count / 6));
    Map<String, Integer> changes = new LinkedHashMap<>();
    EngagementView.ALL.forEach(
        view ->
            engine
                .view(view.name())
                .subscribe(
                    epoch -> changes.merge(view.name(), epoch.changes().size(), Integer::sum)));
    for (int taken = held; taken < count; ) {
      changes.clear();
      // To the next whole portion, so that a run that was continued tells of the same ones.
      int next = Math.min(count, taken - taken % atOnce + atOnce);
      events.append(generated.next(next - taken));
      engine.step();
      taken = next;
      out.printf(Locale.ROOT, "%,d of %,d events; rows that changed: %s%n", taken, count, changes);
    }
  }

  /** Are the views those of generated interactions, as far as they came? */
  private boolean holdsSample(long held) {
    if (held > count || Report.rejected(engine) > 0) {
      return false;
    }
    if (held == 0) {
      return true;
    }
    try (Engine sample =
        Engine.inMemory(
            EngagementPipeline.define(), EngineSettings.defaults().withThreading(Threading.HOST))) {
      GeneratedInteractions generated = new GeneratedInteractions();
      StreamInput<Interaction> events = sample.stream(EngagementPipeline.EVENTS, Interaction.class);
      for (long left = held; left > 0; left -= MOST_AT_ONCE) {
        events.append(generated.next((int) Math.min(left, MOST_AT_ONCE)));
        sample.step();
      }
      return EngagementView.ALL.stream().allMatch(v -> rows(engine, v).equals(rows(sample, v)));
    }
  }

  private static List<Row> rows(Engine engine, ShownView view) {
    return engine.view(view.name()).orderBy(view.orderKeys()).toList();
  }
}
