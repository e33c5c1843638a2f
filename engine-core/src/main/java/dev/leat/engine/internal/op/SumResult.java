package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/** Turns an exact integer sum and a count into the word of a result: a sum or a mean of a type. */
final class SumResult {
  private final boolean isMean;
  private final Type operand;
  private final Type type;
  private final Dictionary dictionary;

  /**
   * Results of a type.
   *
   * @param operand the type of what was added; a decimal's scale is that of the sum
   * @param type the type of the result
   */
  SumResult(boolean isMean, Type operand, Type type, Dictionary dictionary) {
    this.isMean = isMean;
    this.operand = operand;
    this.type = type;
    this.dictionary = dictionary;
  }

  /** Writes the result of a sum that fits a word. */
  void write(long sum, long count, Column out, int row, RowErrors errors) {
    switch (type.kind()) {
      case LONG -> out.set(row, sum);
      case DOUBLE -> out.set(row, Words.ofDouble((double) sum / (double) count));
      case DURATION -> out.set(row, isMean ? sum / count : sum);
      default -> write(BigInteger.valueOf(sum), count, out, row, errors);
    }
  }

  /** Writes the result of any sum. */
  void write(BigInteger sum, long count, Column out, int row, RowErrors errors) {
    try {
      switch (type.kind()) {
        case LONG -> out.set(row, sum.longValueExact());
        case DOUBLE -> out.set(row, Words.ofDouble(sum.doubleValue() / (double) count));
        case DURATION ->
            out.set(row, (isMean ? sum.divide(BigInteger.valueOf(count)) : sum).longValueExact());
        default -> {
          BigDecimal exact = new BigDecimal(sum, operand.scale());
          BigDecimal value =
              isMean
                  ? exact.divide(BigDecimal.valueOf(count), type.scale(), RoundingMode.HALF_UP)
                  : exact;
          out.set(row, Words.ofDecimal(type, Words.fit(type, value), dictionary));
        }
      }
    } catch (ArithmeticException e) {
      out.setNull(row);
      errors.fail(row, "a sum does not fit " + type + ": " + sum);
    }
  }
}
