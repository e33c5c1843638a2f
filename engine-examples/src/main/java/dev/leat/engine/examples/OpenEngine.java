package dev.leat.engine.examples;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An engine that is open as long as an example runs: in memory, or in a directory. There, Ctrl-C
 * closes it in order, so that the next start need not look for the end of the log.
 */
public final class OpenEngine implements AutoCloseable {
  private final Engine engine;
  private final Optional<Path> directory;
  private final PrintStream out;
  private final Thread onInterrupt = new Thread(this::interrupted, "close-engine");
  private volatile boolean isInterrupted;

  private OpenEngine(Engine engine, Optional<Path> directory, PrintStream out) {
    this.engine = engine;
    this.directory = directory;
    this.out = out;
  }

  /**
   * Opens an engine.
   *
   * @param directory of its log; if there is none, everything is in memory
   */
  public static OpenEngine open(
      Optional<Path> directory, Pipeline pipeline, EngineSettings settings, PrintStream out) {
    Engine engine =
        directory.isPresent()
            ? Engine.open(directory.get(), pipeline, settings)
            : Engine.inMemory(pipeline, settings);
    OpenEngine open = new OpenEngine(engine, directory, out);
    Runtime.getRuntime().addShutdownHook(open.onInterrupt);
    return open;
  }

  /** The engine. */
  public Engine engine() {
    return engine;
  }

  /** Where what is told to it stays. */
  public String place() {
    return directory.map(d -> "the directory " + d).orElse("memory");
  }

  /** Has Ctrl-C closed it? */
  public boolean isInterrupted() {
    return isInterrupted;
  }

  private void interrupted() {
    isInterrupted = true;
    String left = closed();
    out.println();
    out.println("Stopped. " + left);
    out.flush();
  }

  /** Closes the engine, early, and says what is left. */
  public String closed() {
    engine.close();
    if (directory.isEmpty()) {
      return "Nothing is kept: there was no --data.";
    }
    return "The directory " + directory.get() + " holds " + Report.accepted(engine) + " rows.";
  }

  @Override
  public void close() {
    if (!isInterrupted) {
      try {
        Runtime.getRuntime().removeShutdownHook(onInterrupt);
      } catch (IllegalStateException e) {
        return; // The process is ending, and the hook closes the engine.
      }
      engine.close();
    }
  }
}
