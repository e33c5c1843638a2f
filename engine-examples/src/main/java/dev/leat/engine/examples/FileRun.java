package dev.leat.engine.examples;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.NdjsonResult;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Takes in files of rows, one after the other, then shows the views. */
public final class FileRun {
  private static final double NANOS = 1e9;
  private static final double MIB = 1 << 20;

  private final OpenEngine open;
  private final Engine engine;
  private final Report report;
  private final PrintStream out;

  /** Nothing is taken in yet. */
  public FileRun(OpenEngine open, Report report, PrintStream out) {
    this.open = open;
    this.engine = open.engine();
    this.report = report;
    this.out = out;
  }

  /**
   * Takes in files, if nothing is there yet.
   *
   * @throws IOException if there is, or a file cannot be read or written
   */
  public void run(List<InputFile> files) throws IOException {
    requireEmpty();
    append(files);
  }

  /**
   * Checks that nothing is there yet.
   *
   * @throws IOException if there is
   */
  public void requireEmpty() throws IOException {
    long held = Report.accepted(engine);
    long rejected = Report.rejected(engine);
    if (held + rejected > 0) {
      throw new IOException(
          open.place()
              + " already holds "
              + held
              + " rows"
              + (rejected == 0 ? "" : " and " + rejected + " rejected rows")
              + ". To show their views, name nothing to take in; to add files to them, use --append;"
              + " to start anew, use another directory");
    }
  }

  /** Takes in files beside what is there. */
  public void append(List<InputFile> files) throws IOException {
    for (InputFile file : files) {
      out.println("Taking " + file.file() + " into " + open.place());
      take(file);
    }
    report.print(engine);
    report.printRejected(engine);
    report.write(engine, String.valueOf(Report.accepted(engine)));
  }

  private void take(InputFile from) throws IOException {
    Path file = from.file();
    ProgressText progress = new ProgressText(out, Terminal.isThere(), size(file));
    long start = System.nanoTime();
    NdjsonResult result;
    try {
      result = engine.ndjson(from.input()).append(file, progress);
      engine.ledger().await(result.position());
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
        "Accepted %,d rows, rejected %,d: %.1f MiB in %.2f s, %,.0f rows/s, %,.1f MiB/s%n",
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
