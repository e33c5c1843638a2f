package dev.leat.engine.iceberg.internal.parquet;

import dev.leat.engine.Engine;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.Sink;
import dev.leat.engine.SinkChanges;
import dev.leat.engine.SinkPlace;
import dev.leat.engine.SinkSession;
import dev.leat.engine.SinkSource;
import dev.leat.engine.plan.Schema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an engine hands to a sink, kept. */
final class KeptChanges implements Sink {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final List<SinkChanges> changes = new ArrayList<>();

  private KeptChanges() {}

  /** The changes of some batches of rows that are appended one after the other. */
  static List<SinkChanges> of(Schema schema, Iterable<List<Row>> batches) {
    KeptChanges kept = new KeptChanges();
    Pipeline pipeline = Pipeline.define(p -> p.stream("rows", schema).to("kept", kept));
    try (Engine engine = Engine.inMemory(pipeline)) {
      for (List<Row> batch : batches) {
        Position at = engine.stream("rows").append(batch);
        engine.awaitSink("kept", at, PATIENCE);
      }
    }
    return kept.changes;
  }

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
    return new SinkSession() {
      @Override
      public Optional<SinkPlace> place() {
        return Optional.empty();
      }

      @Override
      public void write(SinkChanges some) {
        changes.add(some);
      }

      @Override
      public void commit(SinkPlace place) {
        // What was written is there.
      }

      @Override
      public void close() {
        // Nothing is open.
      }
    };
  }
}
