package dev.leat.engine.iceberg;

import dev.leat.engine.Row;
import dev.leat.engine.Sink;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.testkit.SinkContractTest;
import dev.leat.engine.testkit.SinkFaults;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The contract of sinks, for tables of a REST catalog whose files are in an S3 store. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestSinkContractTest extends SinkContractTest {
  private RestFixture fixture;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    fixture = RestFixture.start(directory);
  }

  @AfterAll
  void stop() {
    fixture.close();
  }

  RestFixture fixture() {
    return fixture;
  }

  @Override
  protected Sink sink(Path directory, SinkFaults faults) {
    return IcebergSink.append(fixture.lake(), RestFixture.table(directory))
        .partitionedBy(Partition.days("at"), Partition.identity("kind"))
        .telling(UnforcedSteps.of(faults::at));
  }

  @Override
  protected List<Row> rows(Path directory, Schema schema) {
    return IcebergSinkContractTest.rows(
        TableFiles.of(fixture.lake(), RestFixture.table(directory), fixture::file), schema);
  }
}
