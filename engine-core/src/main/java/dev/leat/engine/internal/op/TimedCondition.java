package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.expr.ExprCompiler;
import dev.leat.engine.internal.expr.Kernel;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.expr.Selections;
import dev.leat.engine.plan.ClosingJoin;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.JoinedColumns;
import dev.leat.engine.plan.Schema;
import java.util.List;

/**
 * The condition of a join beside its keys and its time, evaluated over the columns of some
 * thousands of pairs at a time.
 */
final class TimedCondition {
  private static final int PAIRS_AT_ONCE = 4096;

  private final String place;
  private final Schema schema;
  private final Kernel condition;
  private final Failures failures;
  private final TimedPairs ofLeft;
  private final TimedPairs ofRight;
  private final Batch batch;
  private final boolean[] isRead;
  private final RowErrors errors = new RowErrors();
  private final int[] selection = new int[PAIRS_AT_ONCE];

  TimedCondition(
      ClosingJoin join, Expr condition, TimedSide left, TimedSide right, Closing.Wiring wiring) {
    this.place = join.describe();
    this.schema = join.columns().schema();
    this.condition = ExprCompiler.compile(condition, schema, wiring.dictionary());
    this.failures = wiring.failures();
    this.isRead = new boolean[schema.size()];
    condition.columns().forEach(name -> isRead[schema.find(name)] = true);
    List<JoinedColumns.Source> sources = join.columns().sources();
    this.ofLeft = new TimedPairs(sources, left, right, true, isRead);
    this.ofRight = new TimedPairs(sources, right, left, false, isRead);
    this.batch = new Batch(schema.size());
  }

  /** Leaves the pairs for which it is true; reports those for which it fails. */
  void select(RowPairs pairs, boolean isAskingLeft) {
    int kept = 0;
    for (int start = 0; start < pairs.count(); start += PAIRS_AT_ONCE) {
      int end = Math.min(pairs.count(), start + PAIRS_AT_ONCE);
      for (int c = 0; c < isRead.length; c++) {
        if (isRead[c]) {
          batch.column(c).reset(end - start);
        }
      }
      (isAskingLeft ? ofLeft : ofRight).gather(pairs, start, end, batch, 0);
      batch.fill(end - start, null);
      errors.clear();
      int passing = Selections.select(condition, batch, null, end - start, errors, selection);
      errors.forEach((row, reason) -> failures.report(place, reason, schema, batch, row));
      for (int i = 0; i < passing; i++) {
        pairs.move(start + selection[i], kept++);
      }
    }
    pairs.truncate(kept);
  }
}
