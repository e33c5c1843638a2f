package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.Type.Kind;

/** The kernels of arithmetic: which loop goes with which types. */
final class ArithmeticKernels {
  private final Op op;
  private final Type type;
  private final String text;
  private final Dictionary dictionary;

  /**
   * Kernels of one operation.
   *
   * @param type the type of the result
   * @param text says in the reasons which operation failed
   */
  ArithmeticKernels(Op op, Type type, String text, Dictionary dictionary) {
    this.op = op;
    this.type = type;
    this.text = text;
    this.dictionary = dictionary;
  }

  /** One of the operations with two operands. */
  Kernel of(Kernel left, Kernel right) {
    return switch (type.kind()) {
      case DOUBLE ->
          ofDoubles(
              Conversions.convert(left, Type.DOUBLE, dictionary, text),
              Conversions.convert(right, Type.DOUBLE, dictionary, text));
      case DECIMAL -> ofDecimals(left, right);
      case DATE ->
          BinaryKernel.partial(
              left,
              right,
              type,
              op == Op.ADD ? Times::addDays : Times::subtractDays,
              op == Op.ADD ? Times::checkAddDays : Times::checkSubtractDays,
              text);
      default -> ofLongs(left, right);
    };
  }

  private Kernel ofLongs(Kernel left, Kernel right) {
    if (right instanceof ConstantKernel constant && !constant.isNull()) {
      long divisor = constant.word();
      if (op == Op.DIVIDE && divisor != 0 && divisor != -1) {
        return UnaryKernel.total(
            left,
            type,
            (in, out, selection, count) -> LongLoops.divideBy(in, out, selection, count, divisor));
      }
      if (op == Op.MODULO && divisor != 0) {
        return UnaryKernel.total(
            left,
            type,
            (in, out, selection, count) -> LongLoops.moduloBy(in, out, selection, count, divisor));
      }
    }
    return BinaryKernel.partial(left, right, type, longLoop(), longCheck(), text);
  }

  private BinaryKernel.Loop longLoop() {
    return switch (op) {
      case ADD -> LongLoops::add;
      case SUBTRACT -> LongLoops::subtract;
      case MULTIPLY -> LongLoops::multiply;
      case DIVIDE -> LongLoops::divide;
      default -> LongLoops::modulo;
    };
  }

  private BinaryKernel.Check longCheck() {
    return switch (op) {
      case ADD -> LongLoops::checkAdd;
      case SUBTRACT -> LongLoops::checkSubtract;
      case MULTIPLY -> LongLoops::checkMultiply;
      case DIVIDE -> LongLoops::checkDivide;
      default -> LongLoops::checkModulo;
    };
  }

  private Kernel ofDoubles(Kernel left, Kernel right) {
    BinaryKernel.Loop loop =
        switch (op) {
          case ADD -> DoubleLoops::add;
          case SUBTRACT -> DoubleLoops::subtract;
          case MULTIPLY -> DoubleLoops::multiply;
          case DIVIDE -> DoubleLoops::divide;
          default -> DoubleLoops::modulo;
        };
    boolean divides = op == Op.DIVIDE || op == Op.MODULO;
    boolean byConstant =
        right instanceof ConstantKernel constant && !constant.isNull() && constant.word() != 0;
    return divides && !byConstant
        ? BinaryKernel.partial(left, right, type, loop, LongLoops::checkModulo, text)
        : BinaryKernel.total(left, right, type, loop);
  }

  private Kernel ofDecimals(Kernel left, Kernel right) {
    if (type.isEncoded()) {
      Type a = left.type();
      Type b = right.type();
      // With fewer digits than there may be, the type was not cut short, and holds every result.
      boolean canFail =
          op == Op.DIVIDE || op == Op.MODULO || type.precision() == Type.MAX_PRECISION;
      return ScalarKernel.binary(
          left,
          right,
          type,
          (x, y) ->
              Decimals.write(
                  type,
                  Decimals.compute(
                      op,
                      Decimals.read(a, x, dictionary),
                      Decimals.read(b, y, dictionary),
                      type.scale()),
                  dictionary),
          canFail ? text : null);
    }
    // A result of at most 18 digits holds every sum and product of its operands: that is how its
    // type was chosen.
    return switch (op) {
      case ADD, SUBTRACT -> BinaryKernel.total(toScale(left), toScale(right), type, longLoop());
      case MULTIPLY -> BinaryKernel.total(left, right, type, longLoop());
      default ->
          BinaryKernel.partial(
              toScale(left), toScale(right), type, LongLoops::modulo, LongLoops::checkModulo, text);
    };
  }

  /** An operand with as many digits behind the point as the result. */
  private Kernel toScale(Kernel operand) {
    return operand.type().scale() == type.scale()
        ? operand
        : Conversions.convert(operand, type, dictionary, text);
  }

  /** Negation or the absolute value. */
  Kernel sign(Kernel operand) {
    boolean negates = op == Op.NEGATE;
    if (type.kind() == Kind.DOUBLE) {
      return UnaryKernel.total(operand, type, negates ? DoubleLoops::negate : DoubleLoops::abs);
    }
    if (type.isEncoded()) {
      return ScalarKernel.unary(
          operand,
          type,
          (word, none) -> {
            var value = Decimals.read(type, word, dictionary);
            return Decimals.write(type, negates ? value.negate() : value.abs(), dictionary);
          },
          null);
    }
    UnaryKernel.Loop loop = negates ? LongLoops::negate : LongLoops::abs;
    boolean canOverflow = operand.type().kind() != Kind.INT && type.kind() != Kind.DECIMAL;
    return canOverflow
        ? UnaryKernel.partial(operand, type, loop, LongLoops::checkSign, text)
        : UnaryKernel.total(operand, type, loop);
  }

  /** Rounding to a number of digits behind the point. */
  Kernel round(Kernel operand, int digits) {
    Type from = operand.type();
    if (type.kind() == Kind.DOUBLE) {
      return UnaryKernel.total(
          operand,
          type,
          (in, out, selection, count) -> DoubleLoops.round(in, out, selection, count, digits));
    }
    return from.isInteger()
        ? Conversions.convert(operand, Type.LONG, dictionary, text)
        : Conversions.convert(operand, type, dictionary, text);
  }
}
