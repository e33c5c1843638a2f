package dev.leat.engine.testkit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.plan.UserAggregate;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An aggregate that keeps the laws passes, and one that breaks any of them does not. */
class AggregateLawsTest {
  private static final List<List<Object>> EXAMPLES =
      List.of(List.of(1L), List.of(-5L), List.of(7L), List.of(40L));

  /** A sum of longs; negative results are an error, and a row of 13 is. */
  private static class Sum implements UserAggregate<long[]> {
    @Override
    public long[] empty() {
      return new long[2];
    }

    @Override
    public long[] add(long[] state, List<Object> values, long times) {
      long value = (Long) values.get(0);
      if (value == 13) {
        throw new IllegalArgumentException("not 13");
      }
      return new long[] {state[0] + times * value, state[1] + times};
    }

    @Override
    public @Nullable Object result(long[] state) {
      if (state[0] < 0) {
        throw new IllegalStateException("less than nothing");
      }
      return state[0] == 1 ? null : (Object) state[0];
    }

    @Override
    public byte[] write(long[] state) {
      return (state[0] + " " + state[1]).getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public long[] read(byte[] bytes) {
      String[] parts = new String(bytes, StandardCharsets.US_ASCII).split(" ", -1);
      return new long[] {Long.parseLong(parts[0]), Long.parseLong(parts[1])};
    }
  }

  private static void fails(UserAggregate<?> aggregate, String law) {
    assertThatThrownBy(() -> AggregateLaws.check(aggregate, EXAMPLES, 7))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(law)
        .hasMessageContaining("seed 7");
  }

  @Test
  void whatKeepsTheLawsPasses() {
    assertThatCode(() -> AggregateLaws.check(new Sum(), EXAMPLES)).doesNotThrowAnyException();
    assertThatCode(() -> AggregateLaws.check(new Sum(), List.of(List.of(13L), List.of(1L))))
        .doesNotThrowAnyException();
    List<List<Object>> pairs =
        List.of(List.of("a", 1), List.of("b", 2), List.of("", 0), List.of("x", 3));
    assertThatCode(() -> AggregateLaws.check(RandomAggregates.least().aggregate(), pairs))
        .doesNotThrowAnyException();
    for (boolean isHard : new boolean[] {true, false}) {
      assertThatCode(() -> AggregateLaws.check(RandomAggregates.sum(isHard).aggregate(), pairs))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void whatForgetsToTakeBackFails() {
    fails(
        new Sum() {
          @Override
          public long[] add(long[] state, List<Object> values, long times) {
            return times < 0 ? state : super.add(state, values, times);
          }
        },
        "what was taken back left something");
  }

  @Test
  void whatIsCutOffFails() {
    fails(
        new Sum() {
          @Override
          public long[] add(long[] state, List<Object> values, long times) {
            long[] sum = super.add(state, values, times);
            return new long[] {Math.min(sum[0], 100), sum[1]};
          }
        },
        "what was taken back left something");
  }

  @Test
  void whatTakesSeveralForOneFails() {
    fails(
        new Sum() {
          @Override
          public long[] add(long[] state, List<Object> values, long times) {
            return super.add(state, values, Long.signum(times));
          }
        },
        "a row that comes several times is not as several rows");
  }

  @Test
  void whatChangesItsStateFails() {
    fails(
        new Sum() {
          @Override
          public long[] add(long[] state, List<Object> values, long times) {
            state[0] += times * (Long) values.get(0);
            return state;
          }
        },
        "a state changed when rows were added to it");
  }

  @Test
  void whatWritesLessThanItsStateFails() {
    fails(
        new Sum() {
          @Override
          public byte[] write(long[] state) {
            return super.write(new long[] {state[0] / 2 * 2, 0});
          }
        },
        "read(write(state)) is another state");
  }

  @Test
  void whatThrowsForSomeStatesFails() {
    UnaryOperator<long[]> full =
        state -> {
          if (state[1] > 5) {
            throw new IllegalStateException("full");
          }
          return state;
        };
    fails(
        new Sum() {
          @Override
          public long[] add(long[] state, List<Object> values, long times) {
            return super.add(full.apply(state), values, times);
          }
        },
        "a row is refused by one state and taken by another");
  }

  /** A greatest value, which is 0 of none, and cannot be taken back. */
  private static class Greatest extends Sum {
    @Override
    public long[] add(long[] state, List<Object> values, long times) {
      return merge(state, new long[] {(Long) values.get(0), 0});
    }

    @Override
    public long[] merge(long[] a, long[] b) {
      return new long[] {Math.max(a[0], b[0]), 0};
    }

    @Override
    public @Nullable Object result(long[] state) {
      return state[0];
    }

    @Override
    public boolean takesBack() {
      return false;
    }

    @Override
    public @Nullable Object resultOfNone() {
      return 0L;
    }
  }

  @Test
  void whatCannotTakeBackNeedNot() {
    assertThatCode(() -> AggregateLaws.check(new Greatest(), EXAMPLES)).doesNotThrowAnyException();
  }

  @Test
  void whatCannotTakeBackNorPutTogetherFails() {
    fails(
        new Greatest() {
          @Override
          public long[] add(long[] state, List<Object> values, long times) {
            return super.merge(state, new long[] {(Long) values.get(0), 0});
          }

          @Override
          public long[] merge(long[] a, long[] b) {
            return a;
          }
        },
        "two states that are put together are not the state of the rows of both");
  }

  @Test
  void whatChangesAStateInPuttingTogetherFails() {
    fails(
        new Greatest() {
          @Override
          public long[] add(long[] state, List<Object> values, long times) {
            return super.merge(state, new long[] {(Long) values.get(0), 0});
          }

          @Override
          public long[] merge(long[] a, long[] b) {
            a[0] = Math.max(a[0], b[0]);
            return a;
          }
        },
        "a state changed when it was put together with another");
  }

  @Test
  void whatHasNoResultOfSomeThoughOneOfNoneFails() {
    fails(
        new Greatest() {
          @Override
          public @Nullable Object result(long[] state) {
            return state[0] == 40 ? null : super.result(state);
          }
        },
        "some rows have no result, though no rows have one");
  }

  @Test
  void examplesMustBeOfUse() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AggregateLaws.check(new Sum(), List.of(List.of(13L))))
        .withMessageContaining("no example is a row that the aggregate takes");
  }
}
