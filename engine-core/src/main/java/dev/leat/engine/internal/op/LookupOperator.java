package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.RowsByKey;
import dev.leat.engine.plan.Joined;
import dev.leat.engine.plan.LookupJoin;

/**
 * Puts the rows that an index has for its key now beside each row that comes in. It keeps nothing:
 * what the index has later changes no row that went by.
 */
public final class LookupOperator implements Operator {
  private static final PairOutput.Others NO_OTHERS = new NoOthers();

  private final JoinSide left;
  private final JoinSide right;
  private final RowPairs pairs = new RowPairs();
  private final PairOutput output;

  /**
   * An operator for a lookup.
   *
   * @param input brings the rows of the left
   * @param index has those of the right
   * @param isRead for each column of the result, whether anything reads it
   */
  public LookupOperator(
      LookupJoin lookup,
      Operator input,
      IndexOperator index,
      boolean[] isRead,
      Dictionary dictionary) {
    this.left = new JoinSide(lookup, Joined.Side.LEFT, input, null);
    this.right = JoinSide.of(lookup, Joined.Side.RIGHT, index);
    this.output = new PairOutput(lookup, null, left, right, isRead, dictionary);
  }

  /** Where only the left brings rows. */
  private static final class NoOthers implements PairOutput.Others {
    private static final long[] NONE = {};

    @Override
    public int count() {
      return 0;
    }

    @Override
    public void gather(Batch out, int at) {
      // There are none.
    }

    @Override
    public long[] weights() {
      return NONE;
    }

    @Override
    public void number(int[] numbers, int at) {
      // There are none.
    }
  }

  @Override
  public void step() {
    pairs.clear();
    Batch in = left.batch();
    if (!in.isEmpty() && right.kept().isUnique()) {
      pairs.addEach(in, left.lookUpRows(right));
    } else if (!in.isEmpty()) {
      left.lookUp(right);
      RowsByKey rows = right.kept();
      for (int i = 0; i < in.count(); i++) {
        int row = in.row(i);
        int place = rows.first(left.otherKey(row));
        if (place < 0) {
          pairs.add(row, -1, 1);
        }
        for (; place >= 0; place = rows.next(place)) {
          // What only comes has no weights: equal rows are several.
          for (long n = rows.weight(place); n > 0; n--) {
            pairs.add(row, place, 1);
          }
        }
      }
    }
    output.emit(pairs, NO_OTHERS);
  }

  @Override
  public Batch output() {
    return output.batch();
  }

  @Override
  public StateImage capture() {
    return StateImage.EMPTY;
  }

  @Override
  public void restore(StateReader in) {
    // It keeps nothing from one step to the next.
  }
}
