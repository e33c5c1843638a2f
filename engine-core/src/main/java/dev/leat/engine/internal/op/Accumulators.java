package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.NamedAggregate;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.TypeRules;
import dev.leat.engine.plan.UserAggregate;
import java.util.List;
import java.util.Objects;

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

  /** A new accumulator for a call with operands, whose result has a type. */
  Accumulator of(AggregateCall call, Type result) {
    List<Type> types =
        call.operands().stream().map(operand -> TypeRules.typeOf(operand, input)).toList();
    Type type = types.get(0);
    return switch (call.function()) {
      case FIRST, LAST, ARRAY_AGG, STRING_AGG, PERCENTILE_DISC, PERCENTILE_CONT, MODE ->
          new OrderedAccumulators(isAppendOnly, dictionary, layout).of(call, types);
      case MIN, MAX -> extreme(call.function() == AggregateFunction.MAX, type);
      case BOOL_OR, BOOL_AND -> bool(call.function() == AggregateFunction.BOOL_OR);
      case BIT_AND, BIT_OR ->
          isAppendOnly
              ? new BitAccumulator(call.function(), layout)
              : new BitCountAccumulator(call.function() == AggregateFunction.BIT_AND, type, layout);
      case COUNT ->
          call.isDistinct() && type.isEncoded() && isAppendOnly
              ? new CodeCountAccumulator(layout, dictionary.hashing())
              : distinct(call, type, new CountAccumulator(layout.word()));
      case SUM, AVG ->
          distinct(call, type, sum(call.function() == AggregateFunction.AVG, type, result));
      case VAR_SAMP, VAR_POP, STDDEV_SAMP, STDDEV_POP, COVAR_SAMP, COVAR_POP ->
          distinct(call, type, new MomentsAccumulator(call.function(), types, dictionary, layout));
      case CORR, REGR_SLOPE, REGR_INTERCEPT ->
          new MomentsAccumulator(call.function(), types, dictionary, layout);
      case USER -> distinct(call, type, user(call, types));
      case BIT_XOR -> distinct(call, type, new BitAccumulator(call.function(), layout));
    };
  }

  private Accumulator user(AggregateCall call, List<Type> types) {
    NamedAggregate named = Objects.requireNonNull(call.arguments().user(), "user");
    // The last tells whether it takes a row.
    return user(named, named.aggregate(), types.subList(0, types.size() - 1));
  }

  private <S> Accumulator user(NamedAggregate named, UserAggregate<S> aggregate, List<Type> types) {
    return new UserAccumulator<>(named, aggregate, types, dictionary, layout);
  }

  /** The same of distinct values, where a call wants that. */
  private Accumulator distinct(AggregateCall call, Type type, Accumulator plain) {
    return call.isDistinct()
        ? new DistinctAccumulator(plain, type.isEncoded(), dictionary.hashing())
        : plain;
  }

  private Accumulator extreme(boolean isMax, Type type) {
    return isAppendOnly
        ? new ExtremeAccumulator(type, isMax, dictionary, layout)
        : new RetractableExtremeAccumulator(type, isMax, dictionary, layout);
  }

  private Accumulator bool(boolean isOr) {
    return isAppendOnly ? new SeenAccumulator(isOr, layout) : new BoolAccumulator(isOr, layout);
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
