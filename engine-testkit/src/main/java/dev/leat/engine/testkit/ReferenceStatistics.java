package dev.leat.engine.testkit;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Aggregates that say how values are distributed, and of bits. */
final class ReferenceStatistics {
  private ReferenceStatistics() {}

  /** A variance, standard deviation or covariance, of one or two values a row. */
  static @Nullable Double moment(AggregateCall call, List<? extends List<?>> rows) {
    boolean isOfSample = call.function().name().endsWith("SAMP");
    if (rows.size() < (isOfSample ? 2 : 1)) {
      return null;
    }
    BigDecimal x = BigDecimal.ZERO;
    BigDecimal y = BigDecimal.ZERO;
    BigDecimal xy = BigDecimal.ZERO;
    for (List<?> row : rows) {
      BigDecimal first = exact(row.get(0));
      BigDecimal last = exact(row.get(row.size() - 1));
      if (first == null || last == null) {
        return Double.NaN;
      }
      x = x.add(first);
      y = y.add(last);
      xy = xy.add(first.multiply(last));
    }
    BigDecimal n = BigDecimal.valueOf(rows.size());
    BigDecimal of = n.multiply(isOfSample ? n.subtract(BigDecimal.ONE) : n);
    MathContext digits = new MathContext(40, RoundingMode.HALF_EVEN);
    double moment = n.multiply(xy).subtract(x.multiply(y)).divide(of, digits).doubleValue();
    return ReferenceValues.canonical(
        call.function().name().startsWith("STDDEV") ? Math.sqrt(moment) : moment);
  }

  static @Nullable BigDecimal exact(Object value) {
    if (value instanceof BigDecimal decimal) {
      return decimal;
    }
    if (value instanceof Integer || value instanceof Long) {
      return BigDecimal.valueOf(((Number) value).longValue());
    }
    double number = ((Number) value).doubleValue();
    return Double.isFinite(number) ? new BigDecimal(number) : null;
  }

  /** A percentile of values, of which there is at least one. */
  static Object percentile(AggregateCall call, boolean isBetween, List<Object> values, Type type) {
    List<Object> sorted = new ArrayList<>(values);
    sorted.sort((a, b) -> ReferenceValues.compare(type, a, b));
    BigDecimal fraction = new BigDecimal(String.valueOf(call.arguments().constant()));
    if (!isBetween) {
      int rank = 1;
      while (fraction
              .multiply(BigDecimal.valueOf(sorted.size()))
              .compareTo(BigDecimal.valueOf(rank))
          > 0) {
        rank++;
      }
      return sorted.get(rank - 1);
    }
    BigDecimal place = fraction.multiply(BigDecimal.valueOf(sorted.size() - 1));
    int below = place.intValue();
    BigDecimal rest = place.subtract(BigDecimal.valueOf(below));
    Object low = sorted.get(below);
    Object high = rest.signum() == 0 ? low : sorted.get(below + 1);
    if (type.kind() == Type.Kind.DURATION) {
      BigDecimal from = BigDecimal.valueOf(ReferenceValues.micros((Duration) low));
      BigDecimal to = BigDecimal.valueOf(ReferenceValues.micros((Duration) high));
      BigDecimal exact = from.add(to.subtract(from).multiply(rest));
      return ReferenceValues.duration(exact.setScale(0, RoundingMode.FLOOR).longValueExact());
    }
    double a = ((Number) low).doubleValue();
    double b = ((Number) high).doubleValue();
    double f = rest.doubleValue();
    return ReferenceValues.canonical(a == b || f == 0 ? a : a * (1 - f) + b * f);
  }

  /** The value that comes most often; the least of several. */
  static @Nullable Object mode(List<Object> values, Type type) {
    Map<Object, Integer> counts = new LinkedHashMap<>();
    values.forEach(value -> counts.merge(value, 1, Integer::sum));
    Object mode = null;
    int most = 0;
    for (Map.Entry<Object, Integer> entry : counts.entrySet()) {
      boolean isBetter =
          mode == null
              || entry.getValue() > most
              || (entry.getValue() == most
                  && ReferenceValues.compare(type, entry.getKey(), mode) < 0);
      if (isBetter) {
        mode = entry.getKey();
        most = entry.getValue();
      }
    }
    return mode;
  }

  /** Bits of integers, of which there is at least one. */
  static Object bits(AggregateCall call, List<Object> values) {
    long bits = ((Number) values.get(0)).longValue();
    for (Object value : values.subList(1, values.size())) {
      long other = ((Number) value).longValue();
      bits =
          switch (call.function()) {
            case BIT_AND -> bits & other;
            case BIT_OR -> bits | other;
            default -> bits ^ other;
          };
    }
    return values.get(0) instanceof Integer ? (Object) (int) bits : (Object) bits;
  }
}
