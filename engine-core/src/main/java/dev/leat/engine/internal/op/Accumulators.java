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

  /** Accumulators over rows of a schema. */
  Accumulators(Schema input, boolean isAppendOnly, Dictionary dictionary) {
    this.input = input;
    this.isAppendOnly = isAppendOnly;
    this.dictionary = dictionary;
  }

  /** A new accumulator for a call whose result has a type. */
  Accumulator of(AggregateCall call, Type result) {
    Expr operand = call.operand();
    if (operand == null) {
      return new CountAccumulator();
    }
    Type type = TypeRules.typeOf(operand, input);
    Hashing hashing = dictionary.hashing();
    if (!call.isDistinct() || isIdempotent(call.function())) {
      return plain(call.function(), type, result);
    }
    if (call.function() == AggregateFunction.COUNT && type.isEncoded() && isAppendOnly) {
      return new CodeCountAccumulator(hashing);
    }
    return new DistinctAccumulator(plain(call.function(), type, result), type.isEncoded(), hashing);
  }

  /** Does it not matter how often a value comes? */
  private static boolean isIdempotent(AggregateFunction function) {
    return switch (function) {
      case MIN, MAX, BOOL_OR, BOOL_AND -> true;
      case COUNT, SUM, AVG -> false;
    };
  }

  private Accumulator plain(AggregateFunction function, Type type, Type result) {
    boolean isMax = function == AggregateFunction.MAX;
    return switch (function) {
      case COUNT -> new CountAccumulator();
      case SUM, AVG -> sum(function == AggregateFunction.AVG, type, result);
      case BOOL_OR, BOOL_AND ->
          new BoolAccumulator(function == AggregateFunction.BOOL_OR, isAppendOnly);
      case MIN, MAX ->
          isAppendOnly
              ? new ExtremeAccumulator(type, isMax, dictionary)
              : new RetractableExtremeAccumulator(type, isMax, dictionary, dictionary.hashing());
    };
  }

  private Accumulator sum(boolean isMean, Type type, Type result) {
    if (type.isFloating()) {
      return new DoubleSumAccumulator(isMean);
    }
    SumResult sums = new SumResult(isMean, type, result, dictionary);
    return type.isEncoded()
        ? new DecimalSumAccumulator(sums, dictionary)
        : new IntegerSumAccumulator(sums);
  }
}
