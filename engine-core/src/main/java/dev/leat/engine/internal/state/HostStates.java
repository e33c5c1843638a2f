package dev.leat.engine.internal.state;

import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** States of an aggregate of the host's, by slot. A state never changes; it is replaced. */
public final class HostStates<S> {
  private final CowObjects<S> states = new CowObjects<>();

  /** The state of a slot; null if it has none. */
  public @Nullable S get(int slot) {
    return states.get(slot);
  }

  /** Sets the state of a slot; null for none. */
  public void set(int slot, @Nullable S state) {
    states.set(slot, state);
  }

  /** The states as they are now, to be written as bytes. */
  public StateImage capture(Function<S, byte[]> bytes) {
    CowObjects.Snapshot<S> snapshot = states.snapshot();
    int count = states.size();
    return out -> {
      out.writeInt(count);
      for (int slot = 0; slot < snapshot.bound(); slot++) {
        S state = snapshot.get(slot);
        if (state != null) {
          byte[] written = bytes.apply(state);
          out.writeInt(slot);
          out.writeInt(written.length);
          out.writeBytes(written, 0, written.length);
        }
      }
    };
  }

  /** Takes over states that were captured; there must be none yet. */
  public void restore(StateReader in, Function<byte[], S> read) {
    int count = StateFormat.readCount(in, "states");
    for (int i = 0; i < count; i++) {
      int slot = StateFormat.readCount(in, "slot of a state");
      byte[] written = new byte[StateFormat.readCount(in, "bytes of a state")];
      in.readBytes(written, 0, written.length);
      states.set(slot, read.apply(written));
    }
  }
}
