package dev.leat.engine.internal.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.checkpoint.StateBytes;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.internal.state.TouchedRows;
import dev.leat.engine.plan.AggregateArguments;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.JavaTypes;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.SortKey;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What was folded into a group and taken out again leaves nothing, and neither order nor batches
 * matter: for every aggregate of every type.
 */
class AccumulatorLawsTest {
  private static final int GROUPS = 5;
  private static final List<Type> TYPES =
      List.of(
          Type.BOOLEAN,
          Type.INT,
          Type.LONG,
          Type.FLOAT,
          Type.DOUBLE,
          Type.decimal(9, 2),
          Type.decimal(38, 10),
          Type.STRING,
          Type.BYTES,
          Type.INSTANT,
          Type.DATE,
          Type.DURATION);

  /** An aggregate of a column "x" of a type. */
  private record Case(Type type, AggregateCall call) {
    Case(
        AggregateFunction function,
        Type type,
        boolean isDistinct,
        @Nullable AggregateArguments of) {
      this(
          type,
          new AggregateCall(
              function,
              new Expr.Column("x"),
              null,
              isDistinct,
              "a",
              of == null ? AggregateArguments.NONE : of));
    }

    Node.Aggregate node() {
      return Node.Aggregate.of(
          new Node.Input("t", Node.InputKind.STREAM, schema(), List.of()),
          List.of(),
          List.of(call()));
    }

    Schema schema() {
      return Schema.builder().nullable("x", type).build();
    }
  }

  /** A row: a group, a value or null, and how often it comes. */
  private record Entry(int group, Object value, long weight) {
    Entry takenBack() {
      return new Entry(group, value, -weight);
    }
  }

  private final Dictionary dictionary = new Dictionary(new Hashing(3));

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (Type type : TYPES) {
      boolean isSummable = type.isNumeric() || type.kind() == Type.Kind.DURATION;
      for (AggregateFunction function : AggregateFunction.values()) {
        boolean fits =
            switch (function) {
              case COUNT, MIN, MAX -> true;
              case SUM, AVG -> isSummable;
              case BOOL_OR, BOOL_AND -> type.kind() == Type.Kind.BOOLEAN;
              case VAR_SAMP, VAR_POP, STDDEV_SAMP, STDDEV_POP -> type.isNumeric();
              case BIT_AND, BIT_OR, BIT_XOR -> type.isInteger();
              default -> false;
            };
        if (fits) {
          cases.add(new Case(function, type, false, null));
          cases.add(new Case(function, type, true, null));
        }
      }
      addOrdered(cases, type);
      addStatistics(cases, type);
    }
    return cases.stream();
  }

  /** What depends on an order: that of the values, from either end. */
  private static void addOrdered(List<Case> cases, Type type) {
    for (boolean isDescending : new boolean[] {true, false}) {
      List<SortKey> order = List.of(new SortKey("x", isDescending));
      AggregateArguments arguments = AggregateArguments.of(order, null);
      cases.add(new Case(AggregateFunction.ARRAY_AGG, type, isDescending, arguments));
      cases.add(new Case(AggregateFunction.FIRST, type, false, arguments));
      cases.add(new Case(AggregateFunction.LAST, type, false, arguments));
      if (type.kind() == Type.Kind.STRING) {
        AggregateArguments separated = AggregateArguments.of(order, ", ");
        cases.add(new Case(AggregateFunction.STRING_AGG, type, isDescending, separated));
      }
    }
  }

  private static void addStatistics(List<Case> cases, Type type) {
    cases.add(new Case(AggregateFunction.MODE, type, false, null));
    for (double fraction : new double[] {0, 0.5, 0.95}) {
      AggregateArguments arguments = AggregateArguments.of(List.of(), fraction);
      cases.add(new Case(AggregateFunction.PERCENTILE_DISC, type, false, arguments));
      if (type.isNumeric()) {
        cases.add(new Case(AggregateFunction.PERCENTILE_CONT, type, false, arguments));
      }
    }
    if (type.isNumeric()) {
      AggregateArguments arguments = AggregateArguments.of(List.of(new Expr.Column("x")));
      cases.add(new Case(AggregateFunction.COVAR_SAMP, type, false, arguments));
      cases.add(new Case(AggregateFunction.COVAR_POP, type, false, arguments));
      cases.add(new Case(AggregateFunction.CORR, type, false, arguments));
      cases.add(new Case(AggregateFunction.REGR_SLOPE, type, false, arguments));
      cases.add(new Case(AggregateFunction.REGR_INTERCEPT, type, false, arguments));
    }
  }

  /** An accumulator of some groups, and the groups' rows. */
  private final class Groups {
    private final Accumulator accumulator;
    private final GroupRows rows;
    private final TouchedRows touched;
    private final GroupedRows grouped = new GroupedRows();
    private final long[] initial;
    private final int operands;

    private Groups(Case of, boolean isAppendOnly) {
      // The first word of a row says that the group exists.
      StateLayout layout = new StateLayout(1, 0);
      Type result = of.node().schema().field(0).type();
      accumulator =
          new Accumulators(of.schema(), isAppendOnly, dictionary, layout).of(of.call(), result);
      operands = of.call().operands().size();
      rows = new GroupRows(layout.stride());
      initial = new long[layout.stride()];
      initial[0] = 1;
      accumulator.initialize(initial);
      touched = new TouchedRows(rows, 0, initial);
    }

    private Groups withRows() {
      for (int group = 0; group < GROUPS; group++) {
        rows.add();
      }
      return this;
    }

    private void add(Column column, Batch batch, int[] groups) {
      grouped.ensure(batch.rows());
      System.arraycopy(groups, 0, grouped.slots(), 0, batch.rows());
      touched.start();
      touched.touch(batch, grouped.slots(), grouped.at());
      grouped.within(touched, batch);
      accumulator.add(grouped, Collections.nCopies(operands, column).toArray(new Column[0]), batch);
      accumulator.settle(touched);
      touched.store();
      assertThat(touched.endedCount()).isZero();
    }

    private void clear() {
      for (int group = GROUPS - 1; group >= 0; group--) {
        accumulator.clear(group);
        rows.remove(group);
      }
      withRows();
    }

    private void mark(CodeSet live) {
      accumulator.mark(live);
      for (int group = 0; group < GROUPS; group++) {
        accumulator.mark(rows.page(group), rows.offset(group), live);
      }
    }

    /** The rows of all groups, one behind the other. */
    private long[] image() {
      long[] image = new long[GROUPS * rows.stride()];
      for (int group = 0; group < GROUPS; group++) {
        long[] page = rows.page(group);
        int from = rows.offset(group);
        boolean exists = page[from] != 0;
        System.arraycopy(
            exists ? page : initial,
            exists ? from : 0,
            image,
            group * rows.stride(),
            rows.stride());
      }
      return image;
    }

    private StateImage capture() {
      StateImage state = accumulator.capture();
      StateImage groups = rows.capture();
      return out -> {
        groups.writeTo(out);
        state.writeTo(out);
      };
    }

    private Groups restored(StateImage image) {
      StateReader in = StateBytes.of(image).reader();
      rows.restore(in);
      accumulator.restore(in);
      return this;
    }
  }

  private Groups accumulator(Case of, boolean isAppendOnly) {
    return new Groups(of, isAppendOnly).withRows();
  }

  private static Object value(Type type, SplittableRandom random) {
    int small = random.nextInt(6);
    boolean isExtreme = random.nextInt(8) == 0;
    long micros = isExtreme ? Long.MAX_VALUE - small : 1_000_000L * small;
    return switch (type.kind()) {
      case BOOLEAN -> random.nextBoolean();
      case INT -> isExtreme ? Integer.MIN_VALUE : small - 2;
      case LONG ->
          isExtreme ? (small < 3 ? Long.MIN_VALUE : Long.MAX_VALUE) : (Object) (small - 2L);
      case FLOAT -> isExtreme ? Float.NaN : small / 10f;
      case DOUBLE ->
          isExtreme ? List.of(Double.NaN, 1e308, -1e308).get(small / 2) : (Object) (small / 10.0);
      case DECIMAL ->
          new BigDecimal(
              isExtreme
                  ? BigInteger.TEN.pow(type.precision()).subtract(BigInteger.ONE)
                  : BigInteger.valueOf(small - 2),
              type.scale());
      case STRING -> isExtreme ? "\ud83d\ude00" : "s" + small;
      case BYTES -> new byte[] {(byte) (50 * small)};
      case INSTANT -> Words.toInstant(micros);
      case DATE -> LocalDate.ofEpochDay(small);
      case DURATION -> isExtreme ? Words.toDuration(micros) : Duration.ofSeconds(small);
      case ARRAY -> throw new IllegalArgumentException("no arrays");
    };
  }

  private static List<Entry> entries(Case of, SplittableRandom random, boolean isAppendOnly) {
    List<Entry> entries = new ArrayList<>();
    for (int i = random.nextInt(40); i > 0; i--) {
      Object value = random.nextInt(6) == 0 ? null : value(of.type(), random);
      long weight = isAppendOnly ? 1 : 1 + random.nextInt(3);
      entries.add(new Entry(random.nextInt(GROUPS), value, weight));
    }
    return entries;
  }

  private void add(Case of, Groups to, List<Entry> entries, SplittableRandom random) {
    int from = 0;
    while (from < entries.size()) {
      int end = from + 1 + random.nextInt(entries.size() - from);
      addBatch(of, to, entries.subList(from, end), random.nextBoolean());
      from = end;
    }
  }

  /** Folds a batch; with gaps, every other row of the columns does not count. */
  private void addBatch(Case of, Groups to, List<Entry> entries, boolean hasGaps) {
    int step = hasGaps ? 2 : 1;
    int rows = step * entries.size();
    Batch batch = new Batch(1);
    Column column = batch.column(0);
    column.reset(rows);
    int[] groups = new int[rows];
    int[] selection = new int[rows];
    long[] weights = new long[rows];
    boolean isPlain = true;
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      int row = step * i + step - 1;
      if (hasGaps) {
        // What does not count must not be looked at.
        groups[row - 1] = -1;
        column.set(row - 1, Long.MAX_VALUE);
      }
      if (entry.value() == null) {
        column.setNull(row);
      } else {
        column.set(row, Words.of(of.type(), entry.value(), dictionary));
      }
      groups[row] = entry.group();
      weights[row] = entry.weight();
      selection[i] = row;
      isPlain &= entry.weight() == 1;
    }
    batch.select(rows, hasGaps ? selection : null, entries.size(), isPlain ? null : weights);
    to.add(column, batch, groups);
  }

  /** The results of all groups, as text. */
  private List<String> results(Case of, Groups groups) {
    Type type = of.node().schema().field(0).type();
    Column out = new Column();
    out.reset(GROUPS);
    RowErrors errors = new RowErrors();
    groups.accumulator.write(groups.image(), groups.rows.stride(), 0, GROUPS, out, errors);
    List<String> results = new ArrayList<>();
    for (int row = 0; row < GROUPS; row++) {
      if (errors.isFailed(row)) {
        results.add("failed");
      } else if (out.isNull(row)) {
        results.add("null");
      } else {
        results.add(JavaTypes.text(Words.toObject(type, out.word(row), dictionary.values())));
      }
    }
    return results;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatIsTakenBackLeavesNothing(Case of) {
    for (int seed = 0; seed < 40; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Groups accumulator = accumulator(of, false);
      Groups plain = accumulator(of, false);
      List<String> empty = results(of, plain);
      List<Entry> kept = entries(of, random, false);
      List<Entry> passing = entries(of, random, false);
      List<Entry> all = new ArrayList<>(kept);
      all.addAll(passing);
      Collections.shuffle(all, new Random(seed));
      add(of, accumulator, all, random);
      results(of, accumulator);
      Collections.shuffle(passing, new Random(seed));
      add(of, accumulator, passing.stream().map(Entry::takenBack).toList(), random);
      add(of, plain, kept, random);
      assertThat(results(of, accumulator)).isEqualTo(results(of, plain));

      Collections.shuffle(kept, new Random(seed + 1));
      add(of, accumulator, kept.stream().map(Entry::takenBack).toList(), random);
      assertThat(results(of, accumulator)).isEqualTo(empty);
      accumulator.clear();
      assertThat(marked(accumulator)).isZero();
      add(of, accumulator, kept, random);
      assertThat(results(of, accumulator)).isEqualTo(results(of, plain));
    }
  }

  private int marked(Groups accumulator) {
    CodeSet live = new CodeSet(dictionary.bound());
    accumulator.mark(live);
    int count = 0;
    for (int code = 0; code < dictionary.bound(); code++) {
      count += live.contains(code) ? 1 : 0;
    }
    return count;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void overAppendOnlyInputResultsAreTheSame(Case of) {
    for (int seed = 0; seed < 40; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Groups cheap = accumulator(of, true);
      Groups general = accumulator(of, false);
      List<Entry> entries = entries(of, random, true);
      add(of, cheap, entries, random);
      Collections.shuffle(entries, new Random(seed));
      add(of, general, entries, random);
      assertThat(results(of, cheap)).isEqualTo(results(of, general));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void valuesThatItHoldsAreNotFreed(Case of) {
    for (int seed = 0; seed < 20; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Groups swept = accumulator(of, false);
      Groups cheap = accumulator(of, true);
      List<Entry> kept = entries(of, random, true);
      List<Entry> passing = entries(of, random, true);
      add(of, swept, kept, random);
      add(of, swept, passing, random);
      add(of, cheap, kept, random);
      CodeSet live = new CodeSet(dictionary.bound());
      swept.mark(live);
      cheap.mark(live);
      dictionary.retain(live);
      for (int i = 0; i < 50; i++) {
        // Other values come by the codes that were freed.
        dictionary.intern("seed " + seed + " " + i);
      }
      add(of, swept, passing.stream().map(Entry::takenBack).toList(), random);
      add(of, cheap, kept, random);
      Groups plain = accumulator(of, false);
      add(of, plain, kept, random);
      assertThat(results(of, swept)).isEqualTo(results(of, plain));
      add(of, plain, kept, random);
      assertThat(results(of, cheap)).isEqualTo(results(of, plain));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatWasCapturedGoesOnAsTheOriginalWouldHave(Case of) {
    for (int seed = 0; seed < 20; seed++) {
      for (boolean isAppendOnly : new boolean[] {true, false}) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Entry> kept = entries(of, random, isAppendOnly);
        List<Entry> later = entries(of, random, isAppendOnly);
        Groups original = accumulator(of, isAppendOnly);
        add(of, original, kept, random);
        StateImage image = original.capture();
        List<String> captured = results(of, original);
        add(of, original, later, random);
        Groups restored = new Groups(of, isAppendOnly).restored(image);
        assertThat(results(of, restored)).isEqualTo(captured);
        add(of, restored, later, random);
        assertThat(results(of, restored)).isEqualTo(results(of, original));
        if (!isAppendOnly) {
          Collections.shuffle(kept, new Random(seed));
          add(of, restored, kept.stream().map(Entry::takenBack).toList(), random);
          Groups plain = accumulator(of, false);
          add(of, plain, later, random);
          assertThat(results(of, restored)).isEqualTo(results(of, plain));
        }
      }
    }
  }
}
