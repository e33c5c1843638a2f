package dev.leat.engine.iceberg;

import dev.leat.engine.Row;
import dev.leat.engine.Sink;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.testkit.SinkContractTest;
import dev.leat.engine.testkit.SinkFaults;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/**
 * The contract of sinks, for tables in a folder: faults and deaths before and after each file of
 * data, manifest, manifest list and metadata, before a commit, and between a commit and its reply.
 * What is there is read by DuckDB.
 */
class IcebergSinkContractTest extends SinkContractTest {
  @Override
  protected Sink sink(Path directory, SinkFaults faults) {
    return IcebergSink.append(Lake.local(directory), "web.events")
        .partitionedBy(Partition.days("at"), Partition.identity("kind"))
        .telling(UnforcedSteps.of(faults::at));
  }

  @Override
  protected List<Row> rows(Path directory, Schema schema) {
    return rows(TableFiles.of(Lake.local(directory), "web.events"), schema);
  }

  static List<Row> rows(TableFiles table, Schema schema) {
    List<Row> rows = new ArrayList<>();
    for (List<Object> values : table.query("SELECT id, kind, \"at\", note FROM FILES")) {
      Instant at = ((OffsetDateTime) values.get(2)).toInstant();
      rows.add(Row.of(schema, values.get(0), values.get(1), at, values.get(3)));
    }
    return rows;
  }
}
