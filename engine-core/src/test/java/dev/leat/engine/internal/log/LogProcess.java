package dev.leat.engine.internal.log;

import dev.leat.engine.internal.io.SystemIo;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Another JVM that opens a log, says {@code open}, appends records and says the position of each
 * one that is acknowledged, until it is killed or has appended as many as it was told.
 */
final class LogProcess implements AutoCloseable {
  /** What is acknowledged. */
  enum Level {
    LOGGED,
    SYNCED
  }

  private static final String KEPT = "log-process.kept";

  private final Process process;
  private final BufferedReader output;

  private LogProcess(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  static LogProcess start(Path directory, Level level, int records, List<String> flags)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx128m");
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(flags);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(LogProcess.class.getName());
    command.add(directory.toString());
    command.add(level.name());
    command.add(Integer.toString(records));
    return new LogProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  static List<String> flags() {
    return List.of(JvmFlags.line().split(" "));
  }

  /** Starts a process that keeps only so many records, and appends until it is killed. */
  static LogProcess startKeeping(Path directory, int keptRecords) throws IOException {
    List<String> flags = new ArrayList<>(flags());
    flags.add("-D" + KEPT + "=" + keptRecords);
    return start(directory, Level.SYNCED, Integer.MAX_VALUE, flags);
  }

  public static void main(String[] args) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Level level = Level.valueOf(args[1]);
    LogSettings settings =
        LogFixture.QUIET
            .withSegmentBytes(300_000)
            .withSyncDelay(Duration.ofMillis(5))
            .withRetention(Duration.ZERO, LogSettings.UNLIMITED);
    long kept = Long.getLong(KEPT, Long.MAX_VALUE);
    try (ChronicleLog log = ChronicleLog.open(Path.of(args[0]), settings, SystemIo.INSTANCE)) {
      out.println("open");
      for (int i = Integer.parseInt(args[2]); i > 0; i--) {
        byte[] payload = LogFixture.payload(log.lastPosition() + 1);
        long position = log.append(payload, 0, payload.length);
        if (level == Level.SYNCED) {
          log.awaitSynced(position);
        }
        out.println(position);
        if (position > kept && position % 10 == 0) {
          log.release(position - kept);
        }
      }
      if (args[2].equals("0") && System.in.read() < 0) {
        out.println("closed");
      }
    }
  }

  long pid() {
    return process.pid();
  }

  @Nullable String readLine() throws IOException {
    return output.readLine();
  }

  /** Reads until the line comes; everything else is skipped. */
  void awaitLine(String line) throws IOException {
    @Nullable String read = readLine();
    while (read != null && !read.equals(line)) {
      read = readLine();
    }
    if (read == null) {
      throw new IOException("the process ended without saying: " + line);
    }
  }

  /** Reads to the end of the output. */
  List<String> readAll() throws IOException {
    List<String> lines = new ArrayList<>();
    for (@Nullable String line = readLine(); line != null; line = readLine()) {
      lines.add(line);
    }
    return lines;
  }

  /** Kills it; what it had said before can still be read. */
  void kill() {
    process.toHandle().destroyForcibly(); // the Process itself would close the stream too
  }

  int exitCode() throws InterruptedException {
    return process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
