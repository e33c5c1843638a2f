package dev.leat.engine.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hosts with three sinks (rows that are added, rows that change with deletion vectors and with
 * files of keys) are killed, as {@code kill -9} does, before and after each file of data, deletion
 * vector, manifest, manifest list and metadata, before a commit, and between a commit and its
 * reply, of sinks and of compactions. Some lose a reply first and live on for a while; and some
 * stand still at such a step, and go on when another host, with a copy of their directory, has
 * written to the tables and was killed. Every row that was acknowledged must be in each table once,
 * and no other one.
 */
class LakeKillTest {
  private static final int KILLS_OF_A_LAKE = 10;
  private static final int AT_ONCE = 2;
  private static final int ROUNDS = 4;

  @TempDir private Path temp;

  @Test
  void nothingIsLostOrDoubledWhereverAHostIsKilled() throws Exception {
    int kills = Integer.getInteger("kills", 20);
    long seed = Long.getLong("kills.seed", System.nanoTime() & 0xffff_ffffL);
    HostProcess.Starter starter = new HostProcess.Starter(temp);
    List<String> steps = new ArrayList<>(stepsOfAHost(starter));
    Collections.shuffle(steps, new Random(seed));
    KilledLives.Found all = new KilledLives.Found();
    Map<String, Integer> killed = new HashMap<>();
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    try {
      List<Future<KilledLives>> lives = new ArrayList<>();
      for (int from = 0; from < kills; from += KILLS_OF_A_LAKE) {
        int first = from;
        int end = Math.min(kills, from + KILLS_OF_A_LAKE);
        lives.add(
            threads.submit(
                () -> {
                  KilledLives one =
                      new KilledLives(
                          starter, temp.resolve("lake" + first), steps, new Random(seed + first));
                  one.live(first, end);
                  return one;
                }));
      }
      for (Future<KilledLives> one : lives) {
        all.add(one.get().found());
        one.get().killed().forEach(step -> killed.merge(step, 1, Integer::sum));
      }
    } finally {
      threads.shutdownNow();
      System.out.printf(
          "%d kills, %d rows acknowledged, %d lost, %d doubled%n",
          all.kills, all.rows, all.lost, all.doubled);
    }
    System.out.printf(
        "seed %d; %d zombies, %d lost a reply first, %d compactions; %d orphans found; killed at %d of %d"
            + " steps: %s%n",
        seed,
        all.zombies,
        all.replies,
        all.compactions,
        all.orphans,
        killed.size(),
        steps.size(),
        killed);
    assertThat(all.kills).isEqualTo(kills);
    assertThat(all.lost + all.doubled).isZero();
    assertThat(all.rows).isPositive();
    assertThat(all.zombies).isPositive();
    assertThat(all.compactions).isPositive();
    assertThat(all.orphans).isPositive();
    if (kills >= steps.size()) {
      assertThat(killed.keySet()).containsExactlyInAnyOrderElementsOf(steps);
    }
  }

  /** What a host that nobody kills says of its steps. */
  private Set<String> stepsOfAHost(HostProcess.Starter starter) throws Exception {
    Set<String> steps = new TreeSet<>();
    try (HostProcess host =
        starter.start(
            new HostProcess.Order(
                temp.resolve("undisturbed"), temp.resolve("undisturbed lake"), "", 0, 0, ROUNDS))) {
      for (String line = host.line(); line != null; line = host.line()) {
        if (line.startsWith("STEP ")) {
          steps.add(line.substring("STEP ".length()));
        }
      }
    }
    for (String table : List.of(KilledLake.ADDED, KilledLake.VECTORS, KilledLake.KEYS)) {
      assertThat(steps)
          .contains(
              table + ": before a data file is made",
              table + ": after a data file was written",
              table + ": after a manifest was written",
              table + ": after a manifest list was written",
              table + ": after a metadata file was written",
              table + ": before a commit",
              table + ": " + KilledLives.REPLY);
    }
    assertThat(steps).contains(KilledLake.VECTORS + ": after a deletion vector was written");
    assertThat(steps).contains("care: before a commit", "care: " + KilledLives.REPLY);
    // These come with an opening, and not again and again.
    steps.removeIf(step -> step.endsWith("before the catalog is opened"));
    return steps;
  }
}
