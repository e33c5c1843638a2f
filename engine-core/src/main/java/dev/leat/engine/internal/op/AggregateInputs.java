package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.expr.ExprCompiler;
import dev.leat.engine.internal.expr.Kernel;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.expr.Selections;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the aggregates of one operator read: which rows, and which operands. Equal conditions and
 * operands are evaluated once.
 */
final class AggregateInputs {
  /** The condition of an aggregate that takes all rows. */
  static final Expr ALL = new Expr.Literal(true, dev.leat.engine.plan.Type.BOOLEAN);

  /** The rows for which a condition is true. */
  private static final class Rows {
    private final @Nullable Kernel condition;
    private final Batch selected;
    private @Nullable Column isTrue;
    private int[] selection = new int[0];
    private boolean isSelected;

    private Rows(@Nullable Kernel condition, int columns) {
      this.condition = condition;
      this.selected = new Batch(columns);
    }

    private void evaluate(Batch in, RowErrors errors) {
      if (condition == null) {
        Operators.shareColumns(in, selected);
        selected.select(in.rows(), in.selection(), in.count(), in.weights());
        return;
      }
      isTrue = condition.evaluate(in, in.selection(), in.count(), errors);
      if (isSelected) {
        Operators.shareColumns(in, selected);
        if (selection.length < in.count()) {
          selection = new int[in.count() + (in.count() >> 1)];
        }
        int count = Selections.whereTrue(isTrue, in.selection(), in.count(), errors, selection);
        selected.select(in.rows(), selection, count, in.weights());
      }
    }
  }

  /** An operand over some rows. */
  private static final class Operand {
    private final Kernel kernel;
    private final Rows rows;
    private @Nullable Column column;

    private Operand(Kernel kernel, Rows rows) {
      this.kernel = kernel;
      this.rows = rows;
    }

    private void evaluate(RowErrors errors) {
      Batch in = rows.selected;
      column = kernel.evaluate(in, in.selection(), in.count(), errors);
    }
  }

  private record OperandKey(Expr where, Expr operand) {}

  private final Map<Expr, Rows> rows = new LinkedHashMap<>();
  private final Map<OperandKey, Operand> operands = new LinkedHashMap<>();
  private final List<Rows> rowsOfCall = new ArrayList<>();
  private final List<@Nullable Operand> operandOfCall = new ArrayList<>();
  private final Schema schema;
  private final Dictionary dictionary;

  AggregateInputs(List<AggregateCall> calls, Schema schema, Dictionary dictionary) {
    this.schema = schema;
    this.dictionary = dictionary;
    for (AggregateCall call : calls) {
      Rows callRows = rows(call.where() == null ? ALL : call.where());
      rowsOfCall.add(callRows);
      operandOfCall.add(operand(call, callRows));
    }
  }

  private Rows rows(Expr where) {
    return rows.computeIfAbsent(
        where,
        w ->
            new Rows(
                w.equals(ALL) ? null : ExprCompiler.compile(w, schema, dictionary), schema.size()));
  }

  private @Nullable Operand operand(AggregateCall call, Rows callRows) {
    Expr operand = call.operand();
    if (operand == null) {
      // Its rows are counted by what the condition says of each; nobody needs a list of them.
      return null;
    }
    callRows.isSelected = true;
    Expr where = call.where() == null ? ALL : call.where();
    return operands.computeIfAbsent(
        new OperandKey(where, operand),
        k -> new Operand(ExprCompiler.compile(operand, schema, dictionary), callRows));
  }

  /** Can a row fail? */
  boolean canFail() {
    return rows.values().stream().anyMatch(r -> r.condition != null && r.condition.canFail())
        || operands.values().stream().anyMatch(operand -> operand.kernel.canFail());
  }

  /** Evaluates all over the rows of a batch. */
  void evaluate(Batch in, RowErrors errors) {
    for (Rows some : rows.values()) {
      some.evaluate(in, errors);
    }
    for (Operand operand : operands.values()) {
      operand.evaluate(errors);
    }
  }

  /** For an aggregate of rows, which of them it takes; null if it takes all. */
  @Nullable Column condition(int call) {
    return rowsOfCall.get(call).isTrue;
  }

  /** The rows that an aggregate with an operand takes. */
  Batch rows(int call) {
    return rowsOfCall.get(call).selected;
  }

  /** The operand of an aggregate; null for one of rows. */
  @Nullable Column operand(int call) {
    Operand operand = operandOfCall.get(call);
    return operand == null ? null : operand.column;
  }
}
