package dev.leat.engine.iceberg;

import dev.leat.engine.Sink;
import dev.leat.engine.testkit.SinkFaults;
import java.nio.file.Path;

/** The contract of sinks, for tables where rows are deleted by files of keys. */
class EqualityDeletesContractTest extends UpsertSinkContractTest {
  @Override
  protected Sink sink(Path directory, SinkFaults faults) {
    return IcebergSink.upsert(Lake.local(directory), "web.events")
        .equalityDeletes()
        .partitionedBy(Partition.days("at"), Partition.identity("kind"))
        .telling(UnforcedSteps.of(faults::at));
  }
}
