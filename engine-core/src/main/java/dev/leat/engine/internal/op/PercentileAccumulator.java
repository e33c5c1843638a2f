package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.state.OrderedMultisets;
import dev.leat.engine.internal.state.TupleOrder;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Exact percentiles: {@code percentile_disc}, a value that is there, and {@code percentile_cont},
 * between two. The fraction is the decimal number that it was written as, so that 0.07 of a hundred
 * values is the seventh.
 */
final class PercentileAccumulator extends OrderedAccumulator {
  private final boolean isBetween;
  private final BigDecimal fraction;
  private final Type type;
  private final Dictionary dictionary;

  /**
   * A percentile.
   *
   * @param isBetween is it interpolated?
   * @param type of the values
   */
  PercentileAccumulator(
      boolean isBetween,
      double fraction,
      Type type,
      TupleOrder order,
      OrderedMultisets tuples,
      Placement placement) {
    super(order, tuples, false, !isBetween && type.isEncoded(), placement.layout());
    this.isBetween = isBetween;
    this.fraction = BigDecimal.valueOf(fraction);
    this.type = type;
    this.dictionary = placement.dictionary();
  }

  /** Where an accumulator keeps things. */
  record Placement(Dictionary dictionary, StateLayout layout) {}

  @Override
  long result(int slot) {
    long size = tuples().size(slot);
    if (!isBetween) {
      long rank = times(size).setScale(0, RoundingMode.CEILING).longValueExact();
      return tuples().at(slot, Math.max(rank, 1) - 1);
    }
    BigDecimal place = times(size - 1);
    long below = place.setScale(0, RoundingMode.FLOOR).longValueExact();
    BigDecimal rest = place.subtract(BigDecimal.valueOf(below));
    long low = tuples().at(slot, below);
    long high = rest.signum() == 0 ? low : tuples().at(slot, below + 1);
    return type.kind() == Type.Kind.DURATION
        ? duration(low, high, rest)
        : Words.ofDouble(between(toDouble(low), toDouble(high), rest.doubleValue()));
  }

  private BigDecimal times(long count) {
    return fraction.multiply(BigDecimal.valueOf(count));
  }

  private static long duration(long low, long high, BigDecimal rest) {
    BigDecimal from = BigDecimal.valueOf(low);
    return BigDecimal.valueOf(high)
        .subtract(from)
        .multiply(rest)
        .add(from)
        .setScale(0, RoundingMode.FLOOR)
        .longValueExact();
  }

  private static double between(double low, double high, double rest) {
    return low == high || rest == 0 ? low : low * (1 - rest) + high * rest;
  }

  private double toDouble(long word) {
    return switch (type.kind()) {
      case FLOAT, DOUBLE -> Words.toDouble(word);
      case DECIMAL -> Words.toDecimal(type, word, dictionary.values()).doubleValue();
      default -> (double) word;
    };
  }
}
