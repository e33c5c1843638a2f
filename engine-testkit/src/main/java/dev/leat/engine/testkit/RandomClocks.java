package dev.leat.engine.testkit;

import dev.leat.engine.plan.ClockRules;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Forget;
import dev.leat.engine.plan.NamedExpr;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.TruncUnit;
import dev.leat.engine.plan.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * Makes random relations whose rows change as time passes: with times of rows around those at which
 * a test runs, so that rows enter and leave while it does.
 */
final class RandomClocks {
  private static final Expr NOW = new Expr.Call(Op.NOW, List.of());
  private static final int MAX_SECONDS = 20;
  private static final int MICROS_PER_SECOND = 1_000_000;

  private final SplittableRandom random;
  private final RandomValues values;
  private final long tickMicros;

  /**
   * Relations of one plan.
   *
   * @param random decides all
   * @param givenTickMicros the tick interval of the plan, if something in it has one
   */
  RandomClocks(SplittableRandom random, OptionalLong givenTickMicros) {
    this.random = random;
    this.values = new RandomValues(random);
    long picked = values.pick(List.of(1, 1, 2, 5)) * (long) MICROS_PER_SECOND;
    this.tickMicros = givenTickMicros.orElse(picked);
  }

  /**
   * A relation that depends on the time.
   *
   * @param name of new columns
   */
  Node relation(Node source, String name) {
    int choice = random.nextInt(100);
    if (choice < 55) {
      return filtered(source);
    }
    if (choice < 75) {
      return projected(source, name);
    }
    boolean mayForget = source.key().isPresent() || source.isAppendOnly();
    return mayForget
        ? Forget.of(source, seconds().toMillis() * 1000 + 1_000_000, tickMicros)
        : filtered(source);
  }

  private Duration seconds() {
    return Duration.ofSeconds(random.nextInt(MAX_SECONDS / 2));
  }

  /** A time near those of the test, of numbers or times of the row; null now and then. */
  private Expr time(Node source) {
    Expr start = Expr.of(PipelineTester.START);
    List<Expr> spans = new ArrayList<>();
    for (Field field : source.schema().fields()) {
      Expr column = new Expr.Column(field.name());
      switch (field.type().kind()) {
        case INT, LONG ->
            spans.add(Expr.of(Duration.ofSeconds(1)).times(column.modulo(MAX_SECONDS)));
        case STRING -> spans.add(Expr.of(Duration.ofSeconds(7)).times(column.length().modulo(3)));
        case INSTANT ->
            spans.add(
                Expr.of(Duration.ofSeconds(1)).times(column.epochSeconds().modulo(MAX_SECONDS)));
        default -> {
          // Of others no span is made.
        }
      }
    }
    return spans.isEmpty()
        ? start.plus(Duration.ofSeconds(random.nextInt(MAX_SECONDS)))
        : start.plus(values.pick(spans));
  }

  private Node filtered(Node source) {
    Expr condition = comparison(source);
    if (values.percent(20)) {
      condition = condition.and(comparison(source));
    }
    if (values.percent(25)) {
      RandomExprs exprs = new RandomExprs(random, source.schema(), 0);
      condition =
          values.percent(50)
              ? exprs.likelyCondition().and(condition)
              : condition.and(exprs.likelyCondition());
    }
    return ClockRules.filtered(source, condition, tickMicros);
  }

  private Expr comparison(Node source) {
    Expr time = time(source);
    Duration span = seconds();
    TruncUnit unit = values.pick(List.of(TruncUnit.SECOND, TruncUnit.MINUTE, TruncUnit.MINUTE));
    return switch (random.nextInt(12)) {
      case 0 -> NOW.ge(time);
      case 1 -> time.plus(span).gt(NOW);
      case 2 -> NOW.minus(time).between(span, span.plusSeconds(4 + random.nextInt(6)));
      case 3 -> time.ge(NOW.minus(span));
      case 4 -> NOW.plus(span).le(time);
      case 5 -> NOW.dateTrunc(unit).eq(time.dateTrunc(unit));
      case 6 -> time.minus(NOW).lt(span);
      case 7 -> NOW.cast(Type.DATE).le(time.cast(Type.DATE));
      case 8 -> time.gt(NOW.dateTrunc(unit).minus(span));
      case 9 -> NOW.lt(time).or(NOW.ge(time.plus(span)));
      case 10 -> NOW.minus(span).ne(time);
      default -> NOW.minus(time).gt(time.minus(PipelineTester.START));
    };
  }

  private Node projected(Node source, String name) {
    List<NamedExpr> columns = new ArrayList<>();
    for (Field field : source.schema().fields()) {
      if (columns.isEmpty() || values.percent(60)) {
        columns.add(new Expr.Column(field.name()).as(field.name()));
      }
    }
    Expr value =
        switch (random.nextInt(4)) {
          case 0 -> NOW;
          case 1 -> NOW.dateTrunc(TruncUnit.MINUTE);
          case 2 -> NOW.cast(Type.DATE);
          default -> NOW.minus(time(source));
        };
    columns.add(value.as(name));
    return ClockRules.projected(source, columns, tickMicros);
  }
}
