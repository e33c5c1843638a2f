package dev.leat.engine.benchmarks;

import dev.leat.engine.Pipeline;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.exec.Dataflow;
import dev.leat.engine.internal.state.StoredRows;
import dev.leat.engine.plan.Field;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The engine's operators and view over events that are encoded already. */
final class EncodedRun {
  private final Workload workload;
  private final EncodedEvents events;
  private final BatchSource source = new BatchSource(EncodedEvents.empty());
  private final Dataflow dataflow;

  /** The same, from defining the pipeline on. */
  EncodedRun(Workload workload, EncodedEvents events) {
    this(workload, workload.pipeline(), events);
  }

  /**
   * Operators and view with no state.
   *
   * @param pipeline the workload's
   */
  EncodedRun(Workload workload, Pipeline pipeline, EncodedEvents events) {
    this.workload = workload;
    this.events = events;
    dataflow =
        new Dataflow(
            pipeline.plan(),
            events.dictionary(),
            (place, reason, schema, batch, row) -> {
              throw new IllegalStateException(place + ": " + reason);
            },
            node -> source);
    dataflow.step();
  }

  /** Takes all events through, batch by batch. */
  StoredRows pass() {
    for (Batch batch : events.batches()) {
      source.next(batch);
      dataflow.step();
    }
    return dataflow.view(workload.name()).rows();
  }

  /** The rows of the view. */
  List<String> rows() {
    StoredRows.Snapshot rows = dataflow.view(workload.name()).rows().snapshot();
    List<Field> fields = rows.schema().fields();
    List<String> texts = new ArrayList<>();
    for (int row = 0; row < rows.bound(); row++) {
      if (rows.weight(row) == 0) {
        continue;
      }
      List<String> values = new ArrayList<>();
      for (int c = 0; c < fields.size(); c++) {
        long word = rows.word(row, c);
        values.add(
            fields.get(c).type().isEncoded()
                ? events.dictionary().string(word)
                : Long.toString(word));
      }
      texts.add(String.join("|", values));
    }
    Collections.sort(texts);
    return texts;
  }
}
