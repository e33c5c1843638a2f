package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.op.InputOperator;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Brings the rows of epochs to the operators of their inputs, and counts them. One thread. */
final class InputFeed implements Checkpointed {
  private final List<String> names;
  private final List<String> deduplicated;
  private final Dataflow dataflow;
  private final long[] acceptedRows;

  InputFeed(Plan plan, Dataflow dataflow) {
    this.names = plan.inputs().stream().map(Node.Input::name).toList();
    this.dataflow = dataflow;
    this.deduplicated =
        plan.inputs().stream()
            .filter(input -> input.deduplication() != null)
            .map(Node.Input::name)
            .toList();
    this.acceptedRows = new long[names.size()];
  }

  /** Gives all inputs that the dataflow has what an epoch has for them. */
  void stage(Epoch epoch) {
    for (Epoch.Section section : epoch.sections()) {
      acceptedRows[section.input()] += section.rows().size();
    }
    for (int i = 0; i < acceptedRows.length; i++) {
      if (dataflow.hasInput(names.get(i))) {
        InputOperator operator = dataflow.input(names.get(i));
        operator.startEpoch(epoch.tickMicros());
        operator.stage(epoch.rows(i));
      }
    }
    for (Epoch.Reached time : epoch.reached()) {
      if (dataflow.hasInput(time.stream())) {
        dataflow.input(time.stream()).reached(time.micros());
      }
    }
  }

  /** How many rows each input brought, by name. */
  Map<String, Long> acceptedRows() {
    Map<String, Long> rows = new LinkedHashMap<>();
    for (int i = 0; i < acceptedRows.length; i++) {
      rows.put(names.get(i), acceptedRows[i]);
    }
    return rows;
  }

  /** How many rows of each input that is deduplicated were left out, by name. */
  Map<String, Long> duplicateRows() {
    Map<String, Long> rows = new LinkedHashMap<>();
    for (String name : deduplicated) {
      rows.put(name, dataflow.hasInput(name) ? dataflow.input(name).duplicateRows() : 0);
    }
    return rows;
  }

  @Override
  public StateImage capture() {
    Map<String, Long> now = acceptedRows();
    return out -> {
      out.writeInt(now.size());
      now.forEach(
          (name, count) -> {
            out.writeString(name);
            out.writeLong(count);
          });
    };
  }

  /** What the plan no longer has is forgotten; what it did not have then brought nothing. */
  @Override
  public void restore(StateReader in) {
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      int input = names.indexOf(in.readString());
      long rows = in.readLong();
      if (input >= 0) {
        acceptedRows[input] = rows;
      }
    }
  }
}
