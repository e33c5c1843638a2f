package dev.leat.engine.iceberg;

import dev.leat.engine.Row;
import dev.leat.engine.Sink;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.testkit.SinkFaults;
import java.nio.file.Path;
import java.util.List;

/** The same for rows that change, with deletion vectors in the store. */
class RestUpsertSinkContractTest extends RestSinkContractTest {
  @Override
  protected Changes changes() {
    return Changes.ROWS_CHANGE;
  }

  @Override
  protected Sink sink(Path directory, SinkFaults faults) {
    return IcebergSink.upsert(fixture().lake(), RestFixture.table(directory))
        .partitionedBy(Partition.days("at"), Partition.identity("kind"))
        .telling(UnforcedSteps.of(faults::at));
  }

  @Override
  protected List<Row> rows(Path directory, Schema schema) {
    return TableRows.of(fixture().lake(), RestFixture.table(directory), schema);
  }
}
