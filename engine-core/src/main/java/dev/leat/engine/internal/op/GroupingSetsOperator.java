package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.plan.GroupingSets;
import dev.leat.engine.plan.Schema;
import java.util.List;

/** Copies each row once for each set of keys; keeps nothing. */
public final class GroupingSetsOperator implements Operator {
  private final Operator input;

  /** The columns of the keys in the input. */
  private final int[] keys;

  /** For each set, is each key in it? */
  private final boolean[][] isIn;

  private final long[] ids;
  private final Batch output;
  private long[] weights = new long[0];

  public GroupingSetsOperator(GroupingSets node, Operator input) {
    this.input = input;
    Schema schema = node.input().schema();
    this.keys = node.keys().stream().mapToInt(schema::find).toArray();
    this.isIn = new boolean[node.sets().size()][keys.length];
    this.ids = new long[isIn.length];
    for (int s = 0; s < isIn.length; s++) {
      List<String> set = node.sets().get(s);
      ids[s] = node.id(set);
      for (int k = 0; k < keys.length; k++) {
        isIn[s][k] = set.contains(node.keys().get(k));
      }
    }
    this.output = new Batch(node.schema().size());
  }

  @Override
  public void step() {
    Batch in = input.output();
    if (in.isEmpty()) {
      output.clear();
      return;
    }
    int total = Math.multiplyExact(in.count(), isIn.length);
    for (int c = 0; c < output.columnCount(); c++) {
      output.column(c).reset(total);
    }
    if (weights.length < total) {
      weights = new long[total + (total >> 1)];
    }
    for (int c = 0; c < in.columnCount(); c++) {
      repeat(in, in.column(c), output.column(c));
    }
    for (int k = 0; k < keys.length; k++) {
      copyKey(in, k, output.column(in.columnCount() + k));
    }
    Column numbers = output.column(in.columnCount() + keys.length);
    for (int at = 0; at < total; at++) {
      numbers.set(at, ids[at % ids.length]);
      weights[at] = in.weight(in.row(at / ids.length));
    }
    output.fill(total, weights);
  }

  private void repeat(Batch in, Column from, Column to) {
    int at = 0;
    for (int i = 0; i < in.count(); i++) {
      for (int s = 0; s < isIn.length; s++) {
        to.copy(at++, from, in.row(i));
      }
    }
  }

  private void copyKey(Batch in, int key, Column to) {
    Column from = in.column(keys[key]);
    int at = 0;
    for (int i = 0; i < in.count(); i++) {
      for (boolean[] set : isIn) {
        if (set[key]) {
          to.copy(at++, from, in.row(i));
        } else {
          to.setNull(at++);
        }
      }
    }
  }

  @Override
  public Batch output() {
    return output;
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
