package dev.leat.engine.internal.op;

import com.carrotsearch.hppc.IntArrayList;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.TimedRows;
import dev.leat.engine.plan.ClosingJoin;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.Joined;
import dev.leat.engine.plan.JoinedColumns;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Joins two streams within a time, and lets go of rows that can match nothing any more. A step
 * looks at three things in this order: which of the rows that came are late, by the watermark as it
 * was before; which rows the others match; and which rows the watermark, as it is now, ends. Those
 * that nothing has matched are told then, if the join tells them, and all of them are forgotten.
 *
 * <p><b>Pairs.</b> Rows only come, so a pair comes when the later of its rows does: the new rows of
 * the left meet what the right has kept before, then the new rows of the right meet all of the
 * left.
 *
 * <p><b>Order.</b> What it gives lies in an order that follows from the rows alone: pairs by the
 * new row, then the newest kept one first; rows alone by when they end, then by their places.
 *
 * <p><b>Cost.</b> Of a new row the kept rows of its key, whatever their times; of a row that ends
 * the logarithm of how many there are.
 */
public final class ClosingJoinOperator implements Closing {
  private final ClosingJoin join;
  private final String place;
  private final ClosingTime time;
  private final TimedSide left;
  private final TimedSide right;
  private final @Nullable TimedCondition condition;

  /** New left rows with kept right ones, and the other way round. */
  private final TimedPairs newLeft;

  private final TimedPairs newRight;
  private final RowPairs ofLeft = new RowPairs();
  private final RowPairs ofRight = new RowPairs();

  /** Left rows that matched for the first time, where these are what the join gives. */
  private final IntArrayList matched = new IntArrayList();

  private final IntArrayList aloneLeft = new IntArrayList();
  private final IntArrayList aloneRight = new IntArrayList();
  private final boolean[] isRead;
  private final Batch output;
  private long given;

  /** A join of what two operators give. */
  public ClosingJoinOperator(
      ClosingJoin join, Operator leftRows, Operator rightRows, boolean[] isRead, Wiring wiring) {
    this.join = join;
    this.place = join.describe();
    this.time = new ClosingTime(wiring.sources(), join.latenessMicros());
    this.left = side(join, Joined.Side.LEFT, leftRows, wiring);
    this.right = side(join, Joined.Side.RIGHT, rightRows, wiring);
    Expr also = join.condition();
    this.condition = also == null ? null : new TimedCondition(join, also, left, right, wiring);
    List<JoinedColumns.Source> sources = join.columns().sources();
    this.newLeft = new TimedPairs(sources, left, right, true, isRead);
    this.newRight = new TimedPairs(sources, right, left, false, isRead);
    this.isRead = isRead.clone();
    this.output = new Batch(isRead.length);
  }

  private static TimedSide side(ClosingJoin join, Joined.Side side, Operator input, Wiring wiring) {
    return new TimedSide(join, side, input, wiring.dictionary().hashing(), wiring.failures());
  }

  @Override
  public @Nullable Waiting waiting() {
    TimedRows ofLeft = left.rows();
    TimedRows ofRight = right.rows();
    if (!ofLeft.hasUnmatched() && !ofRight.hasUnmatched()) {
      return null;
    }
    long end = Math.min(ofLeft.firstUnmatchedEnd(), ofRight.firstUnmatchedEnd());
    return new Waiting(
        "a row that matches nothing so far, but may until", end, time.passing(end), 1);
  }

  @Override
  public ClosingTime time() {
    return time;
  }

  @Override
  public String place() {
    return place;
  }

  @Override
  public long given() {
    return given;
  }

  @Override
  public void step() {
    left.takeOpen(time);
    right.takeOpen(time);
    left.keep();
    meet(left, right, ofLeft);
    right.keep();
    meet(right, left, ofRight);
    time.advance();
    aloneLeft.clear();
    aloneRight.clear();
    IntArrayList endingLeft = left.ending(time, aloneLeft);
    IntArrayList endingRight = right.ending(time, aloneRight);
    emit();
    left.remove(endingLeft);
    right.remove(endingRight);
    matched.clear();
  }

  /** Collects the pairs of the new rows of a side with those that the other keeps. */
  private void meet(TimedSide asking, TimedSide kept, RowPairs out) {
    boolean isAskingLeft = asking == left;
    out.clear();
    asking.addPairs(kept, out);
    if (condition != null) {
      condition.select(out, isAskingLeft);
    }
    for (int i = 0; i < out.count(); i++) {
      int ofAsking = asking.rows().place(out.rows()[i]);
      int ofKept = out.places()[i];
      matched(isAskingLeft ? ofAsking : ofKept, isAskingLeft ? ofKept : ofAsking);
    }
    if (!join.kind().givesPairs()) {
      out.clear();
    }
  }

  private void matched(int ofLeft, int ofRight) {
    boolean isSemi = join.kind() == Join.Kind.SEMI;
    if ((isSemi || join.kind().keepsLeft()) && left.rows().match(ofLeft) && isSemi) {
      matched.add(ofLeft);
    }
    if (join.kind().keepsRight()) {
      right.rows().match(ofRight);
    }
  }

  private void emit() {
    int pairs = Math.addExact(ofLeft.count(), ofRight.count());
    int total = pairs + matched.size() + aloneLeft.size() + aloneRight.size();
    if (total == 0) {
      output.clear();
      return;
    }
    for (int c = 0; c < isRead.length; c++) {
      if (isRead[c]) {
        output.column(c).reset(total);
      }
    }
    newLeft.gather(ofLeft, 0, ofLeft.count(), output, 0);
    newRight.gather(ofRight, 0, ofRight.count(), output, ofLeft.count());
    int at = pairs;
    newRight.gatherAlone(matched, output, at);
    at += matched.size();
    newRight.gatherAlone(aloneLeft, output, at);
    at += aloneLeft.size();
    newLeft.gatherAlone(aloneRight, output, at);
    output.fill(total, null);
    output.consolidated();
    given += total;
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public long stateBytes() {
    return left.rows().bytes() + right.rows().bytes();
  }

  @Override
  public void mark(CodeSet live) {
    left.rows().mark(live);
    right.rows().mark(live);
  }

  @Override
  public StateImage capture() {
    StateImage ofLeft = left.rows().capture();
    StateImage ofRight = right.rows().capture();
    long reached = time.watermark();
    long soFar = given;
    return out -> {
      out.writeLong(reached);
      out.writeLong(soFar);
      ofLeft.writeTo(out);
      ofRight.writeTo(out);
    };
  }

  @Override
  public void restore(StateReader in) {
    time.restore(in.readLong());
    given = in.readLong();
    left.rows().restore(in);
    right.rows().restore(in);
  }
}
