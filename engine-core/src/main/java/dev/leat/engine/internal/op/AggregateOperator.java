package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Bits;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.GroupKeys;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Schema;
import java.util.Arrays;
import java.util.List;

/**
 * Groups and aggregates, also {@code distinct}, which is grouping by all columns.
 *
 * <p><b>How.</b> Each row's key gives its group: a small number. Accumulators hold a value a group,
 * in arrays. A step finds the groups that the batch touches, reads their results, folds the rows
 * in, reads them again, and emits old (-1) and new (+1) of each touched group whose row changed:
 * once for the whole epoch, whatever the number of rows, in the order in which groups were first
 * touched. So no copy of the result is kept, and work is in proportion to the batch.
 *
 * <p>A group without rows ends, and its number is given out again; only the one group of an
 * aggregate without keys is always there.
 */
public final class AggregateOperator implements Operator {
  /** A touched group has two rows in the output: what it was, and behind it what it is. */
  private static final int OLD = 0;

  private static final int NEW = 1;

  private final Operator input;
  private final boolean isGlobal;
  private final boolean isAppendOnly;
  private final Schema schema;
  private final GroupKeys keys;
  private final int keyColumns;
  private final Schema keySchema;
  private final AggregateInputs calls;
  private final Accumulator[] accumulators;
  private final RowErrors errors = new RowErrors();
  private final RowFilter failedRows;
  private final Failures failures;
  private final String place;

  private final Batch valid;
  private final Batch output;
  private final RowErrors resultErrors = new RowErrors();

  private int[] groups = new int[0];
  private long[] rowCounts = new long[16];
  private int[] touchedAt = new int[16];
  private int[] touched = new int[16];
  private boolean[] existed = new boolean[16];
  private int touchedCount;
  private int stepNumber;
  private int[] emitted = new int[0];
  private long[] weights = new long[0];
  private int[] slots = new int[0];

  /** An operator for an aggregate. */
  public AggregateOperator(
      Node.Aggregate node, Operator input, Dictionary dictionary, Failures failures) {
    this(node, node.input(), node.keys(), node.calls(), new Wiring(input, dictionary, failures));
  }

  /** An operator for the distinct rows of a relation. */
  public AggregateOperator(
      Node.Distinct node, Operator input, Dictionary dictionary, Failures failures) {
    this(
        node,
        node.input(),
        node.schema().names(),
        List.of(),
        new Wiring(input, dictionary, failures));
  }

  private record Wiring(Operator input, Dictionary dictionary, Failures failures) {}

  private AggregateOperator(
      Node node, Node from, List<String> keyNames, List<AggregateCall> aggregates, Wiring wiring) {
    this.input = wiring.input();
    this.place = node.describe();
    this.schema = node.schema();
    this.isGlobal = keyNames.isEmpty();
    this.isAppendOnly = from.isAppendOnly();
    this.keyColumns = keyNames.size();
    Schema inputSchema = from.schema();
    int[] columns = keyNames.stream().mapToInt(inputSchema::find).toArray();
    this.keySchema = isGlobal ? inputSchema : inputSchema.select(keyNames, place);
    this.keys = GroupKeys.of(inputSchema, columns, wiring.dictionary().hashing());
    this.calls = new AggregateInputs(aggregates, inputSchema, wiring.dictionary());
    Accumulators choice = new Accumulators(inputSchema, from.isAppendOnly(), wiring.dictionary());
    this.accumulators = new Accumulator[aggregates.size()];
    for (int i = 0; i < accumulators.length; i++) {
      accumulators[i] = choice.of(aggregates.get(i), schema.field(keyColumns + i).type());
    }
    this.failures = wiring.failures();
    this.failedRows = new RowFilter(place, inputSchema, failures);
    this.valid = new Batch(inputSchema.size());
    this.output = new Batch(schema.size());
  }

  @Override
  public void step() {
    Batch in = input.output();
    stepNumber++;
    boolean isFirst = isGlobal && stepNumber == 1;
    if (in.isEmpty() && !isFirst) {
      output.clear();
      return;
    }
    Batch rows = evaluate(in);
    findGroups(rows, isFirst);
    startOutput();
    results(OLD);
    for (int i = 0; i < accumulators.length; i++) {
      accumulators[i].add(groups, calls.operand(i), calls.rows(i));
    }
    countRows(rows);
    results(NEW);
    emit();
    endEmptyGroups();
  }

  /** Evaluates conditions and operands; gives the rows for which none failed. */
  private Batch evaluate(Batch in) {
    errors.clear();
    calls.evaluate(in, errors);
    if (errors.isEmpty()) {
      return in;
    }
    Operators.shareColumns(in, valid);
    failedRows.exclude(in, errors, valid);
    errors.clear();
    calls.evaluate(valid, errors);
    assert errors.isEmpty() : "a row failed only the second time";
    return valid;
  }

  private void findGroups(Batch rows, boolean isFirst) {
    if (groups.length < rows.rows()) {
      groups = new int[rows.rows() + (rows.rows() >> 1)];
    }
    if (!isGlobal) {
      // Without keys all rows are of group 0, which is what the array says unless it is written to.
      keys.findOrAdd(rows, groups);
    }
    ensureGroups();
    if (touched.length <= rows.count()) {
      touched = new int[rows.count() + (rows.count() >> 1) + 1];
      existed = new boolean[touched.length];
    }
    touchedCount = 0;
    int[] selection = rows.selection();
    int count = rows.count();
    for (int i = 0; i < count; i++) {
      // Without a branch, because whether a group comes again cannot be predicted.
      int group = groups[selection == null ? i : selection[i]];
      touched[touchedCount] = group;
      touchedCount += touchedAt[group] == stepNumber ? 0 : 1;
      touchedAt[group] = stepNumber;
    }
    if (isFirst) {
      // The one group of an aggregate without keys is there even if no row is, and never ends.
      touched[0] = 0;
      touchedCount = 1;
    }
    for (int i = 0; i < touchedCount; i++) {
      existed[i] = rowCounts[touched[i]] > 0;
    }
    if (isFirst) {
      rowCounts[0] = 1;
    }
  }

  private void ensureGroups() {
    int bound = isGlobal ? 1 : keys.bound();
    if (rowCounts.length < bound) {
      int size = Math.max(bound, 2 * rowCounts.length);
      rowCounts = Arrays.copyOf(rowCounts, size);
      touchedAt = Arrays.copyOf(touchedAt, size);
    }
    for (Accumulator accumulator : accumulators) {
      accumulator.ensure(bound);
    }
  }

  private void countRows(Batch rows) {
    if (isAppendOnly) {
      // A group that was ever touched stays.
      for (int i = 0; i < touchedCount; i++) {
        rowCounts[touched[i]] = 1;
      }
      return;
    }
    int[] selection = rows.selection();
    long[] rowWeights = rows.weights();
    for (int i = 0; i < rows.count(); i++) {
      int row = selection == null ? i : selection[i];
      rowCounts[groups[row]] += rowWeights == null ? 1 : rowWeights[row];
    }
  }

  /**
   * Makes room in the output for the old and the new row of each touched group, and writes the
   * keys.
   */
  private void startOutput() {
    resultErrors.clear();
    for (int c = 0; c < schema.size(); c++) {
      output.column(c).reset(2 * touchedCount);
    }
    for (int c = 0; c < keyColumns; c++) {
      keys.write(c, touched, touchedCount, output.column(c));
    }
  }

  /** Writes the results of the touched groups as they are now: the first at a row, and so on. */
  private void results(int first) {
    for (int i = 0; i < accumulators.length; i++) {
      Column column = output.column(keyColumns + i);
      accumulators[i].write(touched, touchedCount, column, first, resultErrors);
    }
  }

  private void emit() {
    if (emitted.length < 2 * touchedCount) {
      emitted = new int[2 * touched.length];
      weights = new long[emitted.length];
      slots = new int[emitted.length];
      for (int row = 0; row < weights.length; row++) {
        weights[row] = (row & 1) == OLD ? -1 : 1;
      }
    }
    boolean anyFailed = !resultErrors.isEmpty();
    int size = 0;
    for (int i = 0; i < touchedCount; i++) {
      int row = 2 * i;
      slots[row + OLD] = touched[i];
      slots[row + NEW] = touched[i];
      boolean hadRow = existed[i] && !(anyFailed && resultErrors.isFailed(row + OLD));
      boolean hasRow = rowCounts[touched[i]] > 0;
      if (anyFailed && hasRow && resultErrors.isFailed(row + NEW)) {
        hasRow = false;
        failures.report(place, resultErrors.reason(row + NEW), schema, output, row + NEW);
      }
      if (hadRow && hasRow && isUnchanged(row)) {
        continue;
      }
      emitted[size] = row + OLD;
      size += hadRow ? 1 : 0;
      emitted[size] = row + NEW;
      size += hasRow ? 1 : 0;
    }
    forgetUnseenNulls(size);
    output.select(2 * touchedCount, emitted, size, weights);
    output.number(slots);
    output.consolidated();
  }

  /**
   * What a new group was before is null, and nobody sees it; without nulls all that follows is
   * faster.
   */
  private void forgetUnseenNulls(int size) {
    for (int c = keyColumns; c < schema.size(); c++) {
      Column column = output.column(c);
      long[] nulls = column.nulls();
      if (nulls != null) {
        int k = 0;
        while (k < size && !Bits.get(nulls, emitted[k])) {
          k++;
        }
        if (k == size) {
          column.forgetNulls();
        }
      }
    }
  }

  private boolean isUnchanged(int row) {
    for (int c = keyColumns; c < schema.size(); c++) {
      Column column = output.column(c);
      if (column.word(row + OLD) != column.word(row + NEW)
          || column.isNull(row + OLD) != column.isNull(row + NEW)) {
        return false;
      }
    }
    return true;
  }

  private void endEmptyGroups() {
    if (isAppendOnly) {
      return;
    }
    for (int i = 0; i < touchedCount; i++) {
      int group = touched[i];
      if (rowCounts[group] == 0) {
        for (Accumulator accumulator : accumulators) {
          accumulator.clear(group);
        }
        keys.remove(group);
        touchedAt[group] = 0;
      }
    }
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public void mark(CodeSet live) {
    if (!isGlobal) {
      keys.mark(keySchema, live);
    }
    for (Accumulator accumulator : accumulators) {
      accumulator.mark(live);
    }
  }
}
