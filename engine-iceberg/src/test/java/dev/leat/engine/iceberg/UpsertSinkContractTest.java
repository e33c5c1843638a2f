package dev.leat.engine.iceberg;

import dev.leat.engine.Row;
import dev.leat.engine.Sink;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.testkit.SinkContractTest;
import dev.leat.engine.testkit.SinkFaults;
import java.nio.file.Path;
import java.util.List;

/**
 * The contract of sinks, for tables whose rows change and go, and change their partition: faults
 * and deaths around deletion vectors, too. What is there is read by Iceberg's own reader.
 */
class UpsertSinkContractTest extends SinkContractTest {
  @Override
  protected Changes changes() {
    return Changes.ROWS_CHANGE;
  }

  @Override
  protected Sink sink(Path directory, SinkFaults faults) {
    return IcebergSink.upsert(Lake.local(directory), "web.events")
        .partitionedBy(Partition.days("at"), Partition.identity("kind"))
        .telling(UnforcedSteps.of(faults::at));
  }

  @Override
  protected List<Row> rows(Path directory, Schema schema) {
    return TableRows.of(Lake.local(directory), "web.events", schema);
  }
}
