package dev.leat.engine.plan;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rows for which comparisons with the clock are true, all of them. Each row enters at most once
 * and leaves at most once as time passes, at times that follow from the row alone; a row for which
 * something that is compared is null is never in it.
 */
public final class TemporalFilter extends Ticking {
  /**
   * A comparison: {@code clock op row}.
   *
   * @param clock does not go back
   * @param op one of {@code =, <, <=, >, >=}
   * @param row of the type of the clock's function
   */
  public record Bound(ClockFunction clock, Op op, Expr row) {
    /** Does it begin to be true at some time? */
    public boolean isLower() {
      return op == Op.GE || op == Op.GT || op == Op.EQ;
    }

    /** Does it cease to be true at some time? */
    public boolean isUpper() {
      return op == Op.LE || op == Op.LT || op == Op.EQ;
    }

    @Override
    public String toString() {
      return clock.expr() + " " + op.sign() + " " + row;
    }
  }

  private final List<Bound> bounds;

  private TemporalFilter(Node input, List<Bound> bounds, boolean isLeft, long tickMicros) {
    super(
        input,
        input.schema(),
        new RowTraits(
            input.isAppendOnly() && !isLeft,
            input.holdsStream() && !isLeft,
            input.traits().copies(),
            input.key()),
        tickMicros,
        step(input, bounds));
    this.bounds = List.copyOf(bounds);
  }

  /**
   * A filter by comparisons that {@link ClockRules} has checked.
   *
   * @param bounds at least one
   */
  static TemporalFilter of(Node input, List<Bound> bounds, long tickMicros) {
    boolean isLeft = bounds.stream().anyMatch(Bound::isUpper);
    return new TemporalFilter(input, bounds, isLeft, tickMicros);
  }

  private static Canonical step(Node input, List<Bound> bounds) {
    Canonical text = new Canonical("temporal-filter").word("[");
    bounds.forEach(b -> text.expr(b.clock().expr()).word(b.op().name()).expr(b.row()));
    return text.word("]").fields(Canonical.read(bounds.stream().map(Bound::row).toList(), input));
  }

  /** What is compared; at least one. */
  public List<Bound> bounds() {
    return bounds;
  }

  @Override
  public Collection<String> read(Collection<String> needed) {
    // All of them, needed or not: rows that enter or leave later are kept as a whole.
    return input().schema().names();
  }

  @Override
  String word() {
    return "temporal filter";
  }

  @Override
  String text() {
    return "temporal filter " + condition() + " each " + Deduplication.text(tickMicros());
  }

  private String condition() {
    return bounds.stream().map(Bound::toString).collect(Collectors.joining(" and "));
  }

  private boolean isLeft() {
    return bounds.stream().anyMatch(Bound::isUpper);
  }

  @Override
  StateBound stateBound() {
    boolean isEntered = bounds.stream().anyMatch(Bound::isLower);
    String until = !isLeft() ? "enter" : isEntered ? "have entered and left" : "leave";
    return new StateBound(StateBound.Kind.TIME, "rows by time, until they " + until);
  }

  @Override
  @Nullable StateBound boundOfRows() {
    return isLeft()
        ? new StateBound(StateBound.Kind.TIME, "rows while " + condition())
        : StateBound.ofRows(input());
  }
}
