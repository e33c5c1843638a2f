package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /** What the rows of an operator are. */
  record Rows(Schema schema, boolean isGlobal, boolean isAppendOnly, Dictionary dictionary) {}

  /** Bool aggregates over all rows whose bits are in one word. */
  private record Seen(SeenFlags flags, List<Integer> calls) {}

  private final int liveWord;
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
  private final int[] countedCalls;
  private final @Nullable Column[] conditions;
  private final List<Seen> seen = new ArrayList<>();
  private final List<Integer> others = new ArrayList<>();
  private final @Nullable FlagsByCode byCode;
  private final Batch changing;
  private int[] changingRows = new int[0];

  /**
   * The folds of some calls.
   *
   * @param keyWords words of a row that its key takes
   * @param results the types of the results
   */
  GroupFolds(List<AggregateCall> calls, Rows rows, int keyWords, List<Type> results) {
    this.liveWord = keyWords;
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
      Accumulator made = choice.of(call, results.get(i));
      accumulators.add(made);
      ofOperands.add(made);
      if (made instanceof SeenAccumulator bits && call.where() == null) {
        seenByWord.computeIfAbsent(bits.word(), w -> new ArrayList<>()).add(i);
      } else {
        others.add(i);
      }
    }
    seenByWord.forEach((word, some) -> seen.add(new Seen(new SeenFlags(word), some)));
    this.counts = new RowCounts(ints(countedWords.keySet()));
    this.countedCalls = ints(countedWords.values());
    this.conditions = new Column[countedCalls.length];
    this.changing = new Batch(rows.schema().size());
    int column = onlyColumn(calls);
    this.byCode =
        areFlags() && column >= 0 && !inputs.canFail()
            ? new FlagsByCode(column, rows.schema().size(), this::flagsOfOne, rows.dictionary())
            : null;
  }

  /** The one column of codes that all operands read; -1 if it is not one. */
  private int onlyColumn(List<AggregateCall> calls) {
    Set<String> columns = new HashSet<>();
    for (AggregateCall call : calls) {
      if (call.operand() != null) {
        columns.addAll(call.operand().columns());
      }
    }
    int column = columns.size() == 1 ? rows.schema().find(columns.iterator().next()) : -1;
    return column >= 0 && rows.schema().field(column).type().isEncoded() ? column : -1;
  }

  /**
   * Is all that is kept of a group flags, which are only ever set? Then most rows change nothing,
   * and need not be folded: see {@link #changing}.
   */
  boolean areFlags() {
    return !rows.isGlobal()
        && countedWords.isEmpty()
        && others.isEmpty()
        && seen.size() == 1
        && seen.get(0).flags().word() == liveWord;
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
    if (byCode == null || !byCode.isInUse()) {
      inputs.evaluate(in, errors);
    }
  }

  /**
   * The rows of a batch, which was evaluated, that change their group, where all is flags.
   *
   * @param slots of the groups, by row
   */
  Batch changing(Batch batch, int[] slots, GroupRows groups) {
    Seen only = seen.get(0);
    if (byCode != null && byCode.isInUse()) {
      only.flags().start(batch, byCode);
    } else {
      takeFlags(only, batch);
    }
    if (changingRows.length < batch.count() + 1) {
      changingRows = new int[batch.count() + (batch.count() >> 1) + 1];
    }
    int size = only.flags().changing(batch, slots, groups, changingRows);
    Operators.shareColumns(batch, changing);
    changing.select(batch.rows(), changingRows, size, batch.weights());
    return changing;
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

  /** Takes a group of append-only rows into another. */
  void merge(GroupMerge merge) {
    countedWords.keySet().forEach(merge::add);
    ofOperands.forEach(accumulator -> accumulator.merge(merge));
  }

  /** Folds the rows of a batch, which was evaluated. */
  void add(GroupedRows groups, Batch batch) {
    boolean areFlags = areFlags();
    for (int i = 0; i < conditions.length; i++) {
      conditions[i] = countedCalls[i] == ALL_ROWS ? null : inputs.condition(countedCalls[i]);
    }
    counts.add(groups, conditions, batch, rows.isGlobal());
    for (Seen some : seen) {
      if (!areFlags) {
        takeFlags(some, batch);
      }
      some.flags().add(groups, batch);
    }
    for (int call : others) {
      accumulators.get(call).add(groups, inputs.operands(call), inputs.rows(call));
    }
  }
}
