package dev.leat.engine.internal.expr;

import dev.leat.engine.plan.Op;
import org.jspecify.annotations.Nullable;

/**
 * The loops of comparisons: one for equal and one for less, each with a word {@code flip} of 0 or 1
 * that turns the answer around; the other comparisons are these with the operands swapped. The
 * answers are computed by arithmetic, for then the compiler makes vector instructions of the loops.
 *
 * <p>The word of a double, with the lower bits turned over if it is negative, is ordered like the
 * double: words have no negative zero and one NaN, which comes out largest.
 */
final class Comparisons {
  private Comparisons() {}

  /** Which outcomes make a comparison true: bit 0 for less, bit 1 for equal, bit 2 for greater. */
  static int outcomes(Op op) {
    return switch (op) {
      case EQ -> 0b010;
      case NE -> 0b101;
      case LT -> 0b001;
      case LE -> 0b011;
      case GT -> 0b100;
      case GE -> 0b110;
      default -> throw new IllegalArgumentException("not a comparison: " + op);
    };
  }

  /** 1 if the outcome of a comparison is among the outcomes, else 0. */
  static long test(int outcomes, int compared) {
    return (outcomes >>> (Integer.signum(compared) + 1)) & 1L;
  }

  /** The comparison with its operands swapped. */
  static Op mirrored(Op op) {
    return switch (op) {
      case LT -> Op.GT;
      case LE -> Op.GE;
      case GT -> Op.LT;
      case GE -> Op.LE;
      default -> op;
    };
  }

  /** A word that is ordered as a long like the double it stands for. */
  static long orderedDouble(long word) {
    return word ^ (word >> 63 & Long.MAX_VALUE);
  }

  private static long isEqual(long a, long b) {
    long difference = a ^ b;
    return (difference | -difference) >>> 63 ^ 1;
  }

  /** The sign of the difference, corrected where it overflows. */
  private static long isLess(long a, long b) {
    long difference = a - b;
    return (difference ^ ((a ^ b) & (difference ^ a))) >>> 63;
  }

  static boolean equal(
      long[] a, long[] b, long[] out, int @Nullable [] selection, int count, long flip) {
    if (selection == null) {
      for (int i = 0; i < count; i++) {
        out[i] = isEqual(a[i], b[i]) ^ flip;
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = selection[i];
        out[row] = isEqual(a[row], b[row]) ^ flip;
      }
    }
    return false;
  }

  static boolean less(
      long[] a, long[] b, long[] out, int @Nullable [] selection, int count, long flip) {
    if (selection == null) {
      for (int i = 0; i < count; i++) {
        out[i] = isLess(a[i], b[i]) ^ flip;
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = selection[i];
        out[row] = isLess(a[row], b[row]) ^ flip;
      }
    }
    return false;
  }

  static boolean lessDouble(
      long[] a, long[] b, long[] out, int @Nullable [] selection, int count, long flip) {
    if (selection == null) {
      for (int i = 0; i < count; i++) {
        out[i] = isLess(orderedDouble(a[i]), orderedDouble(b[i])) ^ flip;
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = selection[i];
        out[row] = isLess(orderedDouble(a[row]), orderedDouble(b[row])) ^ flip;
      }
    }
    return false;
  }

  static boolean equalTo(
      long[] in, long[] out, int @Nullable [] selection, int count, long constant, long flip) {
    if (selection == null) {
      for (int i = 0; i < count; i++) {
        out[i] = isEqual(in[i], constant) ^ flip;
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = selection[i];
        out[row] = isEqual(in[row], constant) ^ flip;
      }
    }
    return false;
  }

  /** Adds to the answers those of one more comparison. */
  static void orEqualTo(long[] in, long[] out, int count, long constant) {
    for (int i = 0; i < count; i++) {
      out[i] |= isEqual(in[i], constant);
    }
  }

  static boolean lessThan(
      long[] in, long[] out, int @Nullable [] selection, int count, long constant, long flip) {
    if (selection == null) {
      for (int i = 0; i < count; i++) {
        out[i] = isLess(in[i], constant) ^ flip;
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = selection[i];
        out[row] = isLess(in[row], constant) ^ flip;
      }
    }
    return false;
  }

  static boolean greaterThan(
      long[] in, long[] out, int @Nullable [] selection, int count, long constant, long flip) {
    if (selection == null) {
      for (int i = 0; i < count; i++) {
        out[i] = isLess(constant, in[i]) ^ flip;
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = selection[i];
        out[row] = isLess(constant, in[row]) ^ flip;
      }
    }
    return false;
  }

  static boolean lessThanDouble(
      long[] in, long[] out, int @Nullable [] selection, int count, long constant, long flip) {
    if (selection == null) {
      for (int i = 0; i < count; i++) {
        out[i] = isLess(orderedDouble(in[i]), constant) ^ flip;
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = selection[i];
        out[row] = isLess(orderedDouble(in[row]), constant) ^ flip;
      }
    }
    return false;
  }

  static boolean greaterThanDouble(
      long[] in, long[] out, int @Nullable [] selection, int count, long constant, long flip) {
    if (selection == null) {
      for (int i = 0; i < count; i++) {
        out[i] = isLess(constant, orderedDouble(in[i])) ^ flip;
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = selection[i];
        out[row] = isLess(constant, orderedDouble(in[row])) ^ flip;
      }
    }
    return false;
  }
}
