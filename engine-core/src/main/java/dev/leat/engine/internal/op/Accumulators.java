package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.TypeRules;

/** Chooses the accumulator of an aggregate: the cheap one where rows are never taken back. */
final class Accumulators {
  private final Schema input;
  private final boolean isAppendOnly;
  private final Dictionary dictionary;
  private final StateLayout layout;

  /** Accumulators over rows of a schema, which keep their state in rows of a layout. */
  Accumulators(Schema input, boolean isAppendOnly, Dictionary dictionary, StateLayout layout) {
    this.input = input;
    this.isAppendOnly = isAppendOnly;
    this.dictionary = dictionary;
    this.layout = layout;
  }

  /** A new accumulator for a call with an operand, whose result has a type. */
  Accumulator of(AggregateCall call, Expr operand, Type result) {
    Type type = TypeRules.typeOf(operand, input);
    Hashing hashing = dictionary.hashing();
    if (call.function().takesOrder()) {
      return new OrderedAccumulators(input, isAppendOnly, dictionary, layout).of(call);
    }
    if (!call.isDistinct() || isIdempotent(call.function())) {
      return plain(call.function(), type, result);
    }
    if (call.function() == AggregateFunction.COUNT && type.isEncoded() && isAppendOnly) {
      return new CodeCountAccumulator(layout, hashing);
    }
    return new DistinctAccumulator(plain(call.function(), type, result), type.isEncoded(), hashing);
  }

  /** Does it not matter how often a value comes? */
  private static boolean isIdempotent(AggregateFunction function) {
    return switch (function) {
      case MIN, MAX, BOOL_OR, BOOL_AND -> true;
      case COUNT, SUM, AVG -> false;
      case FIRST, LAST, ARRAY_AGG, STRING_AGG -> throw ordered(function);
    };
  }

  private Accumulator plain(AggregateFunction function, Type type, Type result) {
    boolean isMax = function == AggregateFunction.MAX;
    boolean isOr = function == AggregateFunction.BOOL_OR;
    return switch (function) {
      case COUNT -> new CountAccumulator(layout.word());
      case SUM, AVG -> sum(function == AggregateFunction.AVG, type, result);
      case BOOL_OR, BOOL_AND ->
          isAppendOnly ? new SeenAccumulator(isOr, layout) : new BoolAccumulator(isOr, layout);
      case MIN, MAX ->
          isAppendOnly
              ? new ExtremeAccumulator(type, isMax, dictionary, layout)
              : new RetractableExtremeAccumulator(type, isMax, dictionary, layout);
      case FIRST, LAST, ARRAY_AGG, STRING_AGG -> throw ordered(function);
    };
  }

  private static IllegalArgumentException ordered(AggregateFunction function) {
    return new IllegalArgumentException("depends on an order: " + function);
  }

  private Accumulator sum(boolean isMean, Type type, Type result) {
    if (type.isFloating()) {
      return new DoubleSumAccumulator(isMean, layout);
    }
    SumResult sums = new SumResult(isMean, type, result, dictionary);
    return type.isEncoded()
        ? new DecimalSumAccumulator(sums, dictionary, layout)
        : new IntegerSumAccumulator(sums, layout);
  }
}
