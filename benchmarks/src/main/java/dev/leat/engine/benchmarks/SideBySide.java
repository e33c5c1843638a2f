package dev.leat.engine.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/**
 * Runs all ways of computing one workload in turn, round by round, in this JVM, so that whatever
 * else the machine does falls on all of them alike. Prints, for each, the medians of the rounds:
 * wall-clock and thread CPU time an event, its CPU time as a ratio to the hand-written loop's in
 * the same round, and bytes allocated an event.
 *
 * <p>Arguments: workload, order, rounds, events.
 */
public final class SideBySide {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int WARM_UP_ROUNDS = 4;
  private static final int WALL = 0;
  private static final int CPU = 1;
  private static final int BYTES = 2;

  private record Contender(String name, Callable<Object> pass) {}

  private final List<Contender> contenders = new ArrayList<>();
  private final List<double[][]> rounds = new ArrayList<>();
  private long sink;

  private SideBySide() {}

  /** Runs the comparison. */
  public static void main(String[] args) throws Exception {
    Workload workload = Workload.valueOf(args[0].toUpperCase(Locale.ROOT));
    Order order = Order.valueOf(args[1].toUpperCase(Locale.ROOT));
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 11;
    int count = args.length > 3 ? Integer.parseInt(args[3]) : Events.COUNT;
    new SideBySide().run(workload, order, rounds, count);
  }

  private void run(Workload workload, Order order, int measured, int count) throws Exception {
    Events events = Events.of(count, order);
    EncodedEvents encoded = new EncodedEvents(events);
    List<Click> clicks = RecordsRun.clicks(events);
    EncodedRun warm = new EncodedRun(workload, encoded);
    warm.pass();
    try (DuckDb duckDb = new DuckDb(events)) {
      contenders.add(new Contender("hand-written", () -> HandWritten.recompute(workload, encoded)));
      contenders.add(
          new Contender("hand-maintained", () -> HandWritten.maintain(workload, encoded)));
      contenders.add(new Contender("engine", () -> new EncodedRun(workload, encoded).pass()));
      contenders.add(new Contender("engine-warm", warm::pass));
      contenders.add(
          new Contender(
              "engine-records",
              () -> {
                try (RecordsRun run = new RecordsRun(workload.pipeline())) {
                  return run.pass(clicks);
                }
              }));
      contenders.add(
          new Contender(
              "duckdb",
              () -> {
                duckDb.recompute(workload);
                return duckDb;
              }));
      for (int round = 0; round < WARM_UP_ROUNDS + measured; round++) {
        double[][] figures = round(count);
        if (round >= WARM_UP_ROUNDS) {
          rounds.add(figures);
        }
      }
    }
    print(workload, order);
  }

  private double[][] round(int count) throws Exception {
    double[][] figures = new double[contenders.size()][];
    for (int c = 0; c < figures.length; c++) {
      long bytes = THREADS.getCurrentThreadAllocatedBytes();
      long cpu = THREADS.getCurrentThreadCpuTime();
      long wall = System.nanoTime();
      Object result = contenders.get(c).pass().call();
      figures[c] = new double[3];
      figures[c][WALL] = (double) (System.nanoTime() - wall) / count;
      figures[c][CPU] = (double) (THREADS.getCurrentThreadCpuTime() - cpu) / count;
      figures[c][BYTES] = (double) (THREADS.getCurrentThreadAllocatedBytes() - bytes) / count;
      sink += result.hashCode();
    }
    return figures;
  }

  private double median(java.util.function.ToDoubleFunction<double[][]> figure) {
    double[] values = rounds.stream().mapToDouble(figure).sorted().toArray();
    return values[values.length / 2];
  }

  private void print(Workload workload, Order order) {
    List<String> lines = new ArrayList<>();
    for (int c = 0; c < contenders.size(); c++) {
      int at = c;
      double cpu = median(r -> r[at][CPU]);
      lines.add(
          String.format(
              Locale.ROOT,
              "%-9s %-9s %-16s %8.2f %8.2f %9.2f %8.2f %9.2f",
              workload,
              order,
              contenders.get(c).name(),
              median(r -> r[at][WALL]),
              cpu,
              1000 / cpu,
              median(r -> r[at][CPU] / r[0][CPU]),
              median(r -> r[at][BYTES])));
    }
    System.out.printf(
        "%-9s %-9s %-16s %8s %8s %9s %8s %9s%n",
        "workload", "order", "what", "wall ns", "cpu ns", "M/s core", "x hand", "bytes");
    lines.forEach(System.out::println);
    assert sink != Arrays.hashCode(new long[0]) : "keeps the results alive";
  }
}
