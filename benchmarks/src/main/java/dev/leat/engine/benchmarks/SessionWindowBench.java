package dev.leat.engine.benchmarks;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.gap;
import static dev.leat.engine.Expressions.sessionStart;
import static dev.leat.engine.Windows.outOfOrderBy;

import dev.leat.engine.Pipeline;
import dev.leat.engine.Relation;
import dev.leat.engine.Row;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.exec.Dataflow;
import dev.leat.engine.internal.state.StoredRows;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Field;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * Sessions of 30 minutes of each user, with what happened in them, from encoded batches: the engine
 * beside a loop for this one query, in turn in the same JVM. CPU time of this thread; medians of
 * several rounds, and ratios taken within a round.
 *
 * <p>Arguments: the number of events, if another is wanted than two million.
 */
public final class SessionWindowBench {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final Duration GAP = Duration.ofMinutes(30);
  private static final long GAP_MICROS = GAP.toSeconds() * 1_000_000;
  private static final Duration OUT_OF_ORDER = Duration.ofMinutes(5);
  private static final int WARM_UP_ROUNDS = 4;
  private static final int ROUNDS = 7;

  /** Those who keep every row, and shuffled events, are measured with so many less. */
  private static final int SHARE = 10;

  /** One way to compute them; gives how many sessions or rows there are. */
  private record Contender(String name, EncodedEvents events, ToIntFunction<EncodedEvents> pass) {}

  private SessionWindowBench() {}

  /** Measures. */
  public static void main(String[] args) {
    int count = args.length > 0 ? Integer.parseInt(args[0]) : Events.COUNT;
    EncodedEvents timed = new EncodedEvents(Events.of(count, Order.TIMED));
    EncodedEvents fewer = new EncodedEvents(Events.of(count / SHARE, Order.TIMED));
    EncodedEvents shuffled = new EncodedEvents(Events.of(count / SHARE, Order.SHUFFLED));
    Run warm = new Run(timed, SessionWindowBench::summaries);
    warm.pass();
    List<Contender> contenders =
        List.of(
            new Contender("hand-written loop", timed, SessionWindowBench::loop),
            new Contender("summaries", timed, SessionWindowBench::summarize),
            new Contender(
                "summaries that close",
                timed,
                events -> new Run(events, SessionWindowBench::closing).pass()),
            new Contender("summaries, all rows once more", timed, events -> warm.pass()),
            new Contender("summaries, a tenth, shuffled", shuffled, SessionWindowBench::summarize),
            new Contender(
                "rows, a tenth", fewer, events -> new Run(events, SessionWindowBench::rows).pass()),
            new Contender(
                "rows, a tenth, shuffled",
                shuffled,
                events -> new Run(events, SessionWindowBench::rows).pass()));
    compare(contenders);
    System.out.printf(Locale.ROOT, "%,d bytes of state for summaries%n", warm.stateBytes());
  }

  private static void compare(List<Contender> contenders) {
    double[][] nanos = new double[contenders.size()][ROUNDS];
    double[][] ratios = new double[contenders.size()][ROUNDS];
    int[] results = new int[contenders.size()];
    for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      for (int c = 0; c < contenders.size(); c++) {
        Contender contender = contenders.get(c);
        long start = THREADS.getCurrentThreadCpuTime();
        results[c] = contender.pass().applyAsInt(contender.events());
        long took = THREADS.getCurrentThreadCpuTime() - start;
        if (round >= 0) {
          nanos[c][round] = (double) took / contender.events().count();
          ratios[c][round] = nanos[c][round] / nanos[0][round];
        }
      }
    }
    for (int c = 0; c < contenders.size(); c++) {
      System.out.printf(
          Locale.ROOT,
          "%-30s %,9d results %7.1f ns an event, least %7.1f, %6.2f times the loop%n",
          contenders.get(c).name(),
          results[c],
          median(nanos[c]),
          Arrays.stream(nanos[c]).min().orElse(0),
          median(ratios[c]));
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static int loop(EncodedEvents events) {
    return handWritten(events).sessions();
  }

  /** The loop, when it is done. */
  static SessionWindowLoop handWritten(EncodedEvents events) {
    SessionWindowLoop loop = new SessionWindowLoop(events.dictionary(), GAP_MICROS);
    events.batches().forEach(loop::fold);
    loop.finish();
    return loop;
  }

  /** The engine's sessions; gives how many there are. */
  static int summarize(EncodedEvents events) {
    return new Run(events, SessionWindowBench::summaries).pass();
  }

  /** What the engine computes. */
  static List<String> engineRows(EncodedEvents events) {
    Run run = new Run(events, SessionWindowBench::summaries);
    run.pass();
    return run.rows();
  }

  private static Relation<Row> summaries(Relation<Click> clicks) {
    return clicks.sessionize(gap(GAP)).on(Click::eventTs).by(Click::userId).aggregate(figures());
  }

  private static Relation<Row> closing(Relation<Click> clicks) {
    return clicks
        .eventTime(Click::eventTs, outOfOrderBy(OUT_OF_ORDER))
        .sessionize(gap(GAP))
        .on(Click::eventTs)
        .by(Click::userId)
        .closing(Duration.ZERO)
        .aggregate(figures());
  }

  private static AggregateCall[] figures() {
    Expr type = col("event_type");
    return new AggregateCall[] {
      count().as("events"),
      count().where(type.eq("page_view")).as("page_views"),
      count().where(type.eq("add_to_cart")).as("carts"),
      count().where(type.eq("purchase")).as("purchases")
    };
  }

  private static Relation<Row> rows(Relation<Click> clicks) {
    return clicks
        .select("user_id", "event_type", "event_ts")
        .sessionize(gap(GAP))
        .on("event_ts")
        .by("user_id")
        .with(sessionStart());
  }

  /** The engine's operators and a view over encoded events. */
  private static final class Run {
    private final EncodedEvents events;
    private final BatchSource source = new BatchSource(EncodedEvents.empty());
    private final Dataflow dataflow;

    private Run(EncodedEvents events, Function<Relation<Click>, Relation<Row>> query) {
      this.events = events;
      Pipeline pipeline =
          Pipeline.define(
              p ->
                  query
                      .apply(p.stream("clicks", Click.class))
                      .acceptGrowth("measured")
                      .materialize("result"));
      this.dataflow =
          new Dataflow(
              pipeline.plan(),
              events.dictionary(),
              (place, reason, schema, batch, row) -> {
                throw new IllegalStateException(place + ": " + reason);
              },
              node -> source);
    }

    private int pass() {
      for (Batch batch : events.batches()) {
        source.next(batch);
        dataflow.step();
      }
      return (int) dataflow.view("result").rows().totalWeight();
    }

    private long stateBytes() {
      return dataflow.stateBytes();
    }

    private List<String> rows() {
      StoredRows.Snapshot rows = dataflow.view("result").rows().snapshot();
      List<Field> fields = rows.schema().fields();
      List<String> texts = new ArrayList<>();
      for (int row = 0; row < rows.bound(); row++) {
        if (rows.weight(row) != 0) {
          List<String> values = new ArrayList<>();
          for (int c = 0; c < fields.size(); c++) {
            long word = rows.word(row, c);
            values.add(
                fields.get(c).type().isEncoded()
                    ? events.dictionary().string(word)
                    : Long.toString(word));
          }
          texts.add(String.join("|", values));
        }
      }
      Collections.sort(texts);
      return texts;
    }
  }
}
