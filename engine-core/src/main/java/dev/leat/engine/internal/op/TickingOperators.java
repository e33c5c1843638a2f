package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.plan.Forget;
import dev.leat.engine.plan.TemporalFilter;
import dev.leat.engine.plan.Ticking;
import dev.leat.engine.plan.WithClock;

/**
 * Makes the operators of relations whose rows change as time passes.
 *
 * @param time the time of the dataflow that they are of
 */
public record TickingOperators(TickTime time, Dictionary dictionary, Failures failures) {
  /** The operator of a relation over that of its input. */
  public Operator of(Ticking node, Operator input) {
    if (node instanceof TemporalFilter filter) {
      return new TemporalFilterOperator(filter, input, time, dictionary, failures);
    }
    if (node instanceof WithClock clock) {
      return new WithClockOperator(clock, input, time, dictionary);
    }
    return new ForgetOperator((Forget) node, input, time, dictionary);
  }
}
