package dev.leat.engine.benchmarks;

import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.desc;
import static dev.leat.engine.Expressions.lag;
import static dev.leat.engine.Expressions.max;
import static dev.leat.engine.Expressions.sum;

import dev.leat.engine.Pipeline;
import dev.leat.engine.Relation;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.exec.Dataflow;
import dev.leat.engine.plan.Frame;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * What a change costs in relations over an order, at states of three sizes: CPU time, the least of
 * several runs, and the bytes of state a row. Most of the state is not touched, so a time must not
 * grow with it by more than the logarithm does.
 *
 * <p>Arguments: the sizes, if others are wanted than 10,000, 100,000 and 1,000,000.
 */
public final class OrderBench {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int ROWS = 1024;
  private static final int EPOCHS = 60;
  private static final int RUNS = 7;
  private static final int USERS_SHARE = 20;

  /** What is measured. */
  enum Query {
    /** The views of each page alone: what the next costs without an order. */
    PAGES(
        clicks ->
            clicks
                .groupBy(Click::pageUrl)
                .aggregate(count().as("views"))
                .where(col("views").eq(-1L))),
    /** The ten pages with the most views; as many pages as the state has rows. */
    TOP_PAGES(
        clicks ->
            clicks
                .groupBy(Click::pageUrl)
                .aggregate(count().as("views"))
                .orderBy(desc("views"), asc("page_url"))
                .limit(10)),
    /**
     * The ten pages that were not seen for longest, each of which is seen next: every change takes
     * the first one away, and nothing is far behind for long.
     */
    STALE_PAGES(
        clicks ->
            clicks
                .groupBy(Click::pageUrl)
                .aggregate(max(Click::eventTs).as("seen"))
                .orderBy(asc("seen"), asc("page_url"))
                .limit(10)),
    /** The newest click of each session; as many sessions as the state has rows. */
    LAST_OF_SESSION(
        clicks -> clicks.partitionBy(Click::sessionId).orderBy(desc(Click::eventTs)).first()),
    /** The page before, of each user; twenty clicks a user. */
    LAG(
        clicks ->
            clicks
                .select("user_id", "page_url", "event_ts")
                .partitionBy("user_id")
                .orderBy(asc("event_ts"))
                .with(lag(col("page_url")).as("previous"))
                .acceptGrowth("measured")),
    /** A sum over the ten clicks before, in one partition of all. */
    FRAME(
        clicks ->
            clicks
                .groupBy(Click::pageUrl)
                .aggregate(count().as("views"))
                .orderBy(asc("page_url"))
                .with(sum(col("views")).over(Frame.rows(10, 0)).as("near")));

    @SuppressWarnings("ImmutableEnumChecker") // These functions keep nothing.
    private final Function<Relation<Click>, Relation<?>> of;

    Query(Function<Relation<Click>, Relation<?>> of) {
      this.of = of;
    }

    private Pipeline pipeline() {
      return Pipeline.define(
          p ->
              of.apply(p.stream("clicks", Click.class))
                  .materialize(name().toLowerCase(Locale.ROOT)));
    }
  }

  private final Query query;
  private final int size;
  private final BatchSource source = new BatchSource(EncodedEvents.empty());
  private final Dictionary dictionary = new Dictionary(new Hashing(1));
  private final Dataflow dataflow;
  private final Batch batch = EncodedEvents.empty();
  private final SplittableRandom random = new SplittableRandom(1);
  private long micros;
  private int turn;
  private long filledBytes;

  OrderBench(Query query, int size) {
    this.query = query;
    this.size = size;
    for (int code = 0; code < size; code++) {
      dictionary.intern(String.format(Locale.ROOT, "%07d", code));
    }
    dataflow =
        new Dataflow(
            query.pipeline().plan(),
            dictionary,
            (place, reason, schema, rows, row) -> {
              throw new IllegalStateException(place + ": " + reason);
            },
            node -> source);
  }

  /** Measures. */
  public static void main(String[] args) {
    int[] sizes = {10_000, 100_000, 1_000_000};
    if (args.length > 0) {
      sizes = java.util.Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
    }
    for (Query query : Query.values()) {
      for (int size : sizes) {
        OrderBench bench = new OrderBench(query, size);
        double nanos = bench.run();
        System.out.printf(
            Locale.ROOT,
            "%-16s %,9d rows  %7.0f ns a change  %5.0f bytes of state a row%n",
            query,
            size,
            nanos,
            (double) bench.stateBytes() / size);
      }
    }
  }

  /** Fills the state, and gives the CPU time of a change then, in nanoseconds. */
  double run() {
    for (int first = 0; first < size; first += ROWS) {
      epoch(first, Math.min(ROWS, size - first));
    }
    filledBytes = dataflow.stateBytes();
    double least = Double.MAX_VALUE;
    for (int run = 0; run < RUNS; run++) {
      long nanos = 0;
      for (int i = 0; i < EPOCHS; i++) {
        nanos += epoch(-1, ROWS);
      }
      least = Math.min(least, (double) nanos / (EPOCHS * ROWS));
    }
    return least;
  }

  /** What operators and the view took when they were filled. */
  long stateBytes() {
    return filledBytes;
  }

  /** The key of an event when the state is filled. */
  private int nextKey() {
    if (query == Query.STALE_PAGES) {
      turn = (turn + 1) % size;
      return turn;
    }
    return random.nextInt(size);
  }

  /** Takes an epoch of consecutive keys through, or of others; gives nanoseconds. */
  private long epoch(int first, int rows) {
    for (int c = 0; c < batch.columnCount(); c++) {
      batch.column(c).reset(rows);
    }
    for (int row = 0; row < rows; row++) {
      int key = first < 0 ? nextKey() : first + row;
      batch.column(EncodedEvents.USER).set(row, key / USERS_SHARE);
      batch.column(EncodedEvents.SESSION).set(row, key);
      batch.column(EncodedEvents.PAGE).set(row, key);
      batch.column(EncodedEvents.MICROS).set(row, ++micros);
      for (int c :
          new int[] {0, EncodedEvents.TYPE, 5, EncodedEvents.DEVICE, EncodedEvents.COUNTRY}) {
        batch.column(c).set(row, 0);
      }
    }
    batch.fill(rows, null);
    source.next(batch);
    long start = THREADS.getCurrentThreadCpuTime();
    dataflow.step();
    return THREADS.getCurrentThreadCpuTime() - start;
  }
}
