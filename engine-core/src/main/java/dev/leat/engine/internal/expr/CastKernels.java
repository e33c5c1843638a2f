package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.plan.Type;

/** The kernels of casts: which loop goes with which types. */
final class CastKernels {
  private final Type target;
  private final String text;
  private final Dictionary dictionary;

  /**
   * Kernels of one cast.
   *
   * @param text says in the reasons which cast failed
   */
  CastKernels(Type target, String text, Dictionary dictionary) {
    this.target = target;
    this.text = text;
    this.dictionary = dictionary;
  }

  Kernel of(Kernel operand) {
    Type from = operand.type();
    if (from.equals(target)) {
      return operand;
    }
    if (from.kind() == Type.Kind.STRING) {
      return new StringFunctionKernel(
          operand, target, string -> Casts.parse(target, string, dictionary), dictionary, text);
    }
    return switch (target.kind()) {
      case INT, LONG -> toInteger(operand);
      case FLOAT -> toFloat(operand);
      case DOUBLE -> Conversions.toDouble(operand, dictionary);
      case DECIMAL ->
          from.isFloating()
              ? ScalarKernel.unary(
                  operand,
                  target,
                  (word, none) ->
                      Decimals.write(target, Casts.toDecimal(Words.toDouble(word)), dictionary),
                  text)
              : Conversions.toDecimal(operand, target, dictionary, text);
      case STRING ->
          ScalarKernel.unary(
              operand,
              target,
              (word, none) -> dictionary.intern(Casts.format(from, word, dictionary)),
              null);
      case DATE -> UnaryKernel.total(operand, target, Times::toDates);
      case INSTANT ->
          UnaryKernel.partial(operand, target, Times::toInstants, Times::checkInstant, text);
      default -> throw new IllegalArgumentException("no cast: " + from + " to " + target);
    };
  }

  private Kernel toInteger(Kernel operand) {
    Type from = operand.type();
    boolean toInt = target.kind() == Type.Kind.INT;
    long min = toInt ? Integer.MIN_VALUE : Long.MIN_VALUE;
    long max = toInt ? Integer.MAX_VALUE : Long.MAX_VALUE;
    return switch (from.kind()) {
      case BOOLEAN, INT -> new RetypedKernel(operand, target);
      case LONG ->
          UnaryKernel.partial(
              operand, target, Casts::longsToInts, word -> Casts.checkInt(target, word), text);
      case FLOAT, DOUBLE ->
          UnaryKernel.partial(
              operand,
              target,
              (in, out, selection, count) ->
                  Casts.doublesToIntegers(in, out, selection, count, toInt),
              word -> Casts.checkInteger(target, word),
              text);
      default ->
          from.isEncoded()
              ? ScalarKernel.unary(
                  operand,
                  target,
                  (word, none) ->
                      Casts.toInteger(Decimals.read(from, word, dictionary), target, min, max),
                  text)
              : scaledToInteger(operand, from.scale(), toInt);
    };
  }

  private Kernel scaledToInteger(Kernel operand, int scale, boolean toInt) {
    long power = Decimals.power(scale);
    if (!toInt) {
      return UnaryKernel.total(
          operand,
          target,
          (in, out, selection, count) -> LongLoops.divideBy(in, out, selection, count, power));
    }
    return UnaryKernel.partial(
        operand,
        target,
        (in, out, selection, count) -> {
          LongLoops.divideBy(in, out, selection, count, power);
          return Casts.longsToInts(out, out, selection, count);
        },
        word -> Casts.checkInt(target, word / power),
        text);
  }

  private Kernel toFloat(Kernel operand) {
    Type from = operand.type();
    return switch (from.kind()) {
      case INT, LONG -> UnaryKernel.total(operand, target, Casts::longsToFloats);
      case DOUBLE -> UnaryKernel.total(operand, target, Casts::doublesToFloats);
      default ->
          ScalarKernel.unary(
              operand,
              target,
              (word, none) -> Words.ofDouble(Decimals.read(from, word, dictionary).floatValue()),
              null);
    };
  }
}
