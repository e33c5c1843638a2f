package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.RowChanges;
import dev.leat.engine.internal.state.RowsByKey;
import dev.leat.engine.plan.Join;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Joins two relations, both of which may change.
 *
 * <p><b>How.</b> The rows of both are in indexes by the key, which have taken in this epoch's
 * changes already and know what was there before. With L and R for the relations, what changes in
 * the pairs is <i>changes of L with R as it was, and L as it is with changes of R</i>: so each pair
 * of rows is met as often as it changed. A row alone, which an outer or anti join gives, is the
 * same rule with "nothing matches it" in the place of the other relation: without a condition that
 * is a matter of the key, and the index knows how many rows a key had and has; with one, how many
 * rows match is kept for each row.
 *
 * <p>First only row numbers are collected, then columns are gathered, those that somebody reads.
 * Where each row of the left batch has one row in the result, as when events look up users, its
 * columns are shared and not copied.
 *
 * <p><b>Cost.</b> In proportion to the changes and the pairs that they change; what is not touched
 * costs nothing.
 */
public final class JoinOperator implements Operator {
  private final Join join;
  private final JoinSide left;
  private final JoinSide right;
  private final @Nullable JoinCondition condition;

  /** Pairs of changed left rows with right rows. */
  private final RowPairs ofLeft = new RowPairs();

  /** Pairs of changed right rows with left rows. */
  private final RowPairs ofRight = new RowPairs();

  private final PairColumns leftColumns;
  private final PairColumns rightColumns;
  private final Column[] own;
  private final PairConsolidator consolidator;
  private final Batch gathered;
  private final Batch output;
  private long[] weights = new long[0];
  private int[] numbers = new int[0];

  /**
   * What a join reads and reports to.
   *
   * @param isRead for each column of the result, whether anything reads it
   */
  public record Wiring(
      IndexOperator left,
      IndexOperator right,
      boolean[] isRead,
      Dictionary dictionary,
      Failures failures) {}

  public JoinOperator(Join join, Wiring wiring) {
    this.join = join;
    this.left = new JoinSide(join, Join.Side.LEFT, wiring.left());
    this.right = new JoinSide(join, Join.Side.RIGHT, wiring.right());
    int columns = join.schema().size();
    boolean[] isRead = wiring.isRead();
    var sources = join.columns().sources().subList(0, columns);
    this.leftColumns = new PairColumns(sources, left, right, true, isRead);
    this.rightColumns = new PairColumns(sources, right, left, false, isRead);
    this.condition =
        join.condition() == null
            ? null
            : new JoinCondition(join, join.condition(), left, right, wiring);
    this.gathered = new Batch(columns);
    this.own = new Column[columns];
    Arrays.setAll(own, gathered::column);
    this.consolidator = new PairConsolidator(join.schema(), isRead, wiring.dictionary().hashing());
    this.output = new Batch(columns);
  }

  @Override
  public void step() {
    output.clear();
    boolean isLeftChanged = left.changes().count() > 0;
    boolean isRightChanged = right.changes().count() > 0;
    ofLeft.clear();
    ofRight.clear();
    if (isLeftChanged) {
      left.lookUp(right);
      collect(left, right, ofLeft);
    }
    if (isRightChanged) {
      right.lookUp(left);
      collect(right, left, ofRight);
    }
    emit();
  }

  /** Collects the pairs that the changes of a side bring. */
  private void collect(JoinSide asking, JoinSide kept, RowPairs out) {
    if (condition != null) {
      condition.collect(asking, kept, out);
      return;
    }
    boolean isOld = asking == left;
    // On the left it is the old state of the right side that counts; it differs only if that
    // changed.
    boolean differs = isOld && kept.changes().count() > 0;
    RowChanges changes = asking.changes();
    RowsByKey rows = kept.kept();
    boolean givesPairs = join.kind().givesPairs();
    for (int c = 0; c < changes.count(); c++) {
      int row = changes.row(c);
      int key = asking.otherKey(row);
      long weight = changes.weight(c);
      int touched = differs ? kept.changes().touched(key) : -1;
      long count = rows.count(key);
      if (touched >= 0) {
        count -= kept.changes().keyWeight(touched);
      }
      if (givesPairs && touched >= 0) {
        addBefore(kept, key, touched, out, row, weight);
      } else if (givesPairs) {
        for (int place = rows.first(key); place >= 0; place = rows.next(place)) {
          out.add(row, place, Math.multiplyExact(weight, rows.weight(place)));
        }
      }
      if (isAlone(asking, count)) {
        out.add(row, -1, weight);
      }
    }
    if (givesAlone(kept)) {
      collectTransitions(asking, kept, out, differs);
    }
  }

  /** Does a row of a side stand alone in the result if so many rows match it? */
  private boolean isAlone(JoinSide side, long matches) {
    if (side == left) {
      return join.kind() == Join.Kind.SEMI ? matches > 0 : join.kind().keepsLeft() && matches == 0;
    }
    return join.kind().keepsRight() && matches == 0;
  }

  /** Are there rows of a side that stand alone, depending on what matches them? */
  private boolean givesAlone(JoinSide side) {
    return side == left
        ? join.kind().keepsLeft() || join.kind() == Join.Kind.SEMI
        : join.kind().keepsRight();
  }

  /** Adds pairs with the rows that a key, whose rows changed, had before. */
  private static void addBefore(
      JoinSide kept, int key, int touched, RowPairs out, int row, long weight) {
    RowsByKey rows = kept.kept();
    for (int place = rows.first(key); place >= 0; place = rows.next(place)) {
      long before = rows.weightBefore(place);
      if (before != 0) {
        out.add(row, place, Math.multiplyExact(weight, before));
      }
    }
    RowChanges changes = kept.changes();
    for (int c = changes.firstOf(touched); c >= 0; c = changes.nextOf(c)) {
      if (rows.isGone(c)) {
        long before = rows.weightBefore(changes.place(c));
        out.add(row, changes.place(c), Math.multiplyExact(weight, before));
      }
    }
  }

  /** Kept rows that stand alone now, or do not any more, because of what the other side changed. */
  private void collectTransitions(JoinSide asking, JoinSide kept, RowPairs out, boolean differs) {
    RowChanges changes = asking.changes();
    RowsByKey rows = kept.kept();
    for (int t = 0; t < changes.touchedKeys(); t++) {
      int first = changes.firstOf(t);
      long now = asking.kept().count(changes.key(first));
      boolean wasAlone = isAlone(kept, now - changes.keyWeight(t));
      if (wasAlone == isAlone(kept, now)) {
        continue;
      }
      int row = changes.row(first);
      int key = asking.otherKey(row);
      long sign = wasAlone ? -1 : 1;
      int touched = differs ? kept.changes().touched(key) : -1;
      if (touched >= 0) {
        addBefore(kept, key, touched, out, ~row, sign);
        continue;
      }
      for (int place = rows.first(key); place >= 0; place = rows.next(place)) {
        out.add(~row, place, sign * rows.weight(place));
      }
    }
  }

  private void emit() {
    int total = Math.addExact(ofLeft.count(), ofRight.count());
    if (total == 0) {
      return;
    }
    if (ofRight.count() == 0 && ofLeft.isOnceEach()) {
      share();
      return;
    }
    for (Column column : own) {
      column.reset(total);
    }
    leftColumns.gather(ofLeft, 0, ofLeft.count(), gathered, 0);
    rightColumns.gather(ofRight, 0, ofRight.count(), gathered, ofLeft.count());
    if (weights.length < total) {
      weights = new long[total + (total >> 1)];
    }
    System.arraycopy(ofLeft.weights(), 0, weights, 0, ofLeft.count());
    System.arraycopy(ofRight.weights(), 0, weights, ofLeft.count(), ofRight.count());
    gathered.fill(total, weights);
    if (join.keySide().isPresent()) {
      number(total, join.keySide().get() == Join.Side.LEFT);
      gathered.number(numbers);
      consolidator.consolidateByNumber(gathered, output);
    } else {
      consolidator.consolidate(gathered, output);
    }
  }

  /** Each row of the left batch is in one row of the result, or in none. */
  private void share() {
    leftColumns.share(ofLeft, own, output);
    Batch in = left.batch();
    int count = ofLeft.count();
    boolean isWhole = count == in.rows();
    output.select(in.rows(), isWhole ? null : ofLeft.rows(), count, sharedWeights(in));
    if (join.keySide().isPresent()) {
      output.number(sharedNumbers(in));
    }
  }

  private long @Nullable [] sharedWeights(Batch in) {
    boolean isOne = true;
    for (int i = 0; i < ofLeft.count(); i++) {
      isOne &= ofLeft.weights()[i] == 1;
    }
    if (isOne) {
      return null;
    }
    if (weights.length < in.rows()) {
      weights = new long[in.rows() + (in.rows() >> 1)];
    }
    for (int i = 0; i < ofLeft.count(); i++) {
      weights[ofLeft.rows()[i]] = ofLeft.weights()[i];
    }
    return weights;
  }

  private int @Nullable [] sharedNumbers(Batch in) {
    if (join.keySide().orElseThrow() == Join.Side.LEFT) {
      return in.slots();
    }
    if (numbers.length < in.rows()) {
      numbers = new int[in.rows() + (in.rows() >> 1)];
    }
    for (int i = 0; i < ofLeft.count(); i++) {
      numbers[ofLeft.rows()[i]] = right.kept().number(ofLeft.places()[i]);
    }
    return numbers;
  }

  /** The numbers of the rows of the result are those of one side. */
  private void number(int total, boolean isLeft) {
    if (numbers.length < total) {
      numbers = new int[total + (total >> 1)];
    }
    number(isLeft, ofLeft, left, right, 0);
    number(!isLeft, ofRight, right, left, ofLeft.count());
  }

  private void number(boolean isOfBatch, RowPairs pairs, JoinSide asking, JoinSide kept, int at) {
    int[] ofBatch = asking.batch().slots();
    for (int i = 0; i < pairs.count(); i++) {
      numbers[at + i] =
          isOfBatch && ofBatch != null
              ? ofBatch[pairs.rows()[i]]
              : kept.kept().number(pairs.places()[i]);
    }
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public long stateBytes() {
    return condition == null ? 0 : condition.stateBytes();
  }

  @Override
  public void mark(CodeSet live) {
    // What is kept is in the indexes.
  }

  @Override
  public StateImage capture() {
    return condition == null ? StateImage.EMPTY : condition.capture();
  }

  @Override
  public void restore(StateReader in) {
    if (condition != null) {
      condition.restore(in);
    }
  }
}
