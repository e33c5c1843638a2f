package dev.leat.engine.testkit;

import dev.leat.engine.plan.AggregateCall;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Correlations and lines by least squares, from the distances of all values to their means. */
final class ReferenceLines {
  /** So many that what is rounded on the way is not seen in a double. */
  private static final MathContext DIGITS = new MathContext(2500, RoundingMode.HALF_EVEN);

  private static final MathContext RESULT = new MathContext(60, RoundingMode.HALF_EVEN);

  private ReferenceLines() {}

  /** Of rows of two values: of the first, which depends on the second. */
  static @Nullable Double of(AggregateCall call, List<? extends List<?>> rows) {
    List<BigDecimal> ys = new ArrayList<>();
    List<BigDecimal> xs = new ArrayList<>();
    for (List<?> row : rows) {
      BigDecimal y = ReferenceStatistics.exact(row.get(0));
      BigDecimal x = ReferenceStatistics.exact(row.get(1));
      if (x == null || y == null) {
        return Double.NaN;
      }
      ys.add(y);
      xs.add(x);
    }
    if (areEqual(xs)) {
      return null;
    }
    BigDecimal meanX = mean(xs);
    BigDecimal meanY = mean(ys);
    BigDecimal xx = products(xs, meanX, xs, meanX);
    BigDecimal xy = products(xs, meanX, ys, meanY);
    BigDecimal result =
        switch (call.function()) {
          case REGR_SLOPE -> xy.divide(xx, RESULT);
          case REGR_INTERCEPT -> meanY.subtract(xy.divide(xx, DIGITS).multiply(meanX));
          default ->
              areEqual(ys)
                  ? null
                  : xy.divide(xx.multiply(products(ys, meanY, ys, meanY)).sqrt(RESULT), RESULT);
        };
    return result == null ? null : ReferenceValues.canonical(result.doubleValue());
  }

  private static boolean areEqual(List<BigDecimal> values) {
    return values.stream().allMatch(value -> value.compareTo(values.get(0)) == 0);
  }

  private static BigDecimal mean(List<BigDecimal> values) {
    BigDecimal sum = values.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    return sum.divide(BigDecimal.valueOf(values.size()), DIGITS);
  }

  private static BigDecimal products(
      List<BigDecimal> a, BigDecimal meanA, List<BigDecimal> b, BigDecimal meanB) {
    BigDecimal sum = BigDecimal.ZERO;
    for (int i = 0; i < a.size(); i++) {
      BigDecimal fromA = a.get(i).subtract(meanA);
      sum = sum.add(fromA.multiply(b.get(i).subtract(meanB)));
    }
    return sum;
  }
}
