package dev.leat.engine.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Writes the same rows in turn with our sink and with DuckDB's {@code COPY}, round by round, in
 * this JVM, one thread each, and looks whether the files have the same rows. Prints, for each, the
 * least of the rounds: CPU time of the thread that writes, time on the clock, rows a second by
 * both, and the bytes of the files.
 *
 * <p>Arguments: events (2,000,000) and rounds (7).
 */
public final class LakeWriterSpeed {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int WARM_UP_ROUNDS = 3;

  /** What a way of writing took in one round. */
  private record Figures(double cpuNanos, double wallNanos, long bytes) {}

  private LakeWriterSpeed() {}

  /** Runs the comparison. */
  public static void main(String[] args) throws Exception {
    int count = args.length > 0 ? Integer.parseInt(args[0]) : Events.COUNT;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 7;
    List<String> lines = run(count, rounds);
    lines.forEach(System.out::println);
  }

  static List<String> run(int count, int rounds) throws Exception {
    LakeRows rows = new LakeRows(Events.of(count, Order.TIMED));
    try (LakeWriters writers = new LakeWriters(rows)) {
      Map<String, Callable<Path>> ways = new LinkedHashMap<>();
      ways.put("leat", writers::leat);
      ways.put("leat, partitioned", writers::leatPartitioned);
      ways.put("duckdb COPY", writers::duckDb);
      compare(writers, ways);
      Map<String, List<Figures>> all = new LinkedHashMap<>();
      for (int round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
        for (Map.Entry<String, Callable<Path>> way : ways.entrySet()) {
          Figures figures = figures(way.getValue(), count);
          if (round >= WARM_UP_ROUNDS) {
            all.computeIfAbsent(way.getKey(), k -> new ArrayList<>()).add(figures);
          }
        }
      }
      return lines(all, count);
    }
  }

  private static void compare(LakeWriters writers, Map<String, Callable<Path>> ways)
      throws Exception {
    String expected = "";
    for (Callable<Path> way : ways.values()) {
      Path written = way.call();
      String found = writers.contents(written);
      LakeWriters.delete(written);
      if (!expected.isEmpty() && !found.equals(expected)) {
        throw new IllegalStateException("other rows: " + found + " and not " + expected);
      }
      expected = found;
    }
  }

  private static Figures figures(Callable<Path> way, int count) throws Exception {
    long cpu = THREADS.getCurrentThreadCpuTime();
    long wall = System.nanoTime();
    Path written = way.call();
    double wallNanos = (double) (System.nanoTime() - wall) / count;
    double cpuNanos = (double) (THREADS.getCurrentThreadCpuTime() - cpu) / count;
    long bytes = LakeWriters.bytes(written);
    LakeWriters.delete(written);
    return new Figures(cpuNanos, wallNanos, bytes);
  }

  private static List<String> lines(Map<String, List<Figures>> all, int count) {
    List<String> lines = new ArrayList<>();
    lines.add("| " + count + " rows | CPU ns/row | K rows/CPU s | wall ns/row | K rows/s | MB |");
    lines.add("|---|---|---|---|---|---|");
    all.forEach(
        (name, rounds) -> {
          double cpu = rounds.stream().mapToDouble(Figures::cpuNanos).min().orElseThrow();
          double wall = rounds.stream().mapToDouble(Figures::wallNanos).min().orElseThrow();
          lines.add(
              String.format(
                  Locale.ROOT,
                  "| %s | %.0f | %.0f | %.0f | %.0f | %.1f |",
                  name,
                  cpu,
                  1e6 / cpu,
                  wall,
                  1e6 / wall,
                  rounds.get(0).bytes() / 1e6));
        });
    return lines;
  }
}
