package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.plan.Type;

/**
 * Brings numbers to the common type of an operation: the conversions that need no cast, and the
 * casts to decimals like them.
 */
final class Conversions {
  private Conversions() {}

  /**
   * The values of a kernel as another type.
   *
   * @param target a type that {@code TypeRules.common} gives for the kernel's type and another, or
   *     any decimal for an exact number
   * @param text says in the reasons which operation failed
   */
  static Kernel convert(Kernel operand, Type target, Dictionary dictionary, String text) {
    Type from = operand.type();
    if (from.equals(target)) {
      return operand;
    }
    Kernel converted =
        switch (target.kind()) {
          case LONG -> new RetypedKernel(operand, target);
          case DOUBLE -> toDouble(operand, dictionary);
          case DECIMAL -> toDecimal(operand, target, dictionary, text);
          default -> throw new IllegalArgumentException("no conversion: " + from + " to " + target);
        };
    return ConstantKernel.fold(converted, dictionary, operand);
  }

  /** The doubles nearest to numbers. */
  static Kernel toDouble(Kernel operand, Dictionary dictionary) {
    Type from = operand.type();
    return switch (from.kind()) {
      case FLOAT, DOUBLE -> new RetypedKernel(operand, Type.DOUBLE);
      case INT, LONG -> UnaryKernel.total(operand, Type.DOUBLE, DoubleLoops::fromLongs);
      default ->
          from.isEncoded()
              ? ScalarKernel.unary(
                  operand,
                  Type.DOUBLE,
                  (word, none) ->
                      Words.ofDouble(Decimals.read(from, word, dictionary).doubleValue()),
                  null)
              : UnaryKernel.total(
                  operand,
                  Type.DOUBLE,
                  (in, out, selection, count) ->
                      DoubleLoops.fromDecimals(in, out, selection, count, from.scale()));
    };
  }

  /**
   * Exact numbers as decimals of a type, rounded half away from zero; they fail if they have too
   * many digits.
   */
  static Kernel toDecimal(Kernel operand, Type target, Dictionary dictionary, String text) {
    Type from = operand.type();
    if (!target.isEncoded() && Decimals.isScaledLong(from)) {
      return from.scale() <= target.scale()
          ? scaledUp(operand, target, text)
          : scaledDown(operand, target, text);
    }
    return ScalarKernel.unary(
        operand,
        target,
        (word, none) -> Decimals.write(target, Decimals.read(from, word, dictionary), dictionary),
        Decimals.alwaysFits(from, target) ? null : text);
  }

  private static Kernel scaledUp(Kernel operand, Type target, String text) {
    long factor = Decimals.power(target.scale() - operand.type().scale());
    long limit = (Decimals.power(target.precision()) - 1) / factor;
    UnaryKernel.Loop loop =
        (in, out, selection, count) -> Decimals.scaleUp(in, out, selection, count, factor, limit);
    if (Decimals.alwaysFits(operand.type(), target)) {
      return UnaryKernel.total(operand, target, loop);
    }
    return UnaryKernel.partial(
        operand,
        target,
        loop,
        word -> word > limit || word < -limit ? Decimals.tooWide(target) : null,
        text);
  }

  private static Kernel scaledDown(Kernel operand, Type target, String text) {
    long power = Decimals.power(operand.type().scale() - target.scale());
    long limit = Decimals.power(target.precision()) - 1;
    UnaryKernel.Loop loop =
        (in, out, selection, count) -> Decimals.scaleDown(in, out, selection, count, power, limit);
    if (Decimals.alwaysFits(operand.type(), target)) {
      return UnaryKernel.total(operand, target, loop);
    }
    return UnaryKernel.partial(
        operand,
        target,
        loop,
        word -> {
          long rounded = Decimals.divideRounding(word, power);
          return rounded > limit || rounded < -limit ? Decimals.tooWide(target) : null;
        },
        text);
  }
}
