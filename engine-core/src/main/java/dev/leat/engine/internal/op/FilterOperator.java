package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.expr.ExprCompiler;
import dev.leat.engine.internal.expr.Kernel;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.expr.Selections;
import dev.leat.engine.plan.Node;

/**
 * Passes on the rows for which a condition is true; columns are shared, only the selection is its
 * own.
 */
public final class FilterOperator implements Operator {
  private final Operator input;
  private final Kernel condition;
  private final RowErrors errors = new RowErrors();
  private final RowFilter failed;
  private final Batch output;
  private int[] selection = new int[0];

  public FilterOperator(
      Node.Filter node, Operator input, Dictionary dictionary, Failures failures) {
    this.input = input;
    this.condition = ExprCompiler.compile(node.condition(), node.schema(), dictionary);
    this.failed = new RowFilter(node.describe(), node.schema(), failures);
    this.output = new Batch(node.schema().size());
  }

  @Override
  public void step() {
    Batch in = input.output();
    if (in.isEmpty()) {
      output.clear();
      return;
    }
    Operators.shareColumns(in, output);
    errors.clear();
    if (selection.length < in.count()) {
      selection = new int[in.count()];
    }
    int count = Selections.select(condition, in, in.selection(), in.count(), errors, selection);
    if (!errors.isEmpty()) {
      // Failed rows are not selected; it only remains to report them.
      failed.exclude(in, errors, output);
    }
    output.select(in.rows(), selection, count, in.weights());
    output.number(in.slots());
    if (in.isConsolidated()) {
      output.consolidated();
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
