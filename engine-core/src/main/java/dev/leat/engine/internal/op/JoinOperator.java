package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.RowChanges;
import dev.leat.engine.internal.state.RowsByKey;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.Joined;
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
 * <p>First only row numbers are collected, then columns are gathered, those that somebody reads:
 * see {@link PairOutput}.
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

  private final OfRight others;
  private final PairOutput output;

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
    this.left = JoinSide.of(join, Joined.Side.LEFT, wiring.left());
    this.right = JoinSide.of(join, Joined.Side.RIGHT, wiring.right());
    Expr also = join.condition();
    this.condition = also == null ? null : new JoinCondition(join, also, left, right, wiring);
    Joined.Side numberSide = join.numberSide().orElse(null);
    this.output =
        new PairOutput(join, numberSide, left, right, wiring.isRead(), wiring.dictionary());
    this.others =
        new OfRight(
            new PairColumns(join.columns().sources(), right, left, false, wiring.isRead()),
            numberSide == Joined.Side.RIGHT);
  }

  /** The pairs of changed right rows, as a part of the output. */
  private final class OfRight implements PairOutput.Others {
    private final PairColumns columns;
    private final boolean isNumbered;

    /**
     * Those pairs.
     *
     * @param isNumbered are the numbers of the right rows those of the result?
     */
    private OfRight(PairColumns columns, boolean isNumbered) {
      this.columns = columns;
      this.isNumbered = isNumbered;
    }

    @Override
    public int count() {
      return ofRight.count();
    }

    @Override
    public void gather(Batch out, int at) {
      columns.gather(ofRight, out, at);
    }

    @Override
    public long[] weights() {
      return ofRight.weights();
    }

    @Override
    public void number(int[] numbers, int at) {
      if (isNumbered) {
        ofRight.number(right.kept().numbers(right.batch()), numbers, at);
      } else {
        ofRight.number(left.kept(), numbers, at);
      }
    }
  }

  @Override
  public void step() {
    boolean isLeftChanged = left.changes().count() > 0;
    boolean isRightChanged = right.changes().count() > 0;
    ofLeft.clear();
    ofRight.clear();
    if (isLeftChanged) {
      left.lookUp(right);
      addPairs(left, right, ofLeft);
    }
    if (isRightChanged) {
      right.lookUp(left);
      addPairs(right, left, ofRight);
    }
    output.emit(ofLeft, others);
  }

  /** Adds the pairs, and the rows alone, that the changes of a side bring. */
  private void addPairs(JoinSide asking, JoinSide kept, RowPairs out) {
    if (condition != null) {
      condition.addPairs(asking, kept, out);
      return;
    }
    boolean isOld = asking == left;
    // On the left it is the old state of the right side that counts; it differs only if that
    // changed.
    boolean differs = isOld && kept.changes().count() > 0;
    RowChanges changes = asking.changes();
    RowsByKey rows = kept.kept();
    boolean givesPairs = join.kind().givesPairs();
    boolean isAloneIfNone = isAlone(asking, 0);
    boolean isAloneIfSome = isAlone(asking, 1);
    for (int c = 0; c < changes.count(); c++) {
      int row = changes.row(c);
      int key = asking.otherKey(row);
      long weight = changes.weight(c);
      int touched = differs ? kept.changes().touched(key) : -1;
      if (givesPairs && touched >= 0) {
        addBefore(kept, key, touched, out, row, weight);
      } else if (givesPairs) {
        for (int place = rows.first(key); place >= 0; place = rows.next(place)) {
          out.add(row, place, Math.multiplyExact(weight, rows.weight(place)));
        }
      }
      if (isAloneIfNone || isAloneIfSome) {
        long count = rows.count(key) - (touched < 0 ? 0 : kept.changes().keyWeight(touched));
        if (count == 0 ? isAloneIfNone : isAloneIfSome) {
          out.add(row, -1, weight);
        }
      }
    }
    if (givesAlone(kept)) {
      addTransitions(asking, kept, out, differs);
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
  private void addTransitions(JoinSide asking, JoinSide kept, RowPairs out, boolean differs) {
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
        addBefore(kept, key, touched, out, RowPairs.keyOnly(row), sign);
        continue;
      }
      for (int place = rows.first(key); place >= 0; place = rows.next(place)) {
        out.add(RowPairs.keyOnly(row), place, sign * rows.weight(place));
      }
    }
  }

  @Override
  public Batch output() {
    return output.batch();
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
