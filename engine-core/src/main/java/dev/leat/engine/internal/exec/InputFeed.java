package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.op.InputOperator;
import dev.leat.engine.plan.EventTime;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import java.util.List;
import java.util.OptionalLong;

/** Takes epochs through a dataflow: its time, the rows of its inputs, a step. One thread. */
final class InputFeed {
  private final List<String> names;
  private final Dataflow dataflow;

  InputFeed(Plan plan, Dataflow dataflow) {
    this.names = plan.inputs().stream().map(Node.Input::name).toList();
    this.dataflow = dataflow;
  }

  /**
   * Takes an epoch through.
   *
   * @param nowMicros the engine's time, which comes to all operators before the rows
   */
  void apply(Epoch epoch, long nowMicros) {
    dataflow.setTime(nowMicros);
    for (int i = 0; i < names.size(); i++) {
      if (dataflow.hasInput(names.get(i))) {
        InputOperator operator = dataflow.input(names.get(i));
        if (epoch.openedMicros() != EventTime.NEVER) {
          operator.opened(epoch.openedMicros());
        }
        operator.startEpoch(epoch.tickMicros());
        operator.stage(epoch.rows(i));
      }
    }
    for (Epoch.Reached time : epoch.reached()) {
      if (dataflow.hasInput(time.stream())) {
        dataflow.input(time.stream()).advanceWatermark(time.micros());
      }
    }
    dataflow.step();
  }

  /** Says that the engine was opened, which the next epoch will say. */
  void opened(long clockMicros) {
    for (String name : names) {
      if (dataflow.hasInput(name)) {
        dataflow.input(name).opened(clockMicros);
      }
    }
  }

  /** How many rows of an input were left out as repetitions; empty if it is not read here. */
  OptionalLong duplicateRows(String input) {
    return dataflow.hasInput(input)
        ? OptionalLong.of(dataflow.input(input).duplicateRows())
        : OptionalLong.empty();
  }

  Dataflow dataflow() {
    return dataflow;
  }
}
