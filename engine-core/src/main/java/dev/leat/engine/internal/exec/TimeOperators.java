package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.op.Closing;
import dev.leat.engine.internal.op.ClosingJoinOperator;
import dev.leat.engine.internal.op.ClosingOperator;
import dev.leat.engine.internal.op.ClosingSessionsOperator;
import dev.leat.engine.internal.op.EventTimeOperator;
import dev.leat.engine.internal.op.Failures;
import dev.leat.engine.internal.op.InputOperator;
import dev.leat.engine.internal.op.Operator;
import dev.leat.engine.internal.op.SwitchOperator;
import dev.leat.engine.internal.op.WindowOperator;
import dev.leat.engine.internal.time.Watermark;
import dev.leat.engine.plan.ClosingAggregate;
import dev.leat.engine.plan.ClosingJoin;
import dev.leat.engine.plan.ClosingSessions;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Windowed;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Makes the operators that know of event time.
 *
 * @param failures takes what they leave out
 * @param operators gives the operator of a relation that is there already
 */
record TimeOperators(
    ColumnUse use, Dictionary dictionary, Failures failures, Function<Node, Operator> operators) {
  /** The operator of an input, given what brings its rows. */
  InputOperator of(Node.Input input, InputOperator rows) {
    return input.eventTime() == null ? rows : new EventTimeOperator(input, rows, failures);
  }

  Operator of(Windowed windowed, Operator input) {
    return new WindowOperator(windowed, input, use.isRead(windowed), failures);
  }

  Operator of(ClosingAggregate closing, Operator input) {
    return new ClosingOperator(closing, input, wiring(closing.timed()));
  }

  Operator of(ClosingSessions closing, Operator input) {
    return new ClosingSessionsOperator(closing, input, wiring(closing.timed()));
  }

  Operator of(ClosingJoin join, Operator left, Operator right) {
    return new ClosingJoinOperator(join, left, right, use.isRead(join), wiring(join.timed()));
  }

  private Closing.Wiring wiring(List<Node.Input> timed) {
    List<Supplier<Watermark>> sources = new ArrayList<>();
    for (Node.Input source : timed) {
      Operator operator = operators.apply(source);
      sources.add(() -> watermark(operator));
    }
    return new Closing.Wiring(sources, dictionary, failures);
  }

  /** Asked anew each time: while a view is built, another operator takes the stream's place. */
  private static Watermark watermark(Operator operator) {
    Operator source = operator instanceof SwitchOperator place ? place.source() : operator;
    return ((EventTimeOperator) source).watermark();
  }
}
