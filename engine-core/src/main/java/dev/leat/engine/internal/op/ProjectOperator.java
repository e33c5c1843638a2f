package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.expr.ExprCompiler;
import dev.leat.engine.internal.expr.Kernel;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.plan.Node;

/**
 * Computes new columns; a column that is only renamed is shared, and so are weights and selection.
 */
public final class ProjectOperator implements Operator {
  private final Operator input;
  private final Kernel[] columns;
  private final RowErrors errors = new RowErrors();
  private final RowFilter failed;
  private final Batch output;

  public ProjectOperator(
      Node.Project node, Operator input, Dictionary dictionary, Failures failures) {
    this.input = input;
    this.columns =
        node.columns().stream()
            .map(c -> ExprCompiler.compile(c.expr(), node.input().schema(), dictionary))
            .toArray(Kernel[]::new);
    this.failed = new RowFilter(node.describe(), node.input().schema(), failures);
    this.output = new Batch(columns.length);
  }

  @Override
  public void step() {
    Batch in = input.output();
    if (in.isEmpty()) {
      output.clear();
      return;
    }
    errors.clear();
    for (int c = 0; c < columns.length; c++) {
      output.share(c, columns[c].evaluate(in, in.selection(), in.count(), errors));
    }
    if (errors.isEmpty()) {
      output.select(in.rows(), in.selection(), in.count(), in.weights());
    } else {
      failed.exclude(in, errors, output);
    }
    output.number(in.slots());
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
