package dev.leat.engine.sketches;

import dev.leat.engine.plan.UserAggregate;
import java.util.List;

/** Counts distinct values by a sketch of a precision. */
final class DistinctCount implements UserAggregate<DistinctSketch> {
  private static final int MIN_PRECISION = 6;
  private static final int MAX_PRECISION = 16;

  private final int precision;

  DistinctCount(int precision) {
    if (precision < MIN_PRECISION || precision > MAX_PRECISION) {
      throw new IllegalArgumentException(
          "a sketch of 2^precision bytes has a precision from "
              + MIN_PRECISION
              + " to "
              + MAX_PRECISION
              + ": precision="
              + precision);
    }
    this.precision = precision;
  }

  /** Has all that states depend on: another hash or another sketch would have another name. */
  String name() {
    return "approx_count_distinct_" + precision;
  }

  @Override
  public DistinctSketch empty() {
    return DistinctSketch.EMPTY;
  }

  @Override
  public DistinctSketch add(DistinctSketch state, List<Object> values, long times) {
    if (times < 0) {
      throw new IllegalArgumentException("a sketch cannot take rows back: times=" + times);
    }
    return state.with(ValueHash.of(values.get(0)), precision);
  }

  @Override
  public DistinctSketch merge(DistinctSketch a, DistinctSketch b) {
    return a.with(b, precision);
  }

  @Override
  public Object result(DistinctSketch state) {
    return state.count();
  }

  @Override
  public Object resultOfNone() {
    return 0L;
  }

  @Override
  public byte[] write(DistinctSketch state) {
    return state.write();
  }

  @Override
  public DistinctSketch read(byte[] bytes) {
    return DistinctSketch.read(bytes, precision);
  }

  @Override
  public long sizeOf(DistinctSketch state) {
    return state.bytes();
  }

  @Override
  public boolean takesBack() {
    return false;
  }

  @Override
  public String insteadOfIt() {
    return "countDistinct(...), which is exact";
  }

  @Override
  public String boundOfState() {
    return "a sketch of at most " + (1 << precision) + " bytes";
  }
}
