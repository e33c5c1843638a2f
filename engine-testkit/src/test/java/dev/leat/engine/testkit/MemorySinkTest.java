package dev.leat.engine.testkit;

import dev.leat.engine.Row;
import dev.leat.engine.Sink;
import dev.leat.engine.plan.Schema;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The contract holds for the simplest sink, so what it asks for can be had. */
class MemorySinkTest extends SinkContractTest {
  private final Map<Path, MemorySink> tables = new HashMap<>();

  @Override
  protected Sink sink(Path directory, SinkFaults faults) {
    return tables.computeIfAbsent(directory, d -> new MemorySink(faults));
  }

  @Override
  protected List<Row> rows(Path directory, Schema schema) {
    MemorySink table = tables.get(directory);
    return table == null ? List.of() : table.rows();
  }
}
