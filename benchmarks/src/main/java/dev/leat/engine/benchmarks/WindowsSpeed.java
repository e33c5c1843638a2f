package dev.leat.engine.benchmarks;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;
import static dev.leat.engine.Windows.hopping;
import static dev.leat.engine.Windows.minutes;
import static dev.leat.engine.Windows.outOfOrderBy;
import static dev.leat.engine.Windows.tumbling;

import dev.leat.engine.Pipeline;
import dev.leat.engine.Relation;
import dev.leat.engine.Row;
import dev.leat.engine.Windows;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.exec.Dataflow;
import dev.leat.engine.internal.state.StoredRows;
import dev.leat.engine.plan.AggregateCall;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Windows of time from encoded batches of 8,192 events, in the order of time: tumbling by ten
 * minutes with five filtered distinct counts, live and closing, beside a loop written for it; and
 * hopping 60 minutes by one beside tumbling by one minute. CPU time of the process, the least of
 * some rounds, in turn in one JVM.
 *
 * <p>{@code java -Xmx12g -cp benchmarks.jar dev.leat.engine.benchmarks.WindowsSpeed [events]
 * [rounds] [events for hopping]}
 */
public final class WindowsSpeed {
  private static final int HOPPING_EVENTS = 200_000;

  private WindowsSpeed() {}

  public static void main(String[] args) throws IOException {
    int count = args.length > 0 ? Integer.parseInt(args[0]) : Events.COUNT;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
    int few = args.length > 2 ? Integer.parseInt(args[2]) : HOPPING_EVENTS;
    EncodedEvents events = new EncodedEvents(Events.of(count, Order.TIMED));
    check(events);
    double loop = Double.MAX_VALUE;
    double live = Double.MAX_VALUE;
    double closing = Double.MAX_VALUE;
    for (int round = 0; round < rounds; round++) {
      loop = Math.min(loop, loop(events));
      live = Math.min(live, engine(live(tumbling(minutes(10)), distinctCounts()), events));
      closing = Math.min(closing, engine(closing(), events));
    }
    System.out.printf(
        "tumbling 10 min, five distinct counts: events=%d rounds=%d%nloop    %6.1f ns%nlive   "
            + " %6.1f ns, %.1f times the loop%nclosing %6.1f ns, %.1f times the loop%n",
        count, rounds, loop / count, live / count, live / loop, closing / count, closing / loop);
    EncodedEvents some = new EncodedEvents(Events.of(few, Order.TIMED));
    hop("five distinct counts", distinctCounts(), some, rounds);
    hop("one count of rows", List.of(count().as("n")), some, rounds);
  }

  private static void hop(String what, List<AggregateCall> calls, EncodedEvents events, int rounds)
      throws IOException {
    double minute = Double.MAX_VALUE;
    double hopping = Double.MAX_VALUE;
    for (int round = 0; round < rounds; round++) {
      minute = Math.min(minute, engine(live(tumbling(minutes(1)), calls), events));
      hopping = Math.min(hopping, engine(live(hopping(minutes(60), minutes(1)), calls), events));
    }
    System.out.printf(
        "hopping 60 min by 1 min, %s: events=%d%ntumbling 1 min %8.1f ns%nhopping       "
            + " %8.1f ns, %.1f times that%n",
        what, events.count(), minute / events.count(), hopping / events.count(), hopping / minute);
  }

  private static List<AggregateCall> distinctCounts() {
    List<AggregateCall> calls = new ArrayList<>();
    calls.add(countDistinct(Click::sessionId).as("sessions"));
    for (String type : WindowsLoop.TYPES) {
      calls.add(countDistinct(Click::sessionId).where(col(Click::eventType).eq(type)).as(type));
    }
    return calls;
  }

  private static Pipeline live(Windows window, List<AggregateCall> calls) {
    return Pipeline.define(
        p ->
            p.stream("clicks", Click.class)
                .window(window.on(Click::eventTs))
                .groupBy("window_start")
                .aggregate(calls.toArray(new AggregateCall[0]))
                .materialize("windows"));
  }

  private static Pipeline closing() {
    return Pipeline.define(
        p -> {
          Relation<Row> windows =
              p.stream("clicks", Click.class)
                  .eventTime(Click::eventTs, outOfOrderBy(minutes(5)))
                  .window(tumbling(minutes(10)).on(Click::eventTs));
          windows
              .closing(Duration.ZERO)
              .groupBy("window_end")
              .aggregate(distinctCounts().toArray(new AggregateCall[0]))
              .materialize("windows");
        });
  }

  private static double loop(EncodedEvents events) throws IOException {
    WindowsLoop loop = new WindowsLoop(events.dictionary());
    long begin = ProcessCpu.nanos();
    for (Batch batch : events.batches()) {
      loop.fold(batch);
    }
    return ProcessCpu.nanos() - begin;
  }

  private static Dataflow run(Pipeline pipeline, EncodedEvents events) {
    BatchSource source = new BatchSource(EncodedEvents.empty());
    Dataflow dataflow =
        new Dataflow(
            pipeline.plan(),
            events.dictionary(),
            (place, reason, schema, batch, row) -> {
              throw new IllegalStateException(place + ": " + reason);
            },
            node -> source);
    dataflow.step();
    for (Batch batch : events.batches()) {
      source.next(batch);
      dataflow.step();
    }
    return dataflow;
  }

  private static double engine(Pipeline pipeline, EncodedEvents events) throws IOException {
    long begin = ProcessCpu.nanos();
    Dataflow dataflow = run(pipeline, events);
    long nanos = ProcessCpu.nanos() - begin;
    if (dataflow.view("windows").rows().totalWeight() == 0) {
      throw new IllegalStateException("no windows");
    }
    return nanos;
  }

  /** That the engine and the loop give the same. */
  static void check(EncodedEvents events) {
    WindowsLoop loop = new WindowsLoop(events.dictionary());
    events.batches().forEach(loop::fold);
    StoredRows.Snapshot rows =
        run(live(tumbling(minutes(10)), distinctCounts()), events)
            .view("windows")
            .rows()
            .snapshot();
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
