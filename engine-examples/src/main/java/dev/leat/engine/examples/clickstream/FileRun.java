package dev.leat.engine.examples.clickstream;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.NdjsonResult;
import dev.leat.engine.examples.OpenEngine;
import dev.leat.engine.examples.ProgressText;
import dev.leat.engine.examples.Terminal;
import dev.leat.engine.examples.UserFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Takes in a file of events. */
final class FileRun {
  private static final double NANOS = 1e9;
  private static final double MIB = 1 << 20;

  private final OpenEngine open;
  private final Engine engine;
  private final Report report;
  private final PrintStream out;

  FileRun(OpenEngine open, Report report, PrintStream out) {
    this.open = open;
    this.engine = open.engine();
    this.report = report;
    this.out = out;
  }

  void run(Path file, boolean isAppend) throws IOException {
    long held = Report.accepted(engine);
    long rejected = Report.rejected(engine);
    if (held + rejected > 0 && !isAppend) {
      throw new IOException(
          open.place()
              + " already holds "
              + held
              + " events"
              + (rejected == 0 ? "" : " and " + rejected + " rejected rows")
              + ". To show their views, leave out --events; to add "
              + file
              + " to them, use --append; to start anew, use another directory");
    }
    out.println("Taking " + file + " into " + open.place());
    take(file);
    report.print(engine);
    report.printRejected(engine);
    report.write(engine, String.valueOf(Report.accepted(engine)));
  }

  private void take(Path file) throws IOException {
    ProgressText progress = new ProgressText(out, Terminal.isThere(), size(file));
    long start = System.nanoTime();
    NdjsonResult result;
    try {
      result = engine.ndjson(ClickstreamPipeline.EVENTS).append(file, progress);
      engine.view(ClickstreamView.ALL.get(0).name()).await(result.position());
    } catch (EngineException e) {
      progress.done();
      if (!open.isInterrupted()) {
        out.println(open.closed());
      }
      throw e;
    } catch (IOException e) {
      progress.done();
      out.println(open.closed());
      throw new IOException("cannot read " + file + ": " + UserFiles.reason(e), e);
    }
    progress.done();
    double seconds = (System.nanoTime() - start) / NANOS;
    out.printf(
        Locale.ROOT,
        "Accepted %,d events, rejected %,d: %.1f MiB in %.2f s, %,.0f events/s, %,.1f MiB/s%n",
        result.accepted(),
        result.rejected(),
        result.bytes() / MIB,
        seconds,
        result.accepted() / seconds,
        result.bytes() / MIB / seconds);
  }

  /** Of a pipe it is not known. */
  private static long size(Path file) throws IOException {
    return Files.isRegularFile(file) ? Files.size(file) : 0;
  }
}
