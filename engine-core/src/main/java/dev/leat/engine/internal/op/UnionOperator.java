package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.expr.ExprCompiler;
import dev.leat.engine.internal.expr.Kernel;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Node;
import java.util.List;

/**
 * Puts the changes of several inputs one behind the other, each column brought to the common type.
 */
public final class UnionOperator implements Operator {
  private final List<Operator> inputs;
  private final Kernel[][] conversions;
  private final RowErrors errors = new RowErrors();
  private final Batch output;
  private long[] weights = new long[0];

  public UnionOperator(Node.Union node, List<Operator> inputs, Dictionary dictionary) {
    this.inputs = List.copyOf(inputs);
    this.conversions = new Kernel[inputs.size()][];
    for (int i = 0; i < conversions.length; i++) {
      Node source = node.inputs().get(i);
      conversions[i] =
          node.schema().fields().stream()
              .map(f -> conversion(f, source, dictionary))
              .toArray(Kernel[]::new);
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
        append(in, conversions[i], at);
        at += in.count();
      }
    }
    output.fill(total, weights);
  }

  private void append(Batch in, Kernel[] columns, int at) {
    for (int c = 0; c < columns.length; c++) {
      // Conversions to a common type are exact or rounding, and do not fail.
      Column from = columns[c].evaluate(in, in.selection(), in.count(), errors);
      Column to = output.column(c);
      for (int i = 0; i < in.count(); i++) {
        to.copy(at + i, from, in.row(i));
      }
    }
    for (int i = 0; i < in.count(); i++) {
      weights[at + i] = in.weight(in.row(i));
    }
  }

  @Override
  public Batch output() {
    return output;
  }
}
