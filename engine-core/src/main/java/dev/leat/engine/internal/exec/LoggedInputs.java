package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.plan.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * The inputs that the numbers in the log's records mean at the moment: those of the last record
 * that said so, the first after an opening of the engine. A checkpoint keeps them, because a replay
 * that begins in the middle does not see that record.
 */
final class LoggedInputs implements Checkpointed {
  /**
   * An input as it was written to the log.
   *
   * @param columns as {@link EpochCodec#columns} has them
   */
  record Entry(String name, String columns) {
    static Entry of(Node.Input input) {
      return new Entry(input.name(), EpochCodec.columns(input));
    }
  }

  private List<Entry> entries = List.of();

  /** By number, from 0. */
  List<Entry> entries() {
    return entries;
  }

  void set(List<Entry> inputs) {
    entries = List.copyOf(inputs);
  }

  @Override
  public StateImage capture() {
    List<Entry> now = entries;
    return out -> {
      out.writeInt(now.size());
      for (Entry entry : now) {
        out.writeString(entry.name());
        out.writeString(entry.columns());
      }
    };
  }

  @Override
  public void restore(StateReader in) {
    int count = in.readInt();
    List<Entry> read = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      read.add(new Entry(in.readString(), in.readString()));
    }
    set(read);
  }
}
