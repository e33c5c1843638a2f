package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts the rows that each input brought since the log began. An input that the pipeline leaves
 * out for a while keeps its count, as its rows may be gone from the log when it is back.
 */
final class AcceptedRows implements Checkpointed {
  private final List<String> names;
  private final long[] counts;
  private final Map<String, Long> ofOthers = new TreeMap<>();

  AcceptedRows(Plan plan) {
    this.names = plan.inputs().stream().map(Node.Input::name).toList();
    this.counts = new long[names.size()];
  }

  /** Counts those of an epoch. */
  void add(Epoch epoch) {
    for (Epoch.Section section : epoch.sections()) {
      counts[section.input()] += section.rows().size();
    }
  }

  /** How many there are, by the names of the pipeline's inputs. */
  Map<String, Long> byInput() {
    Map<String, Long> rows = new LinkedHashMap<>();
    for (int i = 0; i < counts.length; i++) {
      rows.put(names.get(i), counts[i]);
    }
    return rows;
  }

  @Override
  public StateImage capture() {
    Map<String, Long> now = byInput();
    now.putAll(ofOthers);
    return out -> {
      out.writeInt(now.size());
      now.forEach(
          (name, count) -> {
            out.writeString(name);
            out.writeLong(count);
          });
    };
  }

  /** What the pipeline did not have then brought nothing. */
  @Override
  public void restore(StateReader in) {
    int size = in.readInt();
    for (int i = 0; i < size; i++) {
      String name = in.readString();
      long count = in.readLong();
      int input = names.indexOf(name);
      if (input >= 0) {
        counts[input] = count;
      } else {
        ofOthers.put(name, count);
      }
    }
  }
}
