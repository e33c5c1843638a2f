package dev.leat.engine.testkit;

import dev.leat.engine.plan.UserAggregate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Checks that an aggregate of the host's keeps the laws of {@link UserAggregate}, on random
 * multisets of rows that the host gives examples of.
 *
 * <pre>{@code
 * AggregateLaws.check(new GeometricMean(), List.of(List.of(1.0), List.of(2.5), List.of(1e300)));
 * }</pre>
 *
 * <p>Of an aggregate that cannot take rows back it checks instead that states can be put together.
 *
 * <p>Examples should be few and various: the ends of the types, rows for which the aggregate
 * throws, rows whose values are equal.
 *
 * @param <S> the aggregate's state
 */
public final class AggregateLaws<S> {
  private static final int ROUNDS = 500;
  private static final int MAX_ROWS = 12;
  private static final String GOES_ON_DIFFERENTLY =
      "a state that was written and read goes on differently";

  /** A row, and how often it comes. */
  private record Entry(List<Object> values, long times) {
    private Entry takenBack() {
      return new Entry(values, -times);
    }
  }

  /** What came of a state: a result, or that there is none. */
  private record Outcome(@Nullable Object value, boolean isFailure) {
    private boolean isSame(Outcome other) {
      return isFailure == other.isFailure && isEqual(value, other.value);
    }

    private static boolean isEqual(@Nullable Object a, @Nullable Object b) {
      if (a instanceof List<?> x && b instanceof List<?> y) {
        boolean same = x.size() == y.size();
        for (int i = 0; same && i < x.size(); i++) {
          same = isEqual(x.get(i), y.get(i));
        }
        return same;
      }
      return (a instanceof byte[] x && b instanceof byte[] y)
          ? Arrays.equals(x, y)
          : Objects.equals(a, b);
    }
  }

  private final UserAggregate<S> aggregate;
  private final List<List<Object>> taken = new ArrayList<>();
  private final List<List<Object>> refused = new ArrayList<>();
  private final long seed;
  private final SplittableRandom random;

  private AggregateLaws(UserAggregate<S> aggregate, List<? extends List<?>> examples, long seed) {
    this.aggregate = aggregate;
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    for (List<?> example : examples) {
      List<Object> values = List.copyOf(example);
      (isTaken(aggregate.empty(), values, 1) ? taken : refused).add(values);
    }
    if (taken.isEmpty()) {
      throw new IllegalArgumentException(
          "no example is a row that the aggregate takes: examples=" + examples);
    }
  }

  /**
   * Checks an aggregate.
   *
   * @param examples rows: one value for each operand, none null
   * @throws AssertionError if a law does not hold; it says which, for which rows, and the seed
   */
  public static <S> void check(UserAggregate<S> aggregate, List<? extends List<?>> examples) {
    check(aggregate, examples, 1);
  }

  /** Checks an aggregate on the multisets of a seed. */
  public static <S> void check(
      UserAggregate<S> aggregate, List<? extends List<?>> examples, long seed) {
    AggregateLaws<S> laws = new AggregateLaws<>(aggregate, examples, seed);
    for (int i = 0; i < ROUNDS; i++) {
      laws.round();
    }
  }

  private boolean isTaken(S state, List<Object> values, long times) {
    try {
      aggregate.add(state, values, times);
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  private void round() {
    List<Entry> kept = entries();
    List<Entry> passing = entries();
    S state = folded(aggregate.empty(), kept);
    Outcome outcome = outcome(state);

    S more = folded(state, passing);
    Outcome ofMore = outcome(more);
    expect(outcome, state, "a state changed when rows were added to it", kept, passing);
    S restored = aggregate.read(aggregate.write(more));
    expect(ofMore, restored, "read(write(state)) is another state", kept, passing);

    if (aggregate.takesBack()) {
      checkTakenBack(outcome, more, restored, kept, passing);
    } else {
      checkMerged(ofMore, more, restored, kept, passing);
    }

    List<Entry> all = new ArrayList<>(kept);
    all.addAll(passing);
    expect(
        ofMore,
        folded(aggregate.empty(), shuffled(all)),
        "the order of rows matters",
        kept,
        passing);
    expect(
        outcome,
        folded(aggregate.empty(), single(kept)),
        "a row that comes several times is not as several rows",
        kept,
        passing);
    checkRefused(more, kept);
  }

  private void checkTakenBack(
      Outcome outcome, S more, S restored, List<Entry> kept, List<Entry> passing) {
    List<Entry> back = shuffled(passing.stream().map(Entry::takenBack).toList());
    expect(outcome, folded(more, back), "what was taken back left something", kept, passing);
    expect(outcome, folded(restored, back), GOES_ON_DIFFERENTLY, kept, passing);
    List<Entry> early = new ArrayList<>(back);
    early.addAll(kept);
    early.addAll(passing);
    expect(
        outcome,
        folded(aggregate.empty(), early),
        "it matters whether a row is taken back before or after it comes",
        kept,
        passing);
  }

  /** Of an aggregate that cannot take rows back: what it can do instead. */
  private void checkMerged(
      Outcome ofMore, S more, S restored, List<Entry> kept, List<Entry> passing) {
    S one = folded(aggregate.empty(), kept);
    S other = folded(aggregate.empty(), passing);
    Outcome ofOne = outcome(one);
    Outcome ofOther = outcome(other);
    String law = "two states that are put together are not the state of the rows of both";
    expect(ofMore, aggregate.merge(one, other), law, kept, passing);
    expect(ofMore, aggregate.merge(other, one), law, kept, passing);
    expect(ofOne, one, "a state changed when it was put together with another", kept, passing);
    expect(ofOther, other, "a state changed when it was put together with another", kept, passing);

    List<Entry> next = entries();
    Outcome ofAll = outcome(folded(more, next));
    expect(ofAll, folded(restored, next), GOES_ON_DIFFERENTLY, kept, passing);
    expect(ofAll, folded(aggregate.merge(other, one), next), law, kept, passing);
  }

  private void checkRefused(S state, List<Entry> rows) {
    for (List<Object> values : refused) {
      if (isTaken(state, values, 1) || (aggregate.takesBack() && isTaken(state, values, -1))) {
        throw broken("a row is refused by one state and taken by another: " + values, rows);
      }
    }
  }

  private S folded(S from, List<Entry> entries) {
    S state = from;
    for (Entry entry : entries) {
      try {
        state = aggregate.add(state, entry.values(), entry.times());
      } catch (RuntimeException e) {
        throw broken(
            "a row is refused by one state and taken by another: " + entry.values() + ": " + e,
            entries);
      }
    }
    return state;
  }

  private Outcome outcome(S state) {
    Outcome first = compute(state);
    if (!first.isSame(compute(state))) {
      throw broken("a state has two results: " + first, List.of());
    }
    return first;
  }

  private Outcome compute(S state) {
    Object result;
    try {
      result = aggregate.result(state);
    } catch (RuntimeException e) {
      return new Outcome(null, true);
    }
    if (result == null && aggregate.resultOfNone() != null) {
      throw broken("some rows have no result, though no rows have one", List.of());
    }
    return new Outcome(result, false);
  }

  private void expect(
      Outcome expected, S state, String law, List<Entry> kept, List<Entry> passing) {
    Outcome found = outcome(state);
    if (!expected.isSame(found)) {
      throw broken(
          law + "\n  expected " + expected + "\n  found " + found + "\n  and rows " + passing,
          kept);
    }
  }

  private AssertionError broken(String law, List<Entry> rows) {
    return new AssertionError(law + "\n  rows " + rows + "\n  seed " + seed);
  }

  private List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    // At least one: the engine never asks for the result of none.
    for (int i = random.nextInt(MAX_ROWS); i >= 0; i--) {
      List<Object> values = taken.get(random.nextInt(taken.size()));
      entries.add(new Entry(values, random.nextInt(3) == 0 ? random.nextLong(2, 4) : 1));
    }
    return entries;
  }

  private static List<Entry> single(List<Entry> entries) {
    List<Entry> single = new ArrayList<>();
    for (Entry entry : entries) {
      single.addAll(Collections.nCopies((int) entry.times(), new Entry(entry.values(), 1)));
    }
    return single;
  }

  private List<Entry> shuffled(List<Entry> entries) {
    List<Entry> shuffled = new ArrayList<>(entries);
    Collections.shuffle(shuffled, new Random(random.nextLong()));
    return shuffled;
  }
}
