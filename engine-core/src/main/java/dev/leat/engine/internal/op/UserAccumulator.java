package dev.leat.engine.internal.op;

import dev.leat.engine.EngineException;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.HostStates;
import dev.leat.engine.internal.state.TouchedRows;
import dev.leat.engine.plan.JavaTypes;
import dev.leat.engine.plan.NamedAggregate;
import dev.leat.engine.plan.Surrogates;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.UserAggregate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An aggregate of the host's. Its states lie beside the groups' rows, its result in a word. A group
 * without values has no state. What the host's code throws is never the engine's failure: rows that
 * it does not take are left out before they come here; if it throws for the state of a group, that
 * group has no result, until it ends if it was in adding.
 */
final class UserAccumulator<S> extends ColumnsAccumulator {
  private static final int MAX_REASON = 1000;

  private final String name;
  private final Type result;
  private final UserAggregate<S> aggregate;
  private final Type[] types;
  private final Dictionary dictionary;
  private final HostStates<S> states = new HostStates<>();
  private final @Nullable Object ofNone;
  private final int countWord;

  /** The result, or the code of the reason why there is none. */
  private final int resultWord;

  private final StateLayout.Flag present;
  private final StateLayout.Flag failed;
  private final StateLayout.Flag broken;
  private long[] changed = new long[1];
  private long bytes;

  /** Of operands of some types. */
  UserAccumulator(
      NamedAggregate named,
      UserAggregate<S> aggregate,
      List<Type> types,
      Dictionary dictionary,
      StateLayout layout) {
    this.name = named.name();
    this.result = named.type();
    this.aggregate = aggregate;
    this.types = types.toArray(new Type[0]);
    this.dictionary = dictionary;
    this.ofNone = aggregate.resultOfNone();
    this.countWord = layout.word();
    this.resultWord = layout.word();
    this.present = layout.flag(1);
    this.failed = layout.flag(1);
    this.broken = layout.flag(1);
  }

  @Override
  void add(GroupedRows groups, Column[] operands, Batch rows) {
    for (int i = 0; i < rows.count(); i++) {
      int row = rows.row(i);
      boolean isNull = false;
      for (int k = 0; k < types.length; k++) {
        isNull |= operands[k].isNull(row);
      }
      if (!isNull) {
        add(groups, operands, row, rows.weight(row));
      }
    }
  }

  private void add(GroupedRows groups, Column[] operands, int row, long weight) {
    int group = groups.at()[row];
    int slot = groups.slots()[row];
    long[] words = groups.words();
    words[group + countWord] += weight;
    setChanged(slot);
    if (broken.isSet(words, group, 0)) {
      return;
    }
    List<Object> values = new ArrayList<>(types.length);
    for (int k = 0; k < types.length; k++) {
      values.add(Words.toObject(types[k], operands[k].word(row), dictionary.values()));
    }
    try {
      S before = states.get(slot);
      S state = before == null ? aggregate.empty() : before;
      S after = aggregate.add(state, Collections.unmodifiableList(values), weight);
      put(slot, Objects.requireNonNull(after, "add gave no state"));
    } catch (Throwable e) {
      throwIfOfTheMachine(e);
      put(slot, null);
      broken.set(words, group);
      words[group + resultWord] = code("threw for a group's state, though not for the row", e);
    }
  }

  private void setChanged(int slot) {
    if (slot >>> 6 >= changed.length) {
      changed = Arrays.copyOf(changed, Math.max((slot >>> 6) + 1, 2 * changed.length));
    }
    changed[slot >>> 6] |= 1L << slot;
  }

  @Override
  void merge(GroupMerge merge) {
    long[] words = merge.words();
    merge.add(countWord);
    setChanged(merge.toSlot());
    if (broken.isSet(words, merge.to(), 0)) {
      return;
    }
    if (broken.isSet(words, merge.from(), 0)) {
      put(merge.toSlot(), null);
      broken.set(words, merge.to());
      merge.copy(resultWord, 1);
      return;
    }
    S from = states.get(merge.fromSlot());
    S to = states.get(merge.toSlot());
    if (from == null || to == null) {
      put(merge.toSlot(), to == null ? from : to);
      return;
    }
    try {
      put(merge.toSlot(), Objects.requireNonNull(aggregate.merge(to, from), "merge gave no state"));
    } catch (Throwable e) {
      throwIfOfTheMachine(e);
      put(merge.toSlot(), null);
      broken.set(words, merge.to());
      words[merge.to() + resultWord] = code("threw in putting two groups together", e);
    }
  }

  private void put(int slot, @Nullable S state) {
    S before = states.get(slot);
    if (before != null || state != null) {
      bytes += (state == null ? 0 : aggregate.sizeOf(state));
      bytes -= (before == null ? 0 : aggregate.sizeOf(before));
      states.set(slot, state);
    }
  }

  /** As with functions of the host's, all else that it throws is a matter of its rows. */
  private static void throwIfOfTheMachine(Throwable e) {
    if (e instanceof VirtualMachineError error && !(e instanceof StackOverflowError)) {
      throw error;
    }
  }

  private long code(String what, Throwable e) {
    String reason = "aggregate '" + name + "' " + what + ": " + e;
    return dictionary.intern(Surrogates.bounded(reason, MAX_REASON));
  }

  @Override
  void settle(TouchedRows touched) {
    for (int i = 0; i < touched.count(); i++) {
      int slot = touched.slots()[i];
      if (slot >>> 6 < changed.length && (changed[slot >>> 6] >>> slot & 1) != 0) {
        changed[slot >>> 6] &= ~(1L << slot);
        settle(slot, touched.words(), i * touched.stride());
      }
    }
  }

  private void settle(int slot, long[] words, int group) {
    present.clear(words, group);
    failed.clear(words, group);
    if (words[group + countWord] == 0) {
      // Whatever the host's code left of what was taken back.
      put(slot, null);
      broken.clear(words, group);
      words[group + resultWord] = 0;
      return;
    }
    if (broken.isSet(words, group, 0)) {
      failed.set(words, group);
      return;
    }
    words[group + resultWord] = 0;
    try {
      Object value = aggregate.result(Objects.requireNonNull(states.get(slot), "a state"));
      if (value != null) {
        words[group + resultWord] = word(value);
        present.set(words, group);
      } else if (ofNone != null) {
        throw new EngineException(
            EngineException.Kind.INVALID, "it gave null, though not for no rows");
      }
    } catch (Throwable e) {
      throwIfOfTheMachine(e);
      words[group + resultWord] = code("has no result", e);
      failed.set(words, group);
    }
  }

  private long word(Object value) {
    if (!JavaTypes.classOf(result).isInstance(value)) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "it gave a " + value.getClass().getName() + ", which is no value of " + result);
    }
    return Words.of(result, value, dictionary);
  }

  @Override
  void write(long[] rows, int stride, int first, int end, Column out, RowErrors errors) {
    for (int i = first; i < end; i++) {
      int group = i * stride;
      if (present.isSet(rows, group, 0)) {
        out.set(i, rows[group + resultWord]);
      } else if (ofNone != null && rows[group + countWord] == 0) {
        out.set(i, Words.of(result, ofNone, dictionary));
      } else {
        out.setNull(i);
        if (failed.isSet(rows, group, 0)) {
          errors.fail(i, dictionary.string(rows[group + resultWord]));
        }
      }
    }
  }

  @Override
  boolean isTold() {
    return false;
  }

  @Override
  void clear(int slot) {
    put(slot, null);
  }

  @Override
  long besideBytes() {
    return bytes;
  }

  @Override
  void mark(long[] words, int row, CodeSet live) {
    if (failed.isSet(words, row, 0) || (result.isEncoded() && present.isSet(words, row, 0))) {
      live.add(words[row + resultWord]);
    }
  }

  @Override
  public StateImage capture() {
    return states.capture(aggregate::write);
  }

  @Override
  public void restore(StateReader in) {
    states.restore(in, this::read);
  }

  private S read(byte[] written) {
    try {
      S state = aggregate.read(written);
      bytes += aggregate.sizeOf(state);
      return state;
    } catch (RuntimeException e) {
      throw new EngineException(
          EngineException.Kind.CORRUPT,
          "a state of aggregate '"
              + name
              + "' cannot be read: give the aggregate another name if it changed",
          e);
    }
  }
}
