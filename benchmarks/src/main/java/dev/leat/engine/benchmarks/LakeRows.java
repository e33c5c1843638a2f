package dev.leat.engine.benchmarks;

import dev.leat.engine.Engine;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.Sink;
import dev.leat.engine.SinkChanges;
import dev.leat.engine.SinkPlace;
import dev.leat.engine.SinkSession;
import dev.leat.engine.SinkSource;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Events with twelve columns as an engine hands them to a sink: batches of words, strings as codes.
 * They can be written as often as one likes.
 */
final class LakeRows {
  /** The columns of a click, and what was bought. */
  static final Schema SCHEMA =
      Schema.of(
          List.of(
              new Field("event_id", Type.STRING, false),
              new Field("user_id", Type.STRING, false),
              new Field("session_id", Type.STRING, false),
              new Field("event_type", Type.STRING, false),
              new Field("page_url", Type.STRING, false),
              new Field("referrer_url", Type.STRING, true),
              new Field("device_type", Type.STRING, false),
              new Field("country", Type.STRING, true),
              new Field("event_ts", Type.INSTANT, false),
              new Field("price", Type.decimal(10, 2), true),
              new Field("quantity", Type.INT, true),
              new Field("seconds_on_page", Type.DOUBLE, false)));

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final double BOUGHT = 0.1;
  private static final double KNOWN = 0.7;

  private final List<SinkChanges> batches = new ArrayList<>();
  private final int count;

  LakeRows(Events events) {
    count = events.count();
    Pipeline pipeline =
        Pipeline.define(p -> p.stream("clicks", SCHEMA).to("kept", new KeepingSink(batches)));
    SplittableRandom random = new SplittableRandom(44);
    try (Engine engine = Engine.inMemory(pipeline)) {
      Position at = Position.START;
      for (int from = 0; from < count; from += EncodedEvents.BATCH_ROWS) {
        List<Row> rows = new ArrayList<>();
        for (int i = from; i < Math.min(count, from + EncodedEvents.BATCH_ROWS); i++) {
          rows.add(row(events.click(i), random));
        }
        at = engine.stream("clicks").append(rows);
      }
      engine.awaitSink("kept", at, PATIENCE);
    }
  }

  private static Row row(Click click, SplittableRandom random) {
    boolean isBought = random.nextDouble() < BOUGHT;
    return Row.of(
        SCHEMA,
        click.eventId(),
        click.userId(),
        click.sessionId(),
        click.eventType(),
        click.pageUrl(),
        random.nextDouble() < KNOWN ? click.referrerUrl() : null,
        click.deviceType(),
        click.country(),
        click.eventTs(),
        isBought ? BigDecimal.valueOf(random.nextInt(100, 50_000), 2) : null,
        isBought ? random.nextInt(1, 6) : null,
        random.nextInt(1, 3_000) / 10.0);
  }

  /** All rows. */
  List<SinkChanges> batches() {
    return batches;
  }

  int count() {
    return count;
  }

  /** What a sink is told of them. */
  static SinkSource source(String name) {
    return new SinkSource(name, "stream clicks", SCHEMA, true, Optional.empty());
  }

  /** A place behind all rows. */
  static SinkPlace place(long position) {
    return new SinkPlace("log", "query", "run", new Position(position));
  }

  /** A row's time. */
  static Instant at(SinkChanges changes, int row) {
    return Instant.EPOCH.plus(changes.longAt(row, SCHEMA.find("event_ts")), ChronoUnit.MICROS);
  }

  /** Keeps what it is given. */
  private record KeepingSink(List<SinkChanges> batches) implements Sink {
    @Override
    public String describe() {
      return "memory";
    }

    @Override
    public void check(SinkSource source) {
      // Any relation.
    }

    @Override
    public SinkSession open(SinkSource source) {
      return new Session(batches);
    }
  }

  private static final class Session implements SinkSession {
    private final List<SinkChanges> batches;

    private Session(List<SinkChanges> batches) {
      this.batches = batches;
    }

    @Override
    public Optional<SinkPlace> place() {
      return Optional.empty();
    }

    @Override
    public void write(SinkChanges changes) {
      batches.add(changes);
    }

    @Override
    public void commit(SinkPlace place) {
      // What was written is there.
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }
}
