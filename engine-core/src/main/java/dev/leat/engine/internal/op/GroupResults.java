package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.GroupKeys;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.internal.state.TouchedRows;
import dev.leat.engine.plan.Schema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes rows of results of the rows of groups: those that changed in a step, old (-1) and new (+1),
 * or those that end. A result that fails is reported, and its group has no row.
 */
final class GroupResults {
  /** How many rows of an image become columns at once: what stays in the nearest cache. */
  private static final int ROWS_AT_ONCE = 128;

  private final String place;
  private final Schema schema;
  private final KeyLayout keyLayout;
  private final List<Accumulator> accumulators;
  private final boolean isTold;
  private final Failures failures;
  private final Batch output;
  private final RowErrors errors = new RowErrors();
  private int[] emitted = new int[0];

  /**
   * Results of some groups.
   *
   * @param place what to call the operator
   * @param schema key columns first, then one for each aggregate
   * @param keyLayout of the key's words, with which a group's row begins
   */
  GroupResults(
      String place, Schema schema, KeyLayout keyLayout, GroupFolds folds, Failures failures) {
    this.place = place;
    this.schema = schema;
    this.keyLayout = keyLayout;
    this.accumulators = folds.accumulators();
    this.isTold = folds.isTold();
    this.failures = failures;
    this.output = new Batch(schema.size());
  }

  /** The rows that were made last. */
  Batch output() {
    return output;
  }

  /** The results where they can be read in place; null if they cannot. */
  @Nullable AggregateRows stored(Schema view, GroupRows rows, @Nullable GroupKeys keys) {
    List<RowResult> results = new ArrayList<>();
    for (Accumulator accumulator : accumulators) {
      RowResult result = accumulator.rowResult();
      if (result == null) {
        return null;
      }
      results.add(result);
    }
    return new AggregateRows(view, new AggregateRows.Groups(rows, keys, keyLayout), results);
  }

  /** Makes the changes of a step that made an image. */
  void emit(TouchedRows touched) {
    int count = touched.imageRows();
    write(touched.image(), touched.stride(), count);
    if (errors.isEmpty() && isTold) {
      output.fill(count, touched.imageWeights());
    } else {
      int size = select(touched);
      output.select(count, emitted, size, touched.imageWeights());
    }
    output.number(touched.imageSlots());
    output.consolidated();
  }

  /** Makes the last rows of groups that end. */
  void emitEnding(GroupRows rows, int[] ending) {
    int stride = rows.stride();
    long[] image = new long[Math.multiplyExact(ending.length, stride)];
    for (int i = 0; i < ending.length; i++) {
      System.arraycopy(rows.page(ending[i]), rows.offset(ending[i]), image, i * stride, stride);
    }
    write(image, stride, ending.length);
    ensureEmitted(ending.length);
    int size = 0;
    for (int row = 0; row < ending.length; row++) {
      if (errors.isFailed(row)) {
        failures.report(place, errors.reason(row), schema, output, row);
      } else {
        emitted[size++] = row;
      }
    }
    output.select(ending.length, emitted, size, null);
  }

  /** Makes columns of groups' rows that lie one behind the other. */
  private void write(long[] image, int stride, int count) {
    errors.clear();
    for (int c = 0; c < schema.size(); c++) {
      output.column(c).reset(count);
    }
    for (int from = 0; from < count; from += ROWS_AT_ONCE) {
      int to = Math.min(count, from + ROWS_AT_ONCE);
      keyLayout.scatter(image, stride, from, to, output);
      for (int i = 0; i < accumulators.size(); i++) {
        Column column = output.column(keyLayout.columns() + i);
        accumulators.get(i).write(image, stride, from, to, column, errors);
      }
    }
  }

  private void ensureEmitted(int count) {
    if (emitted.length < count) {
      emitted = new int[count + (count >> 1)];
    }
  }

  /**
   * Selects the rows of the output that have a result, and, where it was another before, that one;
   * reports new ones that have none.
   */
  private int select(TouchedRows touched) {
    int count = touched.imageRows();
    ensureEmitted(count);
    long[] weights = touched.imageWeights();
    int[] slots = touched.imageSlots();
    int size = 0;
    for (int row = 0; row < count; row++) {
      boolean isFailed = errors.isFailed(row);
      if (weights[row] > 0) {
        if (isFailed) {
          failures.report(place, errors.reason(row), schema, output, row);
        } else {
          emitted[size++] = row;
        }
      } else if (!isFailed) {
        boolean isPair = row + 1 < count && slots[row + 1] == slots[row];
        if (isPair && !errors.isFailed(row + 1) && isUnchanged(row)) {
          row++;
        } else {
          emitted[size++] = row;
        }
      }
    }
    return size;
  }

  /** Has a row the same results as the next? */
  private boolean isUnchanged(int row) {
    for (int c = keyLayout.columns(); c < schema.size(); c++) {
      Column column = output.column(c);
      if (column.word(row) != column.word(row + 1)
          || column.isNull(row) != column.isNull(row + 1)) {
        return false;
      }
    }
    return true;
  }
}
