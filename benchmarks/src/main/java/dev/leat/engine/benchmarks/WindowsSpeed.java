package dev.leat.engine.benchmarks;

import dev.leat.engine.internal.state.StoredRows;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Windows of time from encoded batches of 8,192 events, in the order of time: each {@link
 * WindowQuery} beside what it is compared with, in turn in one JVM. CPU time of this thread, the
 * least of some rounds: what the compiler and the collector take does not count.
 *
 * <p>{@code java -Xmx4g -cp benchmarks.jar dev.leat.engine.benchmarks.WindowsSpeed [events]
 * [rounds]}
 */
public final class WindowsSpeed {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int ROUNDS = 6;

  private WindowsSpeed() {}

  public static void main(String[] args) {
    int count = args.length > 0 ? Integer.parseInt(args[0]) : Events.COUNT;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : ROUNDS;
    EncodedEvents events = new EncodedEvents(Events.of(count, Order.TIMED));
    check(events);
    WindowQuery[] queries = WindowQuery.values();
    Map<WindowQuery, Double> least = new EnumMap<>(WindowQuery.class);
    for (int round = 0; round < rounds; round++) {
      for (WindowQuery query : queries) {
        long begin = THREADS.getCurrentThreadCpuTime();
        long rows = query.pass(events);
        long took = THREADS.getCurrentThreadCpuTime() - begin;
        if (rows == 0) {
          throw new IllegalStateException("no rows: " + query);
        }
        least.merge(query, (double) took / count, Math::min);
      }
    }
    System.out.printf(Locale.ROOT, "%,d events, the least of %d rounds%n", count, rounds);
    for (WindowQuery query : queries) {
      System.out.printf(
          Locale.ROOT,
          "%-24s %7.1f ns an event, %5.2f times %s%n",
          query,
          Objects.requireNonNull(least.get(query)),
          Objects.requireNonNull(least.get(query))
              / Objects.requireNonNull(least.get(query.basis())),
          query.basis());
    }
  }

  /** That the engine and the loop give the same. */
  static void check(EncodedEvents events) {
    WindowsLoop loop = new WindowsLoop(events.dictionary());
    events.batches().forEach(loop::fold);
    StoredRows.Snapshot rows = WindowQuery.tenMinutes(events).snapshot();
    List<List<Long>> found = new ArrayList<>();
    for (int row = 0; row < rows.bound(); row++) {
      if (rows.weight(row) != 0) {
        List<Long> values = new ArrayList<>();
        for (int c = 0; c < rows.schema().size(); c++) {
          values.add(rows.word(row, c));
        }
        found.add(values);
      }
    }
    found.sort(Comparator.comparing(values -> values.get(0)));
    if (!found.equals(loop.rows())) {
      throw new IllegalStateException("windows differ from the loop's");
    }
  }
}
