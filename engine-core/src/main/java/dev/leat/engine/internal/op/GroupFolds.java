package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.CodePanes;
import dev.leat.engine.internal.state.PaneSets;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.TypeRules;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The aggregates of one operator: lays out their words in the groups' rows, evaluates what they
 * read, and folds rows in, several aggregates at a time where that can be.
 *
 * <p>The first word behind a group's key is other than zero if the group exists. Where groups can
 * end it counts their rows, and {@code count()} needs no other word; where they cannot it does so
 * only if there is a {@code count()}, and otherwise holds flags as well. The one group of an
 * aggregate without keys is there without a row, so it counts in another word.
 */
final class GroupFolds {
  private static final int ALL_ROWS = -1;

  /** The bit of the word that says that a group exists, where that word holds flags. */
  private static final long EXISTS = 1;

  /**
   * What the rows of an operator are.
   *
   * @param keys the columns of the groups' key; none if all rows are of one group
   * @param panes those of the rows of a step, if groups are put together by pane; else null
   */
  record Rows(
      Schema schema,
      int[] keys,
      boolean isAppendOnly,
      Dictionary dictionary,
      @Nullable StepPanes panes) {
    Rows(Schema schema, int[] keys, boolean isAppendOnly, Dictionary dictionary) {
      this(schema, keys, isAppendOnly, dictionary, null);
    }

    boolean isGlobal() {
      return keys.length == 0;
    }

    /** The column of the key if that is one dictionary code, and -1 if it is not. */
    int keyCode() {
      return keys.length == 1 && schema.field(keys[0]).type().isEncoded() ? keys[0] : -1;
    }
  }

  /** Bool aggregates over all rows whose bits are in one word. */
  private record Seen(SeenFlags flags, List<Integer> calls) {}

  /** A minimum and a maximum of the same rows and operand, in the order of their calls. */
  private record Extremes(int call, ExtremeAccumulator first, ExtremeAccumulator second) {}

  private final int liveWord;
  private final List<AggregateCall> calls;
  private final Rows rows;
  private final StateLayout layout;
  private final AggregateInputs inputs;
  private final List<Accumulator> accumulators = new ArrayList<>();

  /** Those that do not only count rows, in words that they may share. */
  private final List<Accumulator> ofOperands = new ArrayList<>();

  /** For each word that counts rows, a call that says which, or ALL_ROWS. */
  private final Map<Integer, Integer> countedWords = new LinkedHashMap<>();

  private final Map<Expr, Integer> wordOfCondition = new HashMap<>();
  private final RowCounts counts;
  private final int[] counted;
  private final int[] countedCalls;
  private final @Nullable Column[] conditions;
  private final List<Seen> seen = new ArrayList<>();
  private final List<Integer> others = new ArrayList<>();
  private final List<Extremes> extremes = new ArrayList<>();

  /** Null if more is kept of a group than flags. */
  private final @Nullable FlagFolds flags;

  /**
   * The folds of some calls.
   *
   * @param keyWords words of a row that its key takes
   * @param results the types of the results
   */
  GroupFolds(List<AggregateCall> calls, Rows rows, int keyWords, List<Type> results) {
    this.liveWord = keyWords;
    this.calls = calls;
    this.rows = rows;
    boolean isCounted =
        !rows.isGlobal() && (!rows.isAppendOnly() || calls.stream().anyMatch(GroupFolds::isCount));
    this.layout = new StateLayout(keyWords + 1, isCounted ? 0 : Long.SIZE - 1);
    this.inputs = new AggregateInputs(calls, rows.schema(), rows.dictionary());
    Accumulators choice =
        new Accumulators(rows.schema(), rows.isAppendOnly(), rows.dictionary(), layout);
    if (isCounted) {
      countedWords.put(liveWord, ALL_ROWS);
    }
    Map<Integer, List<Integer>> seenByWord = new LinkedHashMap<>();
    for (int i = 0; i < calls.size(); i++) {
      AggregateCall call = calls.get(i);
      Expr operand = call.operand();
      if (operand == null) {
        accumulators.add(new CountAccumulator(countedWord(call, i)));
        continue;
      }
      StepPanes panes = rows.panes();
      Accumulator made =
          panes != null && isDistinctCount(call)
              ? paneCount(operand, panes)
              : choice.of(call, results.get(i));
      accumulators.add(made);
      ofOperands.add(made);
      if (made instanceof SeenAccumulator bits && call.where() == null) {
        seenByWord.computeIfAbsent(bits.word(), w -> new ArrayList<>()).add(i);
      } else {
        others.add(i);
      }
    }
    pairExtremes();
    seenByWord.forEach((word, some) -> seen.add(new Seen(new SeenFlags(word), some)));
    this.counted = ints(countedWords.keySet());
    this.counts = new RowCounts(counted);
    this.countedCalls = ints(countedWords.values());
    this.conditions = new Column[countedCalls.length];
    this.flags = rows.panes() == null && areFlags() ? flagFolds() : null;
  }

  private Accumulator paneCount(Expr operand, StepPanes panes) {
    CountAccumulator counts = new CountAccumulator(layout.word());
    Hashing hashing = rows.dictionary().hashing();
    boolean isEncoded = TypeRules.typeOf(operand, rows.schema()).isEncoded();
    return isEncoded && rows.isAppendOnly()
        ? new CodePaneAccumulator(counts, panes, new CodePanes(hashing, panes.step()))
        : new ValuePaneAccumulator(
            counts, isEncoded, panes, new PaneSets(hashing, panes.step(), rows.isAppendOnly()));
  }

  /** Takes those out of the others that are folded in pairs. */
  private void pairExtremes() {
    for (int i = 0; i < others.size(); i++) {
      for (int j = i + 1; j < others.size(); j++) {
        if (arePair(others.get(i), others.get(j))) {
          int second = others.remove(j);
          int first = others.remove(i);
          extremes.add(
              new Extremes(
                  first,
                  (ExtremeAccumulator) accumulators.get(first),
                  (ExtremeAccumulator) accumulators.get(second)));
          i--;
          break;
        }
      }
    }
  }

  private boolean arePair(int call, int other) {
    return accumulators.get(call) instanceof ExtremeAccumulator one
        && accumulators.get(other) instanceof ExtremeAccumulator two
        && one.canPair(two)
        && Objects.equals(calls.get(call).operand(), calls.get(other).operand())
        && Objects.equals(calls.get(call).where(), calls.get(other).where());
  }

  private FlagFolds flagFolds() {
    int columns = rows.schema().size();
    int column = onlyColumn();
    FlagsByCode byCode =
        column < 0 || inputs.canFail()
            ? null
            : new FlagsByCode(column, columns, this::flagsOfOne, rows.dictionary());
    KnownFlags known =
        rows.keyCode() < 0 || layout.flagBits() > KnownFlags.MAX_BITS
            ? null
            : new KnownFlags(rows.keyCode(), rows.dictionary());
    Seen all = seen.get(0);
    return new FlagFolds(
        all.flags(),
        new FlagFolds.Evaluation((some, batch) -> takeFlags(some, all.calls(), batch), byCode),
        known,
        columns);
  }

  /** The one column of codes that all operands read; -1 if it is not one. */
  private int onlyColumn() {
    Set<String> columns = new HashSet<>();
    for (AggregateCall call : calls) {
      if (call.operand() != null) {
        columns.addAll(call.operand().columns());
      }
    }
    int column = columns.size() == 1 ? rows.schema().find(columns.iterator().next()) : -1;
    return column >= 0 && rows.schema().field(column).type().isEncoded() ? column : -1;
  }

  /** Is all that is kept of a group flags, which are only ever set? */
  private boolean areFlags() {
    return !rows.isGlobal()
        && countedWords.isEmpty()
        && others.isEmpty()
        && extremes.isEmpty()
        && seen.size() == 1
        && seen.get(0).flags().word() == liveWord;
  }

  /** Does an aggregate count distinct values? */
  static boolean isDistinctCount(AggregateCall call) {
    return call.function() == AggregateFunction.COUNT && call.isDistinct();
  }

  private static boolean isCount(AggregateCall call) {
    return call.operand() == null && call.where() == null;
  }

  /** The word for a count of rows; calls with equal conditions share one. */
  private int countedWord(AggregateCall call, int index) {
    Expr where = call.where() == null ? AggregateInputs.ALL : call.where();
    int word =
        call.where() == null && !rows.isGlobal()
            ? liveWord
            : wordOfCondition.computeIfAbsent(where, w -> layout.word());
    countedWords.putIfAbsent(word, call.where() == null ? ALL_ROWS : index);
    return word;
  }

  private static int[] ints(Collection<Integer> values) {
    return values.stream().mapToInt(v -> v).toArray();
  }

  /** The word of the first aggregate, which is a {@code max} over append-only input. */
  int wordOfFirst() {
    return ((ExtremeAccumulator) accumulators.get(0)).word();
  }

  /** Words of a group's row in all. */
  int stride() {
    return layout.stride();
  }

  /** What the row of a new group begins with, behind its key. */
  long[] initial() {
    long[] row = new long[layout.stride()];
    row[liveWord] = countedWords.containsKey(liveWord) ? 0 : EXISTS;
    for (Accumulator accumulator : accumulators) {
      accumulator.initialize(row);
    }
    return row;
  }

  /** The aggregates, one for each call. */
  List<Accumulator> accumulators() {
    return accumulators;
  }

  /** Does every group change that has a row in a batch, because its rows are counted? */
  boolean areAllChanged() {
    return rows.isAppendOnly() && countedWords.containsKey(liveWord);
  }

  /** Does a row whose words changed always have another result? */
  boolean isTold() {
    boolean isLiveTold = !countedWords.containsKey(liveWord);
    boolean areAllTold = true;
    for (Accumulator accumulator : accumulators) {
      areAllTold &= accumulator.isTold();
      isLiveTold |= accumulator instanceof CountAccumulator count && count.word() == liveWord;
    }
    return areAllTold && isLiveTold;
  }

  /** Evaluates what the aggregates read of the rows of a batch. */
  void evaluate(Batch in, RowErrors errors) {
    if (flags == null || !flags.areByCode()) {
      inputs.evaluate(in, errors);
    }
  }

  /** The folds of groups of which nothing but flags is kept; null if these are not such. */
  @Nullable FlagFolds flags() {
    return flags;
  }

  /** How many bits the flags take, with the one that says that a group exists. */
  int flagBits() {
    return layout.flagBits();
  }

  /** For each column of the rows, do keys, conditions or operands read it? */
  boolean[] columnsRead() {
    boolean[] isRead = new boolean[rows.schema().size()];
    for (int key : rows.keys()) {
      isRead[key] = true;
    }
    for (AggregateCall call : calls) {
      for (Expr expr : call.exprs()) {
        expr.columns().forEach(name -> isRead[rows.schema().find(name)] = true);
      }
    }
    return isRead;
  }

  /** Can a row fail? */
  boolean canFail() {
    return inputs.canFail();
  }

  private void takeFlags(Seen some, Batch batch) {
    takeFlags(some.flags(), some.calls(), batch);
  }

  private void takeFlags(SeenFlags flags, List<Integer> calls, Batch batch) {
    flags.start(batch, flags.word() == liveWord ? EXISTS : 0);
    for (int call : calls) {
      flags.take((SeenAccumulator) accumulators.get(call), inputs.operands(call)[0], batch);
    }
  }

  private long flagsOfOne(Batch one) {
    RowErrors errors = new RowErrors();
    inputs.evaluate(one, errors);
    assert errors.isEmpty() : "a row failed of operands that cannot fail";
    // Not in the flags of the batch, which are being written.
    SeenFlags alone = new SeenFlags(liveWord);
    takeFlags(alone, seen.get(0).calls(), one);
    return alone.first();
  }

  /** Takes a group into another. */
  void merge(GroupMerge merge) {
    for (int word : counted) {
      merge.add(word);
    }
    for (int i = 0; i < ofOperands.size(); i++) {
      ofOperands.get(i).merge(merge);
    }
  }

  /** Folds the rows of a batch, which was evaluated. */
  void add(GroupedRows groups, Batch batch) {
    if (flags != null) {
      flags.add(groups, batch);
      return;
    }
    for (int i = 0; i < conditions.length; i++) {
      conditions[i] = countedCalls[i] == ALL_ROWS ? null : inputs.condition(countedCalls[i]);
    }
    counts.add(groups, conditions, batch, rows.isGlobal());
    for (Seen some : seen) {
      takeFlags(some, batch);
      some.flags().add(groups, batch);
    }
    for (Extremes pair : extremes) {
      pair.first()
          .addBoth(
              pair.second(), groups, inputs.operands(pair.call())[0], inputs.rows(pair.call()));
    }
    for (int call : others) {
      accumulators.get(call).add(groups, inputs.operands(call), inputs.rows(call));
    }
  }
}
