package dev.leat.engine.examples.clickstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A host is killed again and again, at random points. Each time it starts it must find every event
 * that was acknowledged, at most the one more that was on its way, and views of exactly these.
 *
 * <p>More kills: {@code -Dkills=1000}; the same again: {@code -Dkills.seed=...}, as the message
 * says, which repeats the choices but not the operating system's timing.
 */
class KillTest {
  private static final int KILLS = Integer.getInteger("kills", 50);
  private static final long SEED = Long.getLong("kills.seed", System.nanoTime());
  private static final int HOSTS = 2;
  private static final int MAX_MORE = 2000;
  private static final List<String> FLAGS =
      List.of(
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
          "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-Xmx128m");

  @Test
  void whatIsAcknowledgedIsKeptAndNothingIsDoubled(@TempDir Path temp) throws Exception {
    ExecutorService hosts = Executors.newFixedThreadPool(HOSTS);
    try {
      List<Future<Integer>> kills =
          hosts.invokeAll(
              List.of(
                  (Callable<Integer>) () -> new Killer(temp.resolve("a"), SEED).run(KILLS / 2),
                  () -> new Killer(temp.resolve("b"), ~SEED).run(KILLS - KILLS / 2)),
              120 + 10L * KILLS,
              TimeUnit.SECONDS);
      assertThat(kills.get(0).get() + kills.get(1).get()).isEqualTo(KILLS);
    } finally {
      hosts.shutdownNow();
    }
  }

  /** Kills one host after another on directories of its own. */
  private static final class Killer {
    private final Path temp;
    private final long seed;
    private final Random random;
    private int kills;
    private int acknowledged;

    Killer(Path temp, long seed) {
      this.temp = temp;
      this.seed = seed;
      this.random = new Random(seed);
    }

    int run(int wanted) throws IOException, InterruptedException {
      for (int round = 0; kills < wanted; round++) {
        Path directory = temp.resolve("round-" + round);
        acknowledged = 0;
        while (!host(directory, SampleEvents.ALL, kills < wanted ? random.nextInt(7) : -1)) {
          assertThat(acknowledged).as(place()).isLessThanOrEqualTo(SampleEvents.ALL);
        }
        try (Engine engine = Engine.open(directory, ClickstreamPipeline.define())) {
          Tables.assertGolden(engine, SampleEvents.ALL);
        }
        int more = SampleEvents.ALL + 1 + random.nextInt(MAX_MORE);
        int last = Math.min(wanted, kills + 10);
        while (!host(directory, more, kills < last ? random.nextInt(300) : -1)) {
          assertThat(acknowledged).as(place()).isLessThanOrEqualTo(more);
        }
        assertThat(acknowledged).as(place()).isEqualTo(more);
      }
      return kills;
    }

    private String place() {
      return "kill " + kills + " of " + temp + ", -Dkills.seed=" + seed;
    }

    /**
     * Runs a host, and kills it when it has said so many lines since its start, and a moment.
     *
     * @param lines negative if it is not to be killed
     * @return was it done before it was killed?
     */
    private boolean host(Path directory, int wanted, int lines)
        throws IOException, InterruptedException {
      Process host =
          new ProcessBuilder(command(directory, wanted))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      boolean isKilled = false;
      boolean isDone = false;
      int left = lines;
      try (BufferedReader out = host.inputReader(StandardCharsets.UTF_8)) {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          isDone |= line.equals("DONE");
          heard(line);
          if (left-- == 0 && !isDone) {
            spin(random.nextInt(lines == 0 ? 400_000_000 : 1_000_000));
            // Not Process.destroyForcibly, which closes the pipe with what is still to be read.
            host.toHandle().destroyForcibly();
            isKilled = true;
          }
        }
      } finally {
        host.destroyForcibly();
      }
      int status = host.waitFor();
      if (isDone) {
        return true;
      }
      assertThat(isKilled).as("%s: the host died by itself, status %s", place(), status).isTrue();
      kills++;
      return false;
    }

    private void heard(String line) {
      String[] words = line.split(" ", 3);
      if (words[0].equals("OPEN")) {
        int held = Integer.parseInt(words[1]);
        assertThat(words[2]).as(place()).isEqualTo("right");
        assertThat(held).as(place()).isBetween(acknowledged, acknowledged + 1);
        acknowledged = held;
      } else if (words[0].equals("ACK")) {
        assertThat(Integer.parseInt(words[1])).as(place()).isEqualTo(++acknowledged);
      } else {
        assertThat(line).as(place()).isIn("START", "DONE");
      }
    }

    private List<String> command(Path directory, int wanted) {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(FLAGS);
      command.add("-cp");
      command.add(System.getProperty("java.class.path"));
      command.add(KilledHost.class.getName());
      command.add(directory.toString());
      command.add(String.valueOf(wanted));
      return command;
    }

    private static void spin(long nanos) {
      long end = System.nanoTime() + nanos;
      while (System.nanoTime() < end) {
        Thread.onSpinWait();
      }
    }
  }
}
