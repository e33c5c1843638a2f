package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.plan.Plan;
import java.util.LinkedHashMap;
import java.util.Map;

/** How many rows each input of a plan brought since the log began. */
final class AcceptedRows implements Checkpointed {
  private final Plan plan;
  private final long[] rows;

  AcceptedRows(Plan plan) {
    this.plan = plan;
    this.rows = new long[plan.inputs().size()];
  }

  void add(Epoch epoch) {
    for (Epoch.Section section : epoch.sections()) {
      rows[section.input()] += section.rows().size();
    }
  }

  /** The numbers, by the input's name, in the order of the plan. */
  Map<String, Long> byName() {
    Map<String, Long> byName = new LinkedHashMap<>();
    for (int i = 0; i < rows.length; i++) {
      byName.put(plan.inputs().get(i).name(), rows[i]);
    }
    return byName;
  }

  @Override
  public StateImage capture() {
    Map<String, Long> now = byName();
    return out -> {
      out.writeInt(now.size());
      now.forEach(
          (name, count) -> {
            out.writeString(name);
            out.writeLong(count);
          });
    };
  }

  /** What the plan no longer has is forgotten; what it did not have yet brought nothing. */
  @Override
  public void restore(StateReader in) {
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      String name = in.readString();
      long read = in.readLong();
      for (int input = 0; input < rows.length; input++) {
        if (plan.inputs().get(input).name().equals(name)) {
          rows[input] = read;
        }
      }
    }
  }
}
