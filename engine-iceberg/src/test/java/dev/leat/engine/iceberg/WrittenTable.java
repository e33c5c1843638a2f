package dev.leat.engine.iceberg;

import static dev.leat.engine.Expressions.asc;

import dev.leat.engine.Engine;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.plan.Schema;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * A table that an engine in memory writes to, a commit for each call, and engines to read it into.
 */
record WrittenTable(Lake lake, String name, String sink, Engine engine) implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** A table that rows are only added to. */
  static WrittenTable of(Path lake, Schema schema, Partition... partitions) {
    Lake to = Lake.local(lake);
    IcebergSink sink = IcebergSink.append(to, "web.rows").partitionedBy(partitions);
    // A name of its own for each, as each has a log of its own.
    String name = "sink-" + UUID.randomUUID();
    Pipeline pipeline =
        Pipeline.define(
            p -> p.stream("rows", schema).to(name, sink.telling(UnforcedSteps.of(step -> {}))));
    return new WrittenTable(to, "web.rows", name, Engine.inMemory(pipeline));
  }

  /** Commits rows. */
  void add(List<Row> rows) {
    Position at = engine.stream("rows").append(rows);
    engine.awaitSink(sink, at, PATIENCE);
  }

  IcebergSource source() {
    return IcebergSource.of(lake, name);
  }

  /** Does something with the table that an engine does not do. */
  <T> T withTable(Function<Table, T> action) {
    try (LakeCatalog catalog = lake.catalog()) {
      return action.apply(catalog.tables().loadTable(TableIdentifier.parse(name)));
    }
  }

  void change(Consumer<Table> change) {
    withTable(
        table -> {
          change.accept(table);
          return table;
        });
  }

  /** What an engine keeps of a stream. */
  static Pipeline keeping(Schema schema) {
    return Pipeline.define(
        p -> p.stream("rows", schema).acceptGrowth("a test").materialize("rows"));
  }

  /** An engine to read into. */
  static Engine reader(Schema schema) {
    return Engine.inMemory(keeping(schema));
  }

  /** The rows that a source has brought, in the order of their ids. */
  static List<Row> rows(Engine engine, SourceProgress read) {
    return engine.view("rows").await(read.position()).orderBy(asc("id")).toList();
  }

  @Override
  public void close() {
    engine.close();
  }
}
