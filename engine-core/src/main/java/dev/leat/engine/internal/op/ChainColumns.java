package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.state.LinkedRows;
import dev.leat.engine.plan.JoinChain;
import dev.leat.engine.plan.Schema;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Makes the columns of a chain of joins. What is of the base is shared where its rows come as a
 * batch that only adds; else it is gathered from what is kept, as the columns beside it always are.
 */
final class ChainColumns {
  private final KeptColumns ofBase;
  private final KeptColumns[] ofSteps;

  /** By column: the step, or -1 for the base, and the column of the base that has its words. */
  private final int[] step;

  private final int[] baseColumn;

  /** The columns that somebody reads. */
  private final int[] read;

  private final Column[] own;
  private final Batch output;
  private int[] selection = new int[0];

  /**
   * Columns of a chain.
   *
   * @param isRead for each column of the result, whether anything reads it
   */
  ChainColumns(JoinChain chain, LinkedRows rows, ChainStep[] steps, boolean[] isRead) {
    this.output = new Batch(isRead.length);
    this.own = new Column[isRead.length];
    Arrays.setAll(own, output::column);
    this.read = IntStream.range(0, isRead.length).filter(c -> isRead[c]).toArray();
    this.step = new int[isRead.length];
    this.baseColumn = new int[isRead.length];
    this.ofBase = new KeptColumns(rows.rows(), rows.columns());
    this.ofSteps = new KeptColumns[steps.length];
    for (int k = 0; k < steps.length; k++) {
      ofSteps[k] = new KeptColumns(steps[k].right().rows(), steps[k].right().kept());
    }
    for (int c : read) {
      JoinChain.Source source = chain.sources().get(c);
      step[c] = source.step();
      if (source.step() == JoinChain.Source.BASE) {
        baseColumn[c] = source.column();
        ofBase.add(c, source.column());
        continue;
      }
      JoinChain.Step from = chain.steps().get(source.step());
      String name = from.right().schema().field(source.column()).name();
      int key = from.keys().indexOf(name);
      if (key < 0) {
        baseColumn[c] = -1;
        ofSteps[source.step()].add(c, steps[source.step()].right().keptIndex(source.column()));
      } else {
        // What is kept of the right has no words for its key: they are those of the base.
        Schema base = chain.base().schema();
        baseColumn[c] = base.find(from.left().get(key));
        ofBase.add(c, baseColumn[c]);
      }
    }
  }

  Batch output() {
    return output;
  }

  /**
   * Makes the result of rows of a batch.
   *
   * @param found the rows, ascending, and what is beside them
   */
  void share(Batch in, ChainRows found, int[] numbers) {
    boolean isWhole = found.count() == in.rows();
    int[] rows = found.rows();
    for (int c : read) {
      boolean isKeyBeside = step[c] >= 0 && baseColumn[c] >= 0;
      if (step[c] < 0 || (isKeyBeside && !isAnyMissing(found, step[c]))) {
        output.share(c, in.column(baseColumn[c]));
        continue;
      }
      output.share(c, own[c]);
      own[c].reset(in.rows());
      if (isKeyBeside) {
        for (int i = 0; i < found.count(); i++) {
          if (found.matches(step[c])[i] < 0) {
            own[c].setNull(rows[i]);
          } else {
            own[c].copy(rows[i], in.column(baseColumn[c]), rows[i]);
          }
        }
      }
    }
    for (int k = 0; k < ofSteps.length; k++) {
      ofSteps[k].gather(found.matches(k), 0, found.count(), output, 0, isWhole ? null : rows);
    }
    output.select(in.rows(), isWhole ? null : rows, found.count(), null);
    output.number(numbers);
  }

  private static boolean isAnyMissing(ChainRows found, int step) {
    int[] matches = found.matches(step);
    int any = 0;
    for (int i = 0; i < found.count(); i++) {
      any |= matches[i];
    }
    return any < 0;
  }

  /** Makes the result of rows, old ones right before new ones; what did not change is left out. */
  void gather(ChainRows changed) {
    int count = changed.count();
    for (int c = 0; c < own.length; c++) {
      output.share(c, own[c]);
    }
    for (int c : read) {
      own[c].reset(count);
    }
    ofBase.gather(changed.places(), 0, count, output, 0, null);
    for (int c : read) {
      for (int i = 0; step[c] >= 0 && baseColumn[c] >= 0 && i < count; i++) {
        if (changed.matches(step[c])[i] < 0) {
          own[c].setNull(i);
        }
      }
    }
    for (int k = 0; k < ofSteps.length; k++) {
      ofSteps[k].gather(changed.matches(k), 0, count, output, 0, null);
    }
    select(changed);
  }

  private void select(ChainRows changed) {
    int count = changed.count();
    if (selection.length < count) {
      selection = new int[count + (count >> 1)];
    }
    int size = 0;
    for (int i = 0; i < count; i++) {
      if (i + 1 < count && changed.number(i) == changed.number(i + 1) && isEqual(i, i + 1)) {
        i++;
      } else {
        selection[size++] = i;
      }
    }
    output.select(count, size == count ? null : selection, size, changed.weights());
    output.number(changed.numbers());
    output.consolidated();
  }

  private boolean isEqual(int row, int other) {
    for (int c : read) {
      if (own[c].word(row) != own[c].word(other) || own[c].isNull(row) != own[c].isNull(other)) {
        return false;
      }
    }
    return true;
  }

  /** There are no changes. */
  void clear() {
    output.clear();
  }
}
