package dev.leat.engine.examples.enrichment;

import dev.leat.engine.Engine;
import dev.leat.engine.NdjsonResult;
import dev.leat.engine.Position;
import dev.leat.engine.examples.OpenEngine;
import dev.leat.engine.examples.Report;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Takes in generated rows, then shows the views. */
final class GeneratedRun {
  private static final double NANOS = 1e9;

  private final Engine engine;
  private final Report report;
  private final PrintStream out;

  GeneratedRun(OpenEngine open, Report report, PrintStream out) {
    this.engine = open.engine();
    this.report = report;
    this.out = out;
  }

  void run(GeneratedRows rows) throws IOException {
    long start = System.nanoTime();
    Position last = engine.position();
    while (rows.hasNext()) {
      last = send(engine, rows.next(), last);
    }
    engine.ledger().await(last);
    double seconds = (System.nanoTime() - start) / NANOS;
    long accepted = Report.accepted(engine);
    out.printf(
        Locale.ROOT,
        "Accepted %,d rows in %.2f s, %,.0f rows/s%n",
        accepted,
        seconds,
        accepted / seconds);
    report.print(engine);
    report.printRejected(engine);
    report.write(engine, String.valueOf(accepted));
  }

  /** Sends rows; gives the position of the last of them. */
  static Position send(Engine engine, List<SampleRows.Sent> rows, Position before) {
    Position last = before;
    for (SampleRows.Sent sent : rows) {
      NdjsonResult result = engine.ndjson(sent.input()).append(sent.ndjson());
      last = result.position();
    }
    return last;
  }
}
