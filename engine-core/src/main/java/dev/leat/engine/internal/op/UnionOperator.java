package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.expr.ExprCompiler;
import dev.leat.engine.internal.expr.Kernel;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Node;
import java.util.List;

/**
 * Puts the changes of several inputs one behind the other, each column brought to the common type.
 * A value that does not fit it is an error of its row.
 */
public final class UnionOperator implements Operator {
  private final List<Operator> inputs;
  private final Kernel[][] conversions;
  private final Column[] converted;
  private final RowErrors errors = new RowErrors();
  private final RowFilter[] failed;
  private final Batch valid;
  private final Batch output;
  private long[] weights = new long[0];

  public UnionOperator(
      Node.Union node, List<Operator> inputs, Dictionary dictionary, Failures failures) {
    this.inputs = List.copyOf(inputs);
    this.conversions = new Kernel[inputs.size()][];
    this.converted = new Column[node.schema().size()];
    this.failed = new RowFilter[inputs.size()];
    this.valid = new Batch(node.schema().size());
    for (int i = 0; i < conversions.length; i++) {
      Node source = node.inputs().get(i);
      conversions[i] =
          node.schema().fields().stream()
              .map(f -> conversion(f, source, dictionary))
              .toArray(Kernel[]::new);
      failed[i] = new RowFilter(node.describe(), source.schema(), failures);
    }
    this.output = new Batch(node.schema().size());
  }

  private static Kernel conversion(Field field, Node source, Dictionary dictionary) {
    return ExprCompiler.compile(
        new Expr.Column(field.name()), field.type(), source.schema(), dictionary);
  }

  @Override
  public void step() {
    int total = inputs.stream().mapToInt(i -> i.output().count()).sum();
    if (total == 0) {
      output.clear();
      return;
    }
    for (int c = 0; c < output.columnCount(); c++) {
      output.column(c).reset(total);
    }
    if (weights.length < total) {
      weights = new long[total + (total >> 1)];
    }
    int at = 0;
    for (int i = 0; i < conversions.length; i++) {
      Batch in = inputs.get(i).output();
      if (!in.isEmpty()) {
        at += append(convert(in, i), at);
      }
    }
    output.fill(at, weights);
  }

  /** Converts all columns of an input's rows; gives the rows for which that did not fail. */
  private Batch convert(Batch in, int input) {
    errors.clear();
    for (int c = 0; c < converted.length; c++) {
      converted[c] = conversions[input][c].evaluate(in, in.selection(), in.count(), errors);
    }
    if (errors.isEmpty()) {
      return in;
    }
    failed[input].exclude(in, errors, valid);
    return valid;
  }

  /** Copies the converted columns of some rows behind what is there; gives how many there are. */
  private int append(Batch rows, int at) {
    for (int c = 0; c < converted.length; c++) {
      Column to = output.column(c);
      for (int i = 0; i < rows.count(); i++) {
        to.copy(at + i, converted[c], rows.row(i));
      }
    }
    for (int i = 0; i < rows.count(); i++) {
      weights[at + i] = rows.weight(rows.row(i));
    }
    return rows.count();
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
