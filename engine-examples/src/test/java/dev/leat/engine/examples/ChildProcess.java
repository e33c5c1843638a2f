package dev.leat.engine.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A Java program of the tests' class path that a test starts, listens to, and kills. */
public final class ChildProcess implements AutoCloseable {
  private static final List<String> FLAGS =
      List.of(
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
          "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC");

  private final Process process;
  private final BufferedReader out;
  private boolean isKilled;

  private ChildProcess(Process process) {
    this.process = process;
    this.out = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Starts a program; what it writes to its error stream is shown.
   *
   * @param heap the most it may take, as in {@code -Xmx}
   */
  public static ChildProcess start(Class<?> main, String heap, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    command.add("-Xmx" + heap);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(arguments);
    return new ChildProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** The next line that it wrote, also after its death; null if there are no more. */
  public @Nullable String readLine() throws IOException {
    return out.readLine();
  }

  /** Kills it, as {@code kill -9} does; what it wrote before can still be read. */
  public void kill() {
    isKilled = true;
    // Not Process.destroyForcibly, which closes the pipe with what is still to be read.
    process.toHandle().destroyForcibly();
  }

  /** Was it killed, or did it end by itself? */
  public boolean isKilled() {
    return isKilled;
  }

  /** Waits for its end, but not for long; has it ended? */
  public boolean endsWithin(Duration atMost) throws InterruptedException {
    return process.waitFor(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Waits for its end; its status. */
  public int waitFor() throws InterruptedException {
    return process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
