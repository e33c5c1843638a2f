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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A query over windows of time, which the engine or a loop written for it computes. */
public enum WindowQuery {
  /** Five filtered distinct counts of each ten minutes, by a loop. */
  TEN_MINUTES_LOOP,
  /** The same by the engine. */
  TEN_MINUTES,
  /** The same, each window once, when it closes. */
  TEN_MINUTES_CLOSING,
  /** Sessions of 30 minutes of each user, by a loop. */
  SESSIONS_LOOP,
  /** The same by the engine. */
  SESSIONS,
  /** Five filtered distinct counts of each minute. */
  MINUTE,
  /** The same of each 60 minutes, by the minute. */
  HOUR_BY_MINUTE,
  /** The same of each minute, once, when it closes. */
  MINUTE_CLOSING,
  /** The same of each 60 minutes, by the minute, once, when they close. */
  HOUR_BY_MINUTE_CLOSING,
  /** A count of each minute. */
  COUNT_OF_MINUTE,
  /** The same of each 60 minutes, by the minute. */
  COUNT_OF_HOUR_BY_MINUTE;

  /** What its time is compared with. */
  WindowQuery basis() {
    return switch (this) {
      case TEN_MINUTES_LOOP, TEN_MINUTES, TEN_MINUTES_CLOSING -> TEN_MINUTES_LOOP;
      case SESSIONS_LOOP, SESSIONS -> SESSIONS_LOOP;
      case MINUTE, HOUR_BY_MINUTE -> MINUTE;
      case MINUTE_CLOSING, HOUR_BY_MINUTE_CLOSING -> MINUTE_CLOSING;
      case COUNT_OF_MINUTE, COUNT_OF_HOUR_BY_MINUTE -> COUNT_OF_MINUTE;
    };
  }

  /** Takes all events through, from no state on; gives how many rows there are. */
  long pass(EncodedEvents events) {
    return switch (this) {
      case TEN_MINUTES_LOOP -> {
        WindowsLoop loop = new WindowsLoop(events.dictionary());
        events.batches().forEach(loop::fold);
        yield loop.rows().size();
      }
      case SESSIONS_LOOP -> SessionWindowBench.handWritten(events).sessions();
      case SESSIONS -> SessionWindowBench.summarize(events);
      case TEN_MINUTES -> live(tumbling(minutes(10)), distinctCounts(), events);
      case MINUTE -> live(tumbling(minutes(1)), distinctCounts(), events);
      case HOUR_BY_MINUTE -> live(hopping(minutes(60), minutes(1)), distinctCounts(), events);
      case COUNT_OF_MINUTE -> live(tumbling(minutes(1)), List.of(count().as("n")), events);
      case COUNT_OF_HOUR_BY_MINUTE ->
          live(hopping(minutes(60), minutes(1)), List.of(count().as("n")), events);
      case TEN_MINUTES_CLOSING -> closing(tumbling(minutes(10)), events);
      case MINUTE_CLOSING -> closing(tumbling(minutes(1)), events);
      case HOUR_BY_MINUTE_CLOSING -> closing(hopping(minutes(60), minutes(1)), events);
    };
  }

  private static AggregateCall[] distinctCounts() {
    List<AggregateCall> calls = new ArrayList<>();
    calls.add(countDistinct(Click::sessionId).as("sessions"));
    for (String type : WindowsLoop.TYPES) {
      calls.add(countDistinct(Click::sessionId).where(col(Click::eventType).eq(type)).as(type));
    }
    return calls.toArray(new AggregateCall[0]);
  }

  private static long live(Windows window, List<AggregateCall> calls, EncodedEvents events) {
    return live(window, calls.toArray(new AggregateCall[0]), events);
  }

  private static long live(Windows window, AggregateCall[] calls, EncodedEvents events) {
    return run(
            Pipeline.define(
                p ->
                    p.stream("clicks", Click.class)
                        .window(window.on(Click::eventTs))
                        .groupBy("window_start")
                        .aggregate(calls)
                        .materialize("windows")),
            events)
        .totalWeight();
  }

  private static long closing(Windows window, EncodedEvents events) {
    return run(
            Pipeline.define(
                p -> {
                  Relation<Row> windows =
                      p.stream("clicks", Click.class)
                          .eventTime(Click::eventTs, outOfOrderBy(minutes(5)))
                          .window(window.on(Click::eventTs));
                  windows
                      .closing(Duration.ZERO)
                      .groupBy("window_end")
                      .aggregate(distinctCounts())
                      .materialize("windows");
                }),
            events)
        .totalWeight();
  }

  /** The rows of ten minutes as the engine has them. */
  static StoredRows tenMinutes(EncodedEvents events) {
    return run(
        Pipeline.define(
            p ->
                p.stream("clicks", Click.class)
                    .window(tumbling(minutes(10)).on(Click::eventTs))
                    .groupBy("window_start")
                    .aggregate(distinctCounts())
                    .materialize("windows")),
        events);
  }

  private static StoredRows run(Pipeline pipeline, EncodedEvents events) {
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
    return dataflow.view("windows").rows();
  }
}
