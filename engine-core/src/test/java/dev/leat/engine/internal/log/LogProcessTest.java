package dev.leat.engine.internal.log;

import static dev.leat.engine.internal.log.LogFixture.append;
import static dev.leat.engine.internal.log.LogFixture.assertHolds;
import static dev.leat.engine.internal.log.LogFixture.failure;
import static dev.leat.engine.internal.log.LogFixture.open;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogProcessTest {
  private static final Pattern NUMBER = Pattern.compile("\\d+");

  @TempDir Path directory;
  @TempDir Path home;

  @Test
  void nothingAcknowledgedIsLostWhenTheProcessIsKilled() throws Exception {
    long acknowledged = 0;
    for (int kill = 0; kill < 5; kill++) {
      LogProcess.Level level = kill % 2 == 0 ? LogProcess.Level.LOGGED : LogProcess.Level.SYNCED;
      try (LogProcess process =
          LogProcess.start(directory, level, Integer.MAX_VALUE, LogProcess.flags())) {
        process.awaitLine("open");
        long enough = acknowledged + 20 + 333L * kill;
        for (String line = process.readLine(); line != null; line = process.readLine()) {
          if (NUMBER.matcher(line).matches()) {
            acknowledged = Long.parseLong(line);
            if (acknowledged >= enough) {
              process.kill(); // and read on what it had said before
            }
          }
        }
        process.exitCode();
      }
      if (kill % 2 == 1) { // the next process, not this one, recovers in the other half
        try (ChronicleLog log = open(directory)) {
          assertThat(log.lastPosition()).isGreaterThanOrEqualTo(acknowledged);
          assertHolds(log, log.lastPosition());
          append(log, 3);
        }
      }
    }
    try (ChronicleLog log = open(directory)) {
      assertThat(log.lastPosition()).isGreaterThanOrEqualTo(acknowledged);
      assertHolds(log, log.lastPosition());
    }
  }

  @Test
  void aSecondOpenerInThisProcessIsTurnedAway() {
    try (ChronicleLog log = open(directory)) {
      append(log, 1);
      assertTurnedAway(ProcessHandle.current().pid());
      assertTurnedAway(ProcessHandle.current().pid());
      append(log, 1);
    }
    try (ChronicleLog log = open(directory)) {
      assertHolds(log, 2);
    }
  }

  @Test
  void aSecondProcessIsTurnedAwayUntilTheFirstIsGone() throws Exception {
    try (LogProcess process =
        LogProcess.start(directory, LogProcess.Level.LOGGED, 0, LogProcess.flags())) {
      process.awaitLine("open");
      assertTurnedAway(process.pid());
      process.kill();
      process.exitCode();
    }
    try (ChronicleLog log = open(directory)) {
      append(log, 1);
    }
  }

  @Test
  void theLockHoldsAgainstOtherProcessesAlsoAfterATurnedAwayOpener() throws Exception {
    try (ChronicleLog log = open(directory)) {
      assertTurnedAway(ProcessHandle.current().pid());
      try (LogProcess process =
          LogProcess.start(directory, LogProcess.Level.LOGGED, 1, LogProcess.flags())) {
        assertThat(String.join("\n", process.readAll()))
            .contains("in use by another engine")
            .contains("pid=" + ProcessHandle.current().pid());
        assertThat(process.exitCode()).isNotZero();
      }
      append(log, 1);
    }
  }

  @Test
  void itSaysLittleAndWritesNothingElsewhere() throws Exception {
    List<String> flags = new ArrayList<>(LogProcess.flags());
    flags.add("-Duser.home=" + home);
    try (LogProcess process = LogProcess.start(directory, LogProcess.Level.SYNCED, 200, flags)) {
      List<String> lines = process.readAll();
      assertThat(process.exitCode()).isZero();
      assertThat(lines).contains("open", "200");
      assertThat(String.join("\n", lines)).doesNotContain("e-mail").doesNotContain("Process id");
      lines.removeIf(line -> NUMBER.matcher(line).matches());
      lines.removeIf(line -> line.startsWith("WARNING: ")); // a newer JVM, about sun.misc.Unsafe
      assertThat(lines).as("what others print").hasSizeLessThan(7);
    }
    assertThat(home).isEmptyDirectory();
  }

  @Test
  void withoutTheFlagsItSaysWhichOnesToAdd() throws Exception {
    try (LogProcess process = LogProcess.start(directory, LogProcess.Level.LOGGED, 1, List.of())) {
      assertThat(String.join("\n", process.readAll()))
          .contains("\n" + JvmFlags.line() + "\n")
          .contains("Engine.inMemory needs no flags");
      assertThat(process.exitCode()).isNotZero();
    }
    assertThat(directory).isEmptyDirectory();
  }

  private void assertTurnedAway(long pid) {
    EngineException failure = failure(() -> open(directory).close());
    assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(failure)
        .hasMessageContaining("directory=" + directory)
        .hasMessageContaining("pid=" + pid);
  }
}
