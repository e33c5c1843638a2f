package dev.leat.engine.examples.clickstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Durability;
import dev.leat.engine.examples.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A host to which several threads append is killed again and again, at random points. Each time it
 * starts it must find every event that was acknowledged, once, the append that was on its way whole
 * or not at all, and views of exactly these events. In every other round each start has other views
 * of the pipeline, so that hosts are also killed while views are built from the log.
 *
 * <p>More kills: {@code mvn verify -Pkills -Dkills=500}; the same again: {@code -Dkills.seed=...},
 * as the message says, which repeats the choices but not the operating system's timing.
 */
class KillTest {
  private static final int KILLS = Integer.getInteger("kills", 25);
  private static final long SEED = Long.getLong("kills.seed", System.nanoTime());
  private static final int HOSTS = 2;
  private static final int KILLS_OF_A_ROUND = 8;
  private static final int MAX_BATCHES = 400;
  private static final int VIEWS = KilledEvents.views();

  @Test
  void whatIsAcknowledgedIsKeptAndNothingIsDoubled(@TempDir Path temp) throws Exception {
    List<Killer> killers =
        List.of(new Killer(temp.resolve("a"), SEED, 0), new Killer(temp.resolve("b"), ~SEED, 1));
    ExecutorService hosts = Executors.newFixedThreadPool(HOSTS);
    try {
      List<Future<Void>> done =
          hosts.invokeAll(
              List.of(
                  (Callable<Void>) () -> killers.get(0).run(KILLS / 2),
                  () -> killers.get(1).run(KILLS - KILLS / 2)),
              120 + 20L * KILLS,
              TimeUnit.SECONDS);
      for (Future<Void> each : done) {
        each.get();
      }
    } finally {
      hosts.shutdownNow();
      System.out.printf(
          "killed with a changed pipeline: %d, while views were built: %d, amid a checkpoint: %d%n",
          killers.stream().mapToInt(k -> k.changed).sum(),
          killers.stream().mapToInt(k -> k.amidBuilds).sum(),
          killers.stream().mapToInt(k -> k.amidCheckpoints).sum());
      System.out.printf(
          "%d cycles, %d rows acknowledged, %d lost, %d doubled%n",
          killers.stream().mapToInt(k -> k.kills).sum(),
          killers.stream().mapToLong(k -> k.rows).sum(),
          killers.stream().mapToLong(k -> k.lost).sum(),
          killers.stream().mapToLong(k -> k.doubled).sum());
    }
    assertThat(killers.stream().mapToInt(k -> k.kills).sum()).isEqualTo(KILLS);
    if (KILLS > 2 * KILLS_OF_A_ROUND) {
      assertThat(killers.stream().mapToInt(k -> k.changed).sum()).isPositive();
    }
  }

  /** Kills one host after another on directories of its own. */
  private static final class Killer {
    private final Path temp;
    private final long seed;
    private final Random random;
    private List<Integer> acknowledged = new ArrayList<>();
    private final int firstChanged;
    private boolean isBuilding;
    private int kills;
    private int changed;
    private int amidBuilds;
    private int amidCheckpoints;
    private long rows;
    private long lost;
    private long doubled;

    /**
     * A killer.
     *
     * @param firstChanged 1 if the first round has changing views, 0 if the second
     */
    Killer(Path temp, long seed, int firstChanged) {
      this.temp = temp;
      this.firstChanged = firstChanged;
      this.seed = seed;
      this.random = new Random(seed);
    }

    Void run(int wanted) throws IOException, InterruptedException {
      for (int round = 0; kills < wanted; round++) {
        Path directory = temp.resolve("round-" + round);
        boolean isChanging = (round + firstChanged) % 2 == 1;
        Durability durability = (round + 1) / 2 % 2 == 0 ? Durability.LOGGED : Durability.SYNCED;
        acknowledged = new ArrayList<>(Collections.nCopies(KilledEvents.WRITERS, 0));
        int batches =
            isChanging ? MAX_BATCHES - random.nextInt(100) : 1 + random.nextInt(MAX_BATCHES);
        int last = Math.min(wanted, kills + KILLS_OF_A_ROUND);
        Supplier<List<String>> arguments =
            () ->
                List.of(
                    directory.toString(),
                    durability.name(),
                    isChanging ? String.valueOf(random.nextInt(1 << VIEWS)) : "all",
                    String.valueOf(batches));
        while (!host(arguments.get(), kills < last ? linesToDeath(durability, isChanging) : -1)) {
          assertThat(acknowledged).as(place()).allMatch(n -> n <= batches);
        }
        assertThat(acknowledged).as(place()).allMatch(n -> n == batches);
        // Opened once more, everything is there.
        assertThat(host(arguments.get(), -1)).isTrue();
        count();
      }
      return null;
    }

    /** So many lines after its start a host is killed; some hosts while they open. */
    private int linesToDeath(Durability durability, boolean isChanging) {
      int held = acknowledged.stream().mapToInt(Integer::intValue).sum();
      if (isChanging && held < MAX_BATCHES) {
        return MAX_BATCHES
            + random.nextInt(MAX_BATCHES); // so that there is something to build from
      }
      if (isChanging && random.nextInt(4) > 0) {
        return 1; // which says that views are being built, if some are
      }
      return random.nextInt(4) == 0
          ? random.nextInt(2)
          : random.nextInt(durability == Durability.SYNCED ? 100 : 500);
    }

    private void count() {
      for (int writer = 0; writer < KilledEvents.WRITERS; writer++) {
        for (int batch = 0; batch < acknowledged.get(writer); batch++) {
          rows += KilledEvents.batch(writer, batch).size();
        }
      }
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
    private boolean host(List<String> arguments, int lines)
        throws IOException, InterruptedException {
      List<String> all = new ArrayList<>(arguments);
      all.add(String.join(",", acknowledged.stream().map(String::valueOf).toList()));
      boolean isDone = false;
      isBuilding = false;
      int left = lines;
      try (ChildProcess host = ChildProcess.start(KilledHost.class, "128m", all)) {
        for (String line = host.readLine(); line != null; line = host.readLine()) {
          isDone |= line.equals("DONE");
          heard(line);
          if (left-- == 0 && !isDone) {
            spin(random.nextInt(lines == 0 ? 400_000_000 : isBuilding ? 4_000_000 : 1_000_000));
            host.kill();
          }
        }
        int status = host.waitFor();
        if (!isDone) {
          assertThat(host.isKilled())
              .as("%s: the host died by itself, status %s", place(), status)
              .isTrue();
          kills++;
          changed += arguments.get(2).equals("all") ? 0 : 1;
          amidBuilds += isBuilding ? 1 : 0;
          amidCheckpoints += hasDraft(Path.of(arguments.get(0))) ? 1 : 0;
        }
      }
      return isDone;
    }

    private void heard(String line) {
      String[] words = line.split(" ", 5);
      if (words[0].equals("OPEN")) {
        lost += Long.parseLong(words[1]);
        doubled += Long.parseLong(words[2]);
        assertThat(lost + doubled).as(place() + ": " + line).isZero();
        assertThat(words[4]).as(place()).isEmpty();
        acknowledged =
            new ArrayList<>(Arrays.stream(words[3].split(",", -1)).map(Integer::parseInt).toList());
      } else if (words[0].equals("ACK")) {
        int writer = Integer.parseInt(words[1]);
        int batch = Integer.parseInt(words[2]);
        assertThat(batch).as(place()).isEqualTo(acknowledged.get(writer) + 1);
        acknowledged.set(writer, batch);
      } else {
        assertThat(line).as(place()).isIn("START", "BUILDING", "BUILT", "DONE");
        isBuilding = line.equals("BUILDING") || (isBuilding && !line.equals("BUILT"));
      }
    }

    /** Was a checkpoint written and not yet published? */
    private static boolean hasDraft(Path directory) throws IOException {
      Path checkpoints = directory.resolve("checkpoints");
      if (!Files.isDirectory(checkpoints)) {
        return false;
      }
      try (Stream<Path> files = Files.list(checkpoints)) {
        return files.anyMatch(file -> file.toString().endsWith(".draft"));
      }
    }

    private static void spin(long nanos) {
      long end = System.nanoTime() + nanos;
      while (System.nanoTime() < end) {
        Thread.onSpinWait();
      }
    }
  }
}
