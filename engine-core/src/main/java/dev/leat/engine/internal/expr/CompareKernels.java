package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.Type.Kind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * The kernels of comparisons: which loop goes with which types. Both operands are brought to their
 * common type first.
 */
final class CompareKernels {
  private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

  private CompareKernels() {}

  /** A comparison of two kernels whose types go together. */
  static Kernel of(Op op, Kernel left, Kernel right, Dictionary dictionary) {
    if (left instanceof ConstantKernel && !(right instanceof ConstantKernel)) {
      return of(Comparisons.mirrored(op), right, left, dictionary);
    }
    return ConstantKernel.fold(compare(op, left, right, dictionary), dictionary, left, right);
  }

  private static Kernel compare(Op op, Kernel left, Kernel right, Dictionary dictionary) {
    Type a = left.type();
    Type b = right.type();
    boolean isEquality = op == Op.EQ || op == Op.NE;
    if (isNullConstant(right) || isNullConstant(left)) {
      // Null whatever the words are.
      return words(Op.EQ, left, right, false);
    }
    if (isEquality && equalWordsMeanEqual(a, b)) {
      return words(op, left, right, false);
    }
    if (a.isFloating() || b.isFloating()) {
      return words(
          op,
          Conversions.convert(left, Type.DOUBLE, dictionary, ""),
          Conversions.convert(right, Type.DOUBLE, dictionary, ""),
          true);
    }
    if (a.isNumeric()) {
      return exact(op, left, right, dictionary);
    }
    return a.isEncoded() ? encoded(op, left, right, dictionary) : words(op, left, right, false);
  }

  private static boolean isNullConstant(Kernel kernel) {
    return kernel instanceof ConstantKernel constant && constant.isNull();
  }

  /** Do equal values of these types have equal words, and different ones different words? */
  static boolean equalWordsMeanEqual(Type a, Type b) {
    if (a.equals(b) || (a.isInteger() && b.isInteger()) || (a.isFloating() && b.isFloating())) {
      return true;
    }
    boolean decimals = a.kind() == Kind.DECIMAL && b.kind() == Kind.DECIMAL;
    return decimals && a.scale() == b.scale() && a.isEncoded() == b.isEncoded();
  }

  private static Kernel words(Op op, Kernel left, Kernel right, boolean isDouble) {
    if (right instanceof ConstantKernel constant && !constant.isNull()) {
      return isDouble
          ? withDouble(op, left, constant.word())
          : withConstant(op, left, constant.word());
    }
    long flip = op == Op.NE || op == Op.LE || op == Op.GE ? 1 : 0;
    // Less or equal is not greater, and greater is less with the operands swapped.
    boolean swaps = op == Op.GT || op == Op.LE;
    BinaryKernel.Loop loop;
    if (op == Op.EQ || op == Op.NE) {
      loop = (a, b, out, selection, count) -> Comparisons.equal(a, b, out, selection, count, flip);
    } else if (isDouble) {
      loop =
          (a, b, out, selection, count) ->
              Comparisons.lessDouble(swaps ? b : a, swaps ? a : b, out, selection, count, flip);
    } else {
      loop =
          (a, b, out, selection, count) ->
              Comparisons.less(swaps ? b : a, swaps ? a : b, out, selection, count, flip);
    }
    return BinaryKernel.total(left, right, Type.BOOLEAN, loop);
  }

  private static Kernel withConstant(Op op, Kernel operand, long c) {
    UnaryKernel.Loop loop =
        switch (op) {
          case EQ -> (in, out, rows, n) -> Comparisons.equalTo(in, out, rows, n, c, 0);
          case NE -> (in, out, rows, n) -> Comparisons.equalTo(in, out, rows, n, c, 1);
          case LT -> (in, out, rows, n) -> Comparisons.lessThan(in, out, rows, n, c, 0);
          case GE -> (in, out, rows, n) -> Comparisons.lessThan(in, out, rows, n, c, 1);
          case GT -> (in, out, rows, n) -> Comparisons.greaterThan(in, out, rows, n, c, 0);
          default -> (in, out, rows, n) -> Comparisons.greaterThan(in, out, rows, n, c, 1);
        };
    return UnaryKernel.total(operand, Type.BOOLEAN, loop);
  }

  private static Kernel withDouble(Op op, Kernel operand, long word) {
    long c = Comparisons.orderedDouble(word);
    UnaryKernel.Loop loop =
        switch (op) {
          case EQ -> (in, out, rows, n) -> Comparisons.equalTo(in, out, rows, n, word, 0);
          case NE -> (in, out, rows, n) -> Comparisons.equalTo(in, out, rows, n, word, 1);
          case LT -> (in, out, rows, n) -> Comparisons.lessThanDouble(in, out, rows, n, c, 0);
          case GE -> (in, out, rows, n) -> Comparisons.lessThanDouble(in, out, rows, n, c, 1);
          case GT -> (in, out, rows, n) -> Comparisons.greaterThanDouble(in, out, rows, n, c, 0);
          default -> (in, out, rows, n) -> Comparisons.greaterThanDouble(in, out, rows, n, c, 1);
        };
    return UnaryKernel.total(operand, Type.BOOLEAN, loop);
  }

  /** Integers and decimals by value, whatever their scales. */
  private static Kernel exact(Op op, Kernel left, Kernel right, Dictionary dictionary) {
    Type a = left.type();
    Type b = right.type();
    if (Decimals.isScaledLong(a) && right instanceof ConstantKernel constant) {
      BigDecimal value = Decimals.read(b, constant.word(), dictionary);
      Kernel kernel = withThreshold(op, left, value);
      if (kernel != null) {
        return kernel;
      }
    }
    if (Decimals.isScaledLong(a) && Decimals.isScaledLong(b)) {
      return a.scale() == b.scale() ? words(op, left, right, false) : scaled(op, left, right);
    }
    int outcomes = Comparisons.outcomes(op);
    return ScalarKernel.binary(
        left,
        right,
        Type.BOOLEAN,
        (x, y) ->
            Comparisons.test(
                outcomes,
                Decimals.read(a, x, dictionary).compareTo(Decimals.read(b, y, dictionary))),
        null);
  }

  /**
   * A comparison with a literal at the scale of the operand: with one that has more digits behind
   * the point, the operand is compared with what is left when they are cut off downwards. Null
   * where that needs more than a word.
   */
  private static @Nullable Kernel withThreshold(Op op, Kernel operand, BigDecimal literal) {
    BigDecimal floor = literal.setScale(operand.type().scale(), RoundingMode.FLOOR);
    BigInteger unscaled = floor.unscaledValue();
    if (unscaled.compareTo(MIN) <= 0 || unscaled.compareTo(MAX) >= 0) {
      return null;
    }
    long word = unscaled.longValueExact();
    boolean isExact = floor.compareTo(literal) == 0;
    if (isExact) {
      return withConstant(op, operand, word);
    }
    return switch (op) {
      case LT, LE -> withConstant(Op.LE, operand, word);
      case GT, GE -> withConstant(Op.GT, operand, word);
      default -> null;
    };
  }

  private static Kernel scaled(Op op, Kernel left, Kernel right) {
    int difference = left.type().scale() - right.type().scale();
    long factorA = Decimals.power(Math.max(0, -difference));
    long factorB = Decimals.power(Math.max(0, difference));
    int outcomes = Comparisons.outcomes(op);
    return BinaryKernel.total(
        left,
        right,
        Type.BOOLEAN,
        (a, b, out, selection, count) -> {
          for (int i = 0; i < count; i++) {
            int row = selection == null ? i : selection[i];
            int compared = Decimals.compareScaled(a[row], factorA, b[row], factorB);
            out[row] = Comparisons.test(outcomes, compared);
          }
          return false;
        });
  }

  /** Strings and bytes by their order; codes say nothing about it. */
  private static Kernel encoded(Op op, Kernel left, Kernel right, Dictionary dictionary) {
    Type type = left.type();
    int outcomes = Comparisons.outcomes(op);
    if (type.kind() == Kind.STRING && right instanceof ConstantKernel constant) {
      String literal = dictionary.string(constant.word());
      return new StringTestKernel(
          left,
          string -> Comparisons.test(outcomes, Words.compareStrings(string, literal)) != 0,
          dictionary);
    }
    return ScalarKernel.binary(
        left,
        right,
        Type.BOOLEAN,
        (a, b) -> Comparisons.test(outcomes, Words.compare(type, a, b, dictionary.values())),
        null);
  }
}
