package dev.leat.engine.testkit;

import dev.leat.engine.plan.JavaTypes;
import dev.leat.engine.plan.NamedAggregate;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.UserAggregate;
import java.nio.ByteBuffer;
import java.util.List;
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
}
