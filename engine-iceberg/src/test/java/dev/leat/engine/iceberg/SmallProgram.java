package dev.leat.engine.iceberg;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What a host does that has a sink, in a process of its own. */
final class SmallProgram {
  private SmallProgram() {}

  public static void main(String[] args) {
    Schema schema =
        Schema.of(
            List.of(
                new Field("at", Type.INSTANT, false),
                new Field("amount", Type.decimal(30, 2), true),
                new Field("tags", Type.array(Type.STRING), true)));
    IcebergSink sink =
        IcebergSink.append(Lake.local(Path.of(args[0])), "web.orders")
            .partitionedBy(Partition.days("at"));
    IcebergSink latest = IcebergSink.upsert(Lake.local(Path.of(args[0])), "web.latest", "at");
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              p.stream("orders", schema).to("lake", sink);
              p.table("latest", schema).primaryKey("at").to("latest", latest);
            });
    try (Engine engine = Engine.inMemory(pipeline)) {
      for (int commit = 0; commit < 6; commit++) {
        Row row = Row.of(schema, Instant.EPOCH, new BigDecimal("1.25"), List.of("a", "b" + commit));
        Position at = engine.stream("orders").append(row);
        engine.awaitSink("lake", at, Duration.ofMinutes(1));
        engine.awaitSink("latest", engine.table("latest").upsert(row), Duration.ofMinutes(1));
      }
    }
    // Another one reads the keys of the table before it adds one.
    Pipeline another =
        Pipeline.define(p -> p.table("latest", schema).primaryKey("at").to("other", latest));
    try (Engine engine = Engine.inMemory(another)) {
      Row row = Row.of(schema, Instant.EPOCH.plusSeconds(1), new BigDecimal("1.00"), List.of());
      engine.awaitSink("other", engine.table("latest").upsert(row), Duration.ofMinutes(1));
    }
    TableCare care = TableCare.of(Lake.local(Path.of(args[0])), "web.orders");
    TableCare.Compacted compacted = care.compact();
    if (compacted.filesAfter() != 1 || care.expireSnapshots(Duration.ZERO, 1) == 0) {
      throw new IllegalStateException("the table is as it was: " + compacted);
    }
    care.removeOrphans(Duration.ofHours(1));
    TableCare.of(Lake.local(Path.of(args[0])), "web.latest").compact();
    Pipeline read =
        Pipeline.define(p -> p.stream("orders", schema).acceptGrowth("a few").materialize("all"));
    try (Engine engine = Engine.inMemory(read)) {
      IcebergSource.of(Lake.local(Path.of(args[0])), "web.orders").readInto(engine, "orders");
      if (engine.view("all").await(engine.position()).scan().size() != 6) {
        throw new IllegalStateException("not all rows: " + engine.view("all").scan());
      }
    }
    try {
      Lake.rest(URI.create("http://127.0.0.1:1")).catalog().close();
      throw new IllegalStateException("there are libraries that a host need not have");
    } catch (EngineException e) {
      System.out.println("refused: " + e.getMessage());
    }
  }
}
