package dev.leat.engine.examples.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.leat.engine.examples.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A host under steady load that is killed each minute takes no more of the machine after half an
 * hour than at its beginning, and loses nothing: {@code mvn verify -Psoak -Dminutes=30}.
 */
class SoakTest {
  private static final long RATE = Long.getLong("soak.rate", 20_000);
  private static final long MIB = 1 << 20;

  /** A gauge, and by how much it may seem to grow over a run: so many percent and so much. */
  private record Limit(
      String name, ToLongFunction<Gauges> of, long unit, int percent, long slack) {}

  private static final List<Limit> LIMITS =
      List.of(
          new Limit("file descriptors", Gauges::descriptors, 1, 10, 3),
          new Limit("mapped MiB", Gauges::mapped, MIB, 10, 96 * MIB),
          new Limit("heap MiB", Gauges::heap, MIB, 15, 6 * MIB),
          new Limit("disk MiB", Gauges::disk, MIB, 15, 48 * MIB));

  /**
   * From a start to a kill.
   *
   * @param events how many events there were when it was opened
   * @param openMillis how long it took from the start of the process to the check of all views
   * @param gauges what was measured, in order
   */
  private record Life(long events, long openMillis, List<Gauges> gauges) {
    Gauges last() {
      return gauges.get(gauges.size() - 1);
    }
  }

  private final List<Life> lives = new ArrayList<>();
  private List<Long> acknowledged = new ArrayList<>(Collections.nCopies(SoakEvents.WRITERS, 0L));
  private long lost;
  private long doubled;

  @Test
  @EnabledIfSystemProperty(named = "minutes", matches = "[1-9]\\d*")
  void nothingGrowsAndNothingIsLost(@TempDir Path temp) throws Exception {
    assumeTrue(Gauges.arePossible(), "measuring a process needs /proc");
    int minutes = Integer.getInteger("minutes");
    try {
      for (int minute = 0; minute < minutes; minute++) {
        live(temp.resolve("data"), 60);
      }
      live(temp.resolve("data"), 8); // what the last kill left
    } finally {
      table();
      System.out.printf(
          "%d cycles, %d rows acknowledged, %d lost, %d doubled%n",
          Math.max(0, lives.size() - 1),
          acknowledged.stream().mapToLong(Long::longValue).sum(),
          lost,
          doubled);
    }
    for (Limit limit : LIMITS) {
      double growth = growth(limit.of());
      double mean =
          lives.stream().mapToLong(l -> limit.of().applyAsLong(l.last())).average().orElseThrow();
      assertThat(growth)
          .as("growth of %s over the run, where the mean is %s", limit.name(), mean)
          .isLessThanOrEqualTo(mean * limit.percent() / 100 + limit.slack());
    }
  }

  /** Starts a host, lets it work for so many seconds, and kills it. */
  private void live(Path directory, long seconds) throws IOException, InterruptedException {
    long start = System.nanoTime();
    List<String> arguments =
        List.of(
            directory.toString(),
            String.valueOf(RATE),
            String.join(",", acknowledged.stream().map(String::valueOf).toList()));
    List<Gauges> gauges = new ArrayList<>();
    long events = -1;
    long openMillis = 0;
    try (ChildProcess host = ChildProcess.start(SoakHost.class, "256m", arguments)) {
      for (String line = host.readLine(); line != null; line = host.readLine()) {
        if (line.startsWith("OPEN ")) {
          heardOpen(line);
          events = acknowledged.stream().mapToLong(Long::longValue).sum();
          openMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        } else if (line.startsWith("GAUGES ")) {
          gauges.add(Gauges.parse(line.substring("GAUGES ".length())));
        } else {
          heardAcknowledged(line);
        }
        boolean isOver = System.nanoTime() - start > TimeUnit.SECONDS.toNanos(seconds);
        if (isOver && !host.isKilled() && !gauges.isEmpty()) {
          host.kill();
        }
      }
      int status = host.waitFor();
      assertThat(host.isKilled()).as("the host died by itself, status %s", status).isTrue();
    }
    lives.add(new Life(events, openMillis, gauges));
  }

  private void heardOpen(String line) {
    String[] words = line.split(" ", 5);
    lost += Long.parseLong(words[1]);
    doubled += Long.parseLong(words[2]);
    assertThat(lost + doubled).as(line).isZero();
    assertThat(words[4]).isEmpty();
    acknowledged =
        new ArrayList<>(Arrays.stream(words[3].split(",", -1)).map(Long::parseLong).toList());
  }

  private void heardAcknowledged(String line) {
    String[] words = line.split(" ", 3);
    assertThat(words[0]).as(line).isEqualTo("ACK");
    int writer = Integer.parseInt(words[1]);
    assertThat(Long.parseLong(words[2]))
        .as(line)
        .isEqualTo(acknowledged.get(writer) + SoakEvents.BATCH);
    acknowledged.set(writer, Long.parseLong(words[2]));
  }

  /** By how much a gauge grows from the first to the last life, along a line through all. */
  private double growth(ToLongFunction<Gauges> of) {
    // The first minutes fill what is bounded; the last life is too short to compare.
    List<Life> counted = lives.subList(lives.size() / 6, lives.size() - 1);
    double n = counted.size();
    double meanX = (n - 1) / 2;
    double meanY =
        counted.stream().mapToLong(l -> of.applyAsLong(l.last())).average().orElseThrow();
    double xy = 0;
    double xx = 0;
    for (int i = 0; i < n; i++) {
      xy += (i - meanX) * (of.applyAsLong(counted.get(i).last()) - meanY);
      xx += (i - meanX) * (i - meanX);
    }
    return xx == 0 ? 0 : xy / xx * (n - 1);
  }

  private void table() {
    StringBuilder head = new StringBuilder("life      rows  open ms");
    LIMITS.forEach(limit -> head.append("  ").append(limit.name()));
    System.out.println(head);
    for (int i = 0; i < lives.size(); i++) {
      Life life = lives.get(i);
      StringBuilder line =
          new StringBuilder(String.format("%4d %9d %8d", i, life.events(), life.openMillis()));
      for (Limit limit : LIMITS) {
        String value = String.valueOf(limit.of().applyAsLong(life.last()) / limit.unit());
        line.append("  ").append(" ".repeat(limit.name().length() - value.length())).append(value);
      }
      System.out.println(line);
    }
  }
}
