package dev.leat.engine.benchmarks;

import com.sun.management.ThreadMXBean;
import dev.leat.engine.Pipeline;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;

/**
 * Runs all ways of computing one workload in turn, round by round, in this JVM, so that whatever
 * else the machine does falls on all of them alike. Prints, for each, a line of JSON with the
 * medians of the rounds: wall-clock and CPU time an event, its CPU time as a ratio to the
 * hand-written loop's in the same round, about how much of its CPU time was the compilers', the
 * ratio without that, and bytes allocated an event. {@link Summary} makes a table of the lines of
 * several runs.
 *
 * <p>Arguments: workload, order, and if wanted rounds, events, and the names of those to run. One
 * runs only where it is named: {@code engine-and-definition}, which is {@code engine} with the
 * pipeline defined in each pass.
 */
public final class SideBySide {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final String DEFINITION = "engine-and-definition";
  private static final String RECORDS = "engine-records";
  private static final String DUCKDB = "duckdb";
  private static final int WARM_UP_ROUNDS = 4;
  private static final int WALL = 0;
  private static final int CPU = 1;
  private static final int BYTES = 2;
  private static final int COMPILERS = 3;
  private static final int FIGURES = 4;

  private record Contender(String name, Callable<Object> pass) {}

  private final List<String> names;
  private final List<Contender> contenders = new ArrayList<>();
  private final List<double[][]> rounds = new ArrayList<>();
  private long sink;

  private SideBySide(List<String> names) {
    this.names = names;
  }

  /** Runs the comparison. */
  public static void main(String[] args) throws Exception {
    Workload workload = Workload.valueOf(args[0].toUpperCase(Locale.ROOT));
    Order order = Order.valueOf(args[1].toUpperCase(Locale.ROOT));
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 11;
    int count = args.length > 3 ? Integer.parseInt(args[3]) : Events.COUNT;
    List<String> names = List.of(args).subList(Math.min(4, args.length), args.length);
    new SideBySide(names).run(workload, order, rounds, count);
  }

  private boolean isWanted(String name) {
    return names.isEmpty() || names.contains(name);
  }

  private void add(String name, Callable<Object> pass) {
    if (isWanted(name)) {
      contenders.add(new Contender(name, pass));
    }
  }

  private void run(Workload workload, Order order, int measured, int count) throws Exception {
    Events events = Events.of(count, order);
    EncodedEvents encoded = new EncodedEvents(events);
    List<Click> clicks = isWanted(RECORDS) ? RecordsRun.clicks(events) : List.of();
    Pipeline pipeline = workload.pipeline();
    EncodedRun warm = new EncodedRun(workload, encoded);
    warm.pass();
    try (DuckDb duckDb = new DuckDb(isWanted(DUCKDB) ? events : Events.of(1, order))) {
      add("hand-written", () -> HandWritten.recompute(workload, encoded));
      add("hand-maintained", () -> HandWritten.maintain(workload, encoded));
      add("engine", () -> new EncodedRun(workload, pipeline, encoded).pass());
      if (names.contains(DEFINITION)) {
        add(DEFINITION, () -> new EncodedRun(workload, encoded).pass());
      }
      add("engine-warm", warm::pass);
      add(
          RECORDS,
          () -> {
            try (RecordsRun run = new RecordsRun(workload.pipeline())) {
              return run.pass(clicks);
            }
          });
      add(
          DUCKDB,
          () -> {
            duckDb.recompute(workload);
            return duckDb;
          });
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
      long compilers = ProcessCpu.compilerNanos();
      long cpu = ProcessCpu.nanos();
      long bytes = THREADS.getCurrentThreadAllocatedBytes();
      long wall = System.nanoTime();
      Object result = contenders.get(c).pass().call();
      figures[c] = new double[FIGURES];
      figures[c][WALL] = (double) (System.nanoTime() - wall) / count;
      figures[c][BYTES] = (double) (THREADS.getCurrentThreadAllocatedBytes() - bytes) / count;
      figures[c][CPU] = (double) (ProcessCpu.nanos() - cpu) / count;
      figures[c][COMPILERS] = (double) (ProcessCpu.compilerNanos() - compilers) / count;
      sink += result.hashCode();
    }
    return figures;
  }

  private static double compiled(double[] figures) {
    return figures[CPU] - figures[COMPILERS];
  }

  private double median(ToDoubleFunction<double[][]> figure) {
    double[] values = rounds.stream().mapToDouble(figure).sorted().toArray();
    return values[values.length / 2];
  }

  private void print(Workload workload, Order order) {
    for (int c = 0; c < contenders.size(); c++) {
      int at = c;
      System.out.printf(
          Locale.ROOT,
          "{\"workload\":\"%s\",\"order\":\"%s\",\"what\":\"%s\",\"wall_ns\":%.2f,"
              + "\"cpu_ns\":%.2f,\"ratio\":%.2f,\"compilers_ns\":%.2f,"
              + "\"compiled_ratio\":%.2f,\"bytes\":%.3f}%n",
          workload,
          order,
          contenders.get(c).name(),
          median(r -> r[at][WALL]),
          median(r -> r[at][CPU]),
          median(r -> r[at][CPU] / r[0][CPU]),
          median(r -> r[at][COMPILERS]),
          median(r -> compiled(r[at]) / compiled(r[0])),
          median(r -> r[at][BYTES]));
    }
    if (sink == 0) {
      System.err.println("no results");
    }
  }
}
