package dev.leat.engine.testkit;

import dev.leat.engine.plan.JavaTypes;
import dev.leat.engine.plan.NamedAggregate;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.UserAggregate;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Aggregates for random plans: of values of any type; some rows throw, and some results do. */
final class RandomAggregates {
  /** How many rows there were, and a sum of what their values say as text. */
  private record Sums(long rows, long sum) {}

  private RandomAggregates() {}

  /**
   * A number made of all values.
   *
   * @param isHard does it throw now and then, for a row or for the result?
   */
  static NamedAggregate sum(boolean isHard) {
    return new NamedAggregate(isHard ? "hard_sum" : "text_sum", Type.LONG, new TextSum(isHard));
  }

  /** How many there are, as text; the wrong class for just three. */
  static NamedAggregate size() {
    return new NamedAggregate("size", Type.STRING, new Size());
  }

  /** A sketch: the sum of the three least hashes of different rows; zero for none. */
  static NamedAggregate least() {
    return new NamedAggregate("least", Type.LONG, new Least());
  }

  private static final class TextSum implements UserAggregate<Sums> {
    private final boolean isHard;

    private TextSum(boolean isHard) {
      this.isHard = isHard;
    }

    @Override
    public Sums empty() {
      return new Sums(0, 0);
    }

    @Override
    public Sums add(Sums state, List<Object> values, long times) {
      long code = values.stream().map(JavaTypes::text).toList().toString().hashCode();
      if (isHard && code % 7 == 0) {
        throw new IllegalArgumentException("does not take " + JavaTypes.text(values));
      }
      return new Sums(state.rows() + times, state.sum() + times * code);
    }

    @Override
    public @Nullable Object result(Sums state) {
      if (isHard && state.rows() % 5 == 0) {
        throw new IllegalStateException("does not like the number of rows: " + state.rows());
      }
      return state.sum() % 11 == 0 ? null : (Object) state.sum();
    }

    @Override
    public byte[] write(Sums state) {
      return ByteBuffer.allocate(16).putLong(state.rows()).putLong(state.sum()).array();
    }

    @Override
    public Sums read(byte[] bytes) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      return new Sums(buffer.getLong(), buffer.getLong());
    }
  }

  private static final class Size implements UserAggregate<Long> {
    @Override
    public Long empty() {
      return 0L;
    }

    @Override
    public Long add(Long state, List<Object> values, long times) {
      return state + times;
    }

    @Override
    public Object result(Long state) {
      return state == 3 ? state : (Object) ("" + state);
    }

    @Override
    public byte[] write(Long state) {
      return ByteBuffer.allocate(8).putLong(state).array();
    }

    @Override
    public Long read(byte[] bytes) {
      return ByteBuffer.wrap(bytes).getLong();
    }
  }

  /** Cannot take rows back: it does not know what came next. */
  private static final class Least implements UserAggregate<SortedSet<Integer>> {
    private static final int MAX = 3;

    @Override
    public SortedSet<Integer> empty() {
      return Collections.emptySortedSet();
    }

    @Override
    public SortedSet<Integer> add(SortedSet<Integer> state, List<Object> values, long times) {
      if (times < 0) {
        throw new IllegalStateException("was to take a row back");
      }
      int hash = values.stream().map(JavaTypes::text).toList().toString().hashCode();
      if (hash % 97 == 0) {
        throw new IllegalArgumentException("does not take " + JavaTypes.text(values));
      }
      return merge(state, new TreeSet<>(Set.of(hash)));
    }

    @Override
    public SortedSet<Integer> merge(SortedSet<Integer> a, SortedSet<Integer> b) {
      SortedSet<Integer> both = new TreeSet<>(a);
      both.addAll(b);
      while (both.size() > MAX) {
        both.remove(both.last());
      }
      return Collections.unmodifiableSortedSet(both);
    }

    @Override
    public Object result(SortedSet<Integer> state) {
      return state.stream().mapToLong(Integer::longValue).sum();
    }

    @Override
    public byte[] write(SortedSet<Integer> state) {
      ByteBuffer buffer = ByteBuffer.allocate(4 * state.size());
      state.forEach(buffer::putInt);
      return buffer.array();
    }

    @Override
    public SortedSet<Integer> read(byte[] bytes) {
      SortedSet<Integer> state = new TreeSet<>();
      for (ByteBuffer buffer = ByteBuffer.wrap(bytes); buffer.hasRemaining(); ) {
        state.add(buffer.getInt());
      }
      return Collections.unmodifiableSortedSet(state);
    }

    @Override
    public boolean takesBack() {
      return false;
    }

    @Override
    public Object resultOfNone() {
      return 0L;
    }

    @Override
    public String boundOfState() {
      return "at most 3 hashes";
    }
  }
}
