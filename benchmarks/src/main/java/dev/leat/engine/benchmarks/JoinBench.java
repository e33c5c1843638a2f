package dev.leat.engine.benchmarks;

import static dev.leat.engine.Expressions.col;

import dev.leat.engine.Pipeline;
import dev.leat.engine.PipelineBuilder;
import dev.leat.engine.Relation;
import dev.leat.engine.Row;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.exec.Dataflow;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What a change costs in joins, at states of three sizes, most of which is not touched: CPU time,
 * the least of several runs, and the bytes of state a row of the left. A user has ten events,
 * whatever the size, so a change of a user changes ten rows of a join.
 *
 * <p>Arguments: the sizes, if others are wanted than 10,000, 100,000 and 1,000,000 events.
 */
public final class JoinBench {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int EVENTS_OF_USER = 10;
  private static final int CHANGES = 100;
  private static final int FILL_ROWS = 8192;
  private static final int EPOCHS = 60;
  private static final int RUNS = 7;

  /** What is measured. */
  enum Query {
    /** Events beside their users, one of which changes. */
    JOIN,
    /** Events beside their users and these users' countries: two joins done as one. */
    CHAIN,
    /** A new event, beside what its user is then. */
    LOOKUP;

    private Pipeline pipeline() {
      return Pipeline.define(this::define);
    }

    private void define(PipelineBuilder p) {
      Relation<Row> users = p.table("users", schema("u_id", "country", "name")).primaryKey("u_id");
      Relation<Row> countries =
          p.table("countries", schema("c_id", "region", "label")).primaryKey("c_id");
      Relation<Row> events = p.stream("events", schema("user_id", "kind", "n"));
      Relation<Row> joined =
          this == LOOKUP
              ? events.lookup(users).on("user_id", "u_id")
              : events.acceptGrowth("measured").leftJoin(users).on("user_id", "u_id");
      if (this == CHAIN) {
        joined = joined.leftJoin(countries).on("country", "c_id");
      }
      joined.where(col("kind").eq(-1L)).acceptGrowth("measured").materialize("none");
    }

    private static Schema schema(String key, String... others) {
      Schema.Builder schema = Schema.builder().required(key, Type.LONG);
      for (String other : others) {
        schema = schema.nullable(other, Type.LONG);
      }
      return schema.build();
    }
  }

  private final Query query;
  private final int users;
  private final Dataflow dataflow;
  private final Map<String, BatchSource> sources = new HashMap<>();
  private final SplittableRandom random = new SplittableRandom(1);
  private final long[] versions;
  private long filledBytes;

  JoinBench(Query query, int size) {
    this.query = query;
    this.users = size / EVENTS_OF_USER;
    this.versions = new long[users];
    this.dataflow =
        new Dataflow(
            query.pipeline().plan(),
            new Dictionary(new Hashing(1)),
            (place, reason, schema, rows, row) -> {
              throw new IllegalStateException(place + ": " + reason);
            },
            node -> sources.computeIfAbsent(node.name(), n -> new BatchSource(new Batch(3))));
  }

  /** Measures. */
  public static void main(String[] args) {
    int[] sizes = {10_000, 100_000, 1_000_000};
    if (args.length > 0) {
      sizes = Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
    }
    for (Query query : Query.values()) {
      for (int size : sizes) {
        JoinBench bench = new JoinBench(query, size);
        double nanos = bench.run();
        System.out.printf(
            Locale.ROOT,
            "%-8s %,9d rows  %7.0f ns a change  %5.0f bytes of state a row%n",
            query,
            size,
            nanos,
            (double) bench.stateBytes() / size);
      }
    }
  }

  /** What operators took when they were filled. */
  long stateBytes() {
    return filledBytes;
  }

  /** Fills the state, and gives the CPU time of a change then, in nanoseconds. */
  double run() {
    for (int first = 0; first < users; first += FILL_ROWS) {
      int from = first;
      int rows = Math.min(FILL_ROWS, users - first);
      step("users", batch(rows, row -> from + row, row -> (from + row) % 200, row -> 0));
    }
    step("countries", batch(200, row -> row, row -> row % 5, row -> row));
    for (int first = 0; query != Query.LOOKUP && first < EVENTS_OF_USER * users; ) {
      int rows = Math.min(FILL_ROWS, EVENTS_OF_USER * users - first);
      step("events", batch(rows, row -> random.nextInt(users), row -> 0, row -> row));
      first += rows;
    }
    filledBytes = dataflow.stateBytes();
    double least = Double.MAX_VALUE;
    for (int run = 0; run < RUNS; run++) {
      long nanos = 0;
      for (int i = 0; i < EPOCHS; i++) {
        nanos +=
            query == Query.LOOKUP
                ? step("events", batch(CHANGES, row -> random.nextInt(users), row -> 0, row -> row))
                : step("users", changedUsers());
      }
      least = Math.min(least, (double) nanos / (EPOCHS * CHANGES));
    }
    return least;
  }

  private interface Values {
    long at(int row);
  }

  /** New rows; their first column is the key, and where a key is of a table its number. */
  private static Batch batch(int rows, Values first, Values second, Values third) {
    Values[] values = {first, second, third};
    Batch batch = new Batch(values.length);
    int[] numbers = new int[rows];
    for (int c = 0; c < values.length; c++) {
      batch.column(c).reset(rows);
      for (int row = 0; row < rows; row++) {
        batch.column(c).set(row, values[c].at(row));
      }
    }
    for (int row = 0; row < rows; row++) {
      numbers[row] = (int) batch.column(0).word(row);
    }
    batch.fill(rows, null);
    batch.number(numbers);
    return batch;
  }

  /** Some users, each once, as they were and with another name. */
  private Batch changedUsers() {
    int start = random.nextInt(users);
    int[] changed = new int[CHANGES];
    Arrays.setAll(changed, i -> (int) ((start + (long) i * (users / CHANGES)) % users));
    Batch batch =
        batch(
            2 * CHANGES,
            row -> changed[row / 2],
            row -> changed[row / 2] % 200,
            row -> versions[changed[row / 2]] + row % 2);
    long[] weights = new long[2 * CHANGES];
    int[] numbers = new int[2 * CHANGES];
    for (int row = 0; row < 2 * CHANGES; row++) {
      weights[row] = row % 2 == 0 ? -1 : 1;
      numbers[row] = changed[row / 2];
      versions[changed[row / 2]] += row % 2;
    }
    batch.fill(2 * CHANGES, weights);
    batch.number(numbers);
    return batch;
  }

  /** Takes rows of one input through, as an epoch. */
  private long step(String input, Batch rows) {
    sources.forEach((name, source) -> source.next(name.equals(input) ? rows : new Batch(3)));
    long start = THREADS.getCurrentThreadCpuTime();
    dataflow.step();
    return THREADS.getCurrentThreadCpuTime() - start;
  }
}
