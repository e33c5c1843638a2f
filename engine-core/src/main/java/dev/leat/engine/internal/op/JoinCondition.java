package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.expr.ExprCompiler;
import dev.leat.engine.internal.expr.Kernel;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.expr.Selections;
import dev.leat.engine.internal.state.PlaceCounts;
import dev.leat.engine.internal.state.RowChanges;
import dev.leat.engine.internal.state.RowsByKey;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.Schema;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The condition of a join beside its keys. Pairs with equal keys are collected, some thousands at a
 * time, the condition is evaluated over their columns, and those go on for which it is true.
 *
 * <p><b>State.</b> Where rows of a side stand alone if nothing matches them, or if something does,
 * it is kept for each how many rows match it: it can be another number for each row of a key.
 */
final class JoinCondition {
  private static final int PAIRS_AT_ONCE = 4096;

  private final Join join;
  private final JoinSide left;
  private final Kernel condition;
  private final Schema schema;
  private final Failures failures;
  private final PairColumns leftColumns;
  private final PairColumns rightColumns;
  private final Batch batch;
  private final RowErrors errors = new RowErrors();
  private final RowPairs candidates = new RowPairs();
  private int[] selection = new int[PAIRS_AT_ONCE];
  private long[] keptWeights = new long[PAIRS_AT_ONCE];
  private int[] changeOf = new int[PAIRS_AT_ONCE];

  /** How many right rows match each left row, and the other way round; null where nobody asks. */
  private final @Nullable PlaceCounts leftCounts;

  private final @Nullable PlaceCounts rightCounts;

  /** By change of the side that asks: how many kept rows match it. */
  private long[] matches = new long[0];

  /** The kept rows that a step matched, each once: place, row that has its key, count before. */
  private int[] touched = new int[16];

  private int[] touchedRows = new int[16];
  private long[] touchedBefore = new long[16];
  private int touchedCount;
  private int[] touchOf = new int[0];

  JoinCondition(
      Join join, Expr condition, JoinSide left, JoinSide right, JoinOperator.Wiring wiring) {
    this.join = join;
    this.left = left;
    this.schema = join.columns().schema();
    this.condition = ExprCompiler.compile(condition, schema, wiring.dictionary());
    this.failures = wiring.failures();
    boolean[] isRead = new boolean[schema.size()];
    condition.columns().forEach(name -> isRead[schema.find(name)] = true);
    var sources = join.columns().sources();
    this.leftColumns = new PairColumns(sources, left, right, true, isRead);
    this.rightColumns = new PairColumns(sources, right, left, false, isRead);
    this.batch = new Batch(schema.size());
    for (int c = 0; c < isRead.length; c++) {
      if (isRead[c]) {
        batch.column(c).reset(PAIRS_AT_ONCE);
      }
    }
    boolean isLeftCounted = join.kind().keepsLeft() || join.kind() == Join.Kind.SEMI;
    this.leftCounts = isLeftCounted ? new PlaceCounts() : null;
    this.rightCounts = join.kind().keepsRight() ? new PlaceCounts() : null;
  }

  /** Collects the pairs that the changes of a side bring, and the rows that stand alone. */
  void addPairs(JoinSide asking, JoinSide kept, RowPairs out) {
    boolean isOld = asking == left;
    RowChanges changes = asking.changes();
    if (matches.length < changes.count()) {
      matches = new long[changes.count() + (changes.count() >> 1)];
    }
    Arrays.fill(matches, 0, changes.count(), 0);
    touchedCount = 0;
    RowsByKey rows = kept.kept();
    boolean differs = isOld && kept.changes().count() > 0;
    for (int c = 0; c < changes.count(); c++) {
      int key = asking.otherKey(changes.row(c));
      int touchedKey = differs ? kept.changes().touched(key) : -1;
      for (int place = rows.first(key); place >= 0; place = rows.next(place)) {
        long weight = touchedKey < 0 ? rows.weight(place) : rows.weightBefore(place);
        if (weight != 0) {
          candidate(asking, out, c, place, weight);
        }
      }
      for (int g = touchedKey < 0 ? -1 : kept.changes().firstOf(touchedKey);
          g >= 0;
          g = kept.changes().nextOf(g)) {
        if (rows.isGone(g)) {
          int place = kept.changes().place(g);
          candidate(asking, out, c, place, rows.weightBefore(place));
        }
      }
    }
    evaluate(asking, out);
    addAsking(asking, out);
    addKept(kept, out, isOld);
  }

  private void candidate(JoinSide asking, RowPairs out, int change, int place, long weight) {
    if (candidates.count() == PAIRS_AT_ONCE) {
      evaluate(asking, out);
    }
    changeOf[candidates.count()] = change;
    keptWeights[candidates.count()] = weight;
    RowChanges changes = asking.changes();
    candidates.add(changes.row(change), place, Math.multiplyExact(changes.weight(change), weight));
  }

  /** Takes the candidates for which the condition is true. */
  private void evaluate(JoinSide asking, RowPairs out) {
    int count = candidates.count();
    if (count == 0) {
      return;
    }
    for (int c = 0; c < schema.size(); c++) {
      batch.column(c).forgetNulls();
    }
    PairColumns columns = asking == left ? leftColumns : rightColumns;
    columns.gather(candidates, batch, 0);
    batch.fill(count, null);
    errors.clear();
    int passing = Selections.select(condition, batch, null, count, errors, selection);
    errors.forEach(
        (row, reason) -> {
          if (candidates.weights()[row] > 0) {
            failures.report(join.describe(), reason, schema, batch, row);
          }
        });
    PlaceCounts counts = asking == left ? rightCounts : leftCounts;
    for (int i = 0; i < passing; i++) {
      int pair = selection[i];
      int row = candidates.rows()[pair];
      int place = candidates.places()[pair];
      if (join.kind().givesPairs()) {
        out.add(row, place, candidates.weights()[pair]);
      }
      matches[changeOf[pair]] += keptWeights[pair];
      if (counts != null) {
        touch(counts, place, row, asking.changes().weight(changeOf[pair]));
      }
    }
    candidates.clear();
  }

  /** Counts a match of a kept row. */
  private void touch(PlaceCounts counts, int place, int row, long weight) {
    if (place >= touchOf.length) {
      touchOf = Arrays.copyOf(touchOf, place + 16 + (place >> 1));
    }
    if (touchOf[place] == 0) {
      if (touchedCount == touched.length) {
        touched = Arrays.copyOf(touched, 2 * touchedCount);
        touchedRows = Arrays.copyOf(touchedRows, 2 * touchedCount);
        touchedBefore = Arrays.copyOf(touchedBefore, 2 * touchedCount);
      }
      touched[touchedCount] = place;
      touchedRows[touchedCount] = row;
      touchedBefore[touchedCount++] = counts.get(place);
      touchOf[place] = touchedCount;
    }
    counts.set(place, counts.get(place) + weight);
  }

  private boolean isAlone(JoinSide side, long count) {
    boolean isSemi = side == left && join.kind() == Join.Kind.SEMI;
    return isSemi ? count > 0 : count == 0;
  }

  /** The rows that changed and stand alone; how many rows match each is known from now on. */
  private void addAsking(JoinSide asking, RowPairs out) {
    PlaceCounts counts = asking == left ? leftCounts : rightCounts;
    if (counts == null) {
      return;
    }
    RowChanges changes = asking.changes();
    for (int c = 0; c < changes.count(); c++) {
      if (isAlone(asking, matches[c])) {
        out.add(changes.row(c), -1, changes.weight(c));
      }
      if (changes.place(c) >= 0) {
        counts.set(changes.place(c), matches[c]);
      }
    }
  }

  /** The kept rows that stand alone now, or do not any more. */
  private void addKept(JoinSide kept, RowPairs out, boolean isOld) {
    PlaceCounts counts = kept == left ? leftCounts : rightCounts;
    for (int t = 0; t < touchedCount && counts != null; t++) {
      int place = touched[t];
      touchOf[place] = 0;
      boolean wasAlone = isAlone(kept, touchedBefore[t]);
      if (wasAlone != isAlone(kept, counts.get(place))) {
        RowsByKey rows = kept.kept();
        long weight = isOld ? rows.weightBefore(place) : rows.weight(place);
        out.add(RowPairs.keyOnly(touchedRows[t]), place, wasAlone ? -weight : weight);
      }
    }
  }

  long stateBytes() {
    return (leftCounts == null ? 0 : leftCounts.bytes())
        + (rightCounts == null ? 0 : rightCounts.bytes());
  }

  StateImage capture() {
    if (leftCounts == null && rightCounts == null) {
      return StateImage.EMPTY;
    }
    StateImage ofLeft = leftCounts == null ? StateImage.EMPTY : leftCounts.capture();
    StateImage ofRight = rightCounts == null ? StateImage.EMPTY : rightCounts.capture();
    return out -> {
      ofLeft.writeTo(out);
      ofRight.writeTo(out);
    };
  }

  void restore(StateReader in) {
    if (leftCounts != null) {
      leftCounts.restore(in);
    }
    if (rightCounts != null) {
      rightCounts.restore(in);
    }
  }
}
