package dev.leat.engine.plan;

import dev.leat.engine.EngineException;
import dev.leat.engine.plan.TemporalFilter.Bound;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where {@code now()} may stand, and which relations it makes.
 *
 * <p><b>In a condition</b>, its ANDs are taken apart. What does not read the clock becomes a filter
 * below. Comparisons of the clock with the row become a {@link TemporalFilter}: terms of instants
 * and durations are moved to the other side until a {@link ClockFunction} is left on one. What
 * remains is a filter over {@link WithClock}, as is every other use: there {@code now()}, and the
 * largest functions of it, are columns.
 */
public final class ClockRules {
  /** How far time moves if nothing is said. */
  public static final Duration DEFAULT_TICK = Duration.ofSeconds(1);

  private static final Duration MIN_TICK = Duration.ofMillis(1);
  private static final Duration MAX_TICK = Duration.ofDays(1);
  private static final int NANOS_PER_MICRO = 1000;
  private static final Expr NOW = new Expr.Call(Op.NOW, List.of());

  private ClockRules() {}

  /** Is it {@code now()} itself? */
  static boolean isNow(Expr expr) {
    return expr instanceof Expr.Call call && call.op() == Op.NOW;
  }

  /** Does an expression depend on the clock? */
  public static boolean readsClock(Expr expr) {
    return expr.parts().contains(NOW);
  }

  /** An expression with a time, in microseconds since 1970, in the place of {@code now()}. */
  public static Expr at(Expr expr, long micros) {
    Instant time = Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    return ExprRewrite.replaced(expr, Map.of(NOW, new Expr.Literal(time, Type.INSTANT)));
  }

  /** A tick interval in microseconds; checked. */
  public static long tickMicros(Duration interval) {
    Objects.requireNonNull(interval, "interval");
    if (interval.compareTo(MIN_TICK) < 0
        || interval.compareTo(MAX_TICK) > 0
        || interval.toNanosPart() % NANOS_PER_MICRO != 0) {
      throw Node.invalid(
          "a tick is from a millisecond to a day, in whole microseconds: tick=" + interval);
    }
    return interval.toNanos() / NANOS_PER_MICRO;
  }

  /** A time after which rows are forgotten in microseconds; {@link #checkForgetting} checks it. */
  public static long forgettingMicros(Duration after, String place) {
    Objects.requireNonNull(after, "after");
    if (!Lengths.isIn(after, MIN_TICK)) {
      throw notForgetting(place, after.toString());
    }
    return Lengths.micros(after);
  }

  static void checkForgetting(long afterMicros, String place) {
    if (afterMicros < Lengths.micros(MIN_TICK)) {
      throw notForgetting(place, Lengths.text(afterMicros));
    }
  }

  private static EngineException notForgetting(String place, String after) {
    return Node.invalid(
        place
            + ": rows are forgotten after a millisecond to ten years, in whole microseconds; leave"
            + " it out to keep them, and filter with where(...) what is not to be there at all:"
            + " after="
            + after);
  }

  /**
   * The rows of a relation for which a condition is true.
   *
   * @param tickMicros see {@link Ticking#tickMicros}
   */
  public static Node filtered(Node input, Expr condition, long tickMicros) {
    if (!readsClock(condition)) {
      return Over.filtered(input, condition);
    }
    Named named = new Named(input, List.of(condition));
    TypeRules.checkCondition(
        named.replaced(condition), named.schema(), "filter on " + input.describe());
    List<Expr> plain = new ArrayList<>();
    List<Bound> bounds = new ArrayList<>();
    List<Expr> others = new ArrayList<>();
    for (Expr part : conjuncts(condition)) {
      Bound bound = readsClock(part) ? bound(part, input) : null;
      if (bound != null) {
        bounds.add(bound);
      } else {
        (readsClock(part) ? others : plain).add(part);
      }
    }
    Node rows = plain.isEmpty() ? input : Over.filtered(input, all(plain));
    if (!bounds.isEmpty()) {
      rows = TemporalFilter.of(rows, bounds, tickMicros);
    }
    return others.isEmpty() ? rows : refiltered(rows, all(others), tickMicros);
  }

  /** Rows for which a condition is evaluated anew when the clock moves. */
  private static Node refiltered(Node input, Expr condition, long tickMicros) {
    Named named = new Named(input, List.of(condition));
    Node rows = Node.Filter.of(named.relation(input, tickMicros), named.replaced(condition));
    List<NamedExpr> columns = new ArrayList<>();
    for (String name : input.schema().names()) {
      columns.add(new NamedExpr(name, new Expr.Column(name)));
    }
    return Node.Project.of(rows, columns);
  }

  /** New columns, some of which may read the clock. */
  public static Node projected(Node input, List<NamedExpr> columns, long tickMicros) {
    List<Expr> exprs = columns.stream().map(NamedExpr::expr).toList();
    if (exprs.stream().noneMatch(ClockRules::readsClock)) {
      return Node.Project.of(input, columns);
    }
    Named named = new Named(input, exprs);
    List<NamedExpr> replaced =
        columns.stream().map(c -> new NamedExpr(c.name(), named.replaced(c.expr()))).toList();
    return Node.Project.of(named.relation(input, tickMicros), replaced);
  }

  /** The operands of nested ANDs, from left to right. */
  private static List<Expr> conjuncts(Expr condition) {
    List<Expr> parts = new ArrayList<>();
    List<Expr> rest = new ArrayList<>(List.of(condition));
    while (!rest.isEmpty()) {
      Expr next = rest.remove(rest.size() - 1);
      if (next instanceof Expr.Call call && call.op() == Op.AND) {
        for (int i = call.arguments().size() - 1; i >= 0; i--) {
          rest.add(call.arguments().get(i));
        }
      } else {
        parts.add(next);
      }
    }
    return parts;
  }

  private static Expr all(List<Expr> conditions) {
    Expr all = conditions.get(0);
    for (Expr condition : conditions.subList(1, conditions.size())) {
      all = all.and(condition);
    }
    return all;
  }

  /** What a comparison says of the clock; null if that is not all that it says. */
  private static @Nullable Bound bound(Expr part, Node input) {
    if (!(part instanceof Expr.Call call)
        || !call.op().isComparison()
        || call.op() == Op.NE
        || readsClock(call.arguments().get(0)) == readsClock(call.arguments().get(1))) {
      return null;
    }
    boolean isLeft = readsClock(call.arguments().get(0));
    Expr clock = call.arguments().get(isLeft ? 0 : 1);
    Expr row = call.arguments().get(isLeft ? 1 : 0);
    Op op = isLeft ? call.op() : turned(call.op());
    ClockFunction function = ClockFunction.of(clock);
    while (function == null) {
      Moved moved = moved(clock, row, op);
      if (moved == null) {
        return null;
      }
      clock = moved.clock();
      row = moved.row();
      op = moved.op();
      function = ClockFunction.of(clock);
    }
    Optional<Type> type = typeOf(row, input);
    return type.isPresent() && type.get().equals(function.type())
        ? new Bound(function, op, row)
        : null;
  }

  /** The type of an expression; empty if moving its terms made one that there is not. */
  private static Optional<Type> typeOf(Expr row, Node input) {
    try {
      return Optional.of(TypeRules.typeOf(row, input.schema()));
    } catch (EngineException e) {
      return Optional.empty();
    }
  }

  private static Op turned(Op op) {
    return switch (op) {
      case LT -> Op.GT;
      case LE -> Op.GE;
      case GT -> Op.LT;
      case GE -> Op.LE;
      default -> op;
    };
  }

  private record Moved(Expr clock, Op op, Expr row) {}

  /** Moves a term from the side of the clock to that of the row. */
  private static @Nullable Moved moved(Expr clock, Expr row, Op op) {
    if (!(clock instanceof Expr.Call call) || (call.op() != Op.ADD && call.op() != Op.SUBTRACT)) {
      return null;
    }
    Expr first = call.arguments().get(0);
    Expr second = call.arguments().get(1);
    if (readsClock(first) && readsClock(second)) {
      return null;
    }
    if (call.op() == Op.ADD) {
      return readsClock(first)
          ? new Moved(first, op, row.minus(second))
          : new Moved(second, op, row.minus(first));
    }
    return readsClock(first)
        ? new Moved(first, op, second.plus(row))
        : new Moved(second, turned(op), first.minus(row));
  }

  /** The largest functions of the clock in some expressions, as columns. */
  private static final class Named {
    private final Map<Expr, WithClock.Column> columns = new LinkedHashMap<>();
    private final Schema schema;

    private Named(Node input, List<Expr> exprs) {
      Set<String> taken = new HashSet<>(input.schema().names());
      List<Expr> rest = new ArrayList<>(exprs);
      Set<Expr> seen = new HashSet<>();
      for (int i = 0; i < rest.size(); i++) {
        Expr expr = rest.get(i);
        if (!seen.add(expr) || !readsClock(expr)) {
          continue;
        }
        ClockFunction function = ClockFunction.of(expr);
        if (function == null) {
          rest.addAll(expr.operands());
          continue;
        }
        StringBuilder name = new StringBuilder(expr.toString());
        while (!taken.add(name.toString())) {
          name.append('_');
        }
        columns.put(expr, new WithClock.Column(name.toString(), function));
      }
      List<Field> fields = new ArrayList<>(input.schema().fields());
      columns.values().forEach(c -> fields.add(new Field(c.name(), c.clock().type(), false)));
      this.schema = Schema.of(fields);
    }

    private Schema schema() {
      return schema;
    }

    private Node relation(Node input, long tickMicros) {
      return WithClock.of(input, List.copyOf(columns.values()), tickMicros);
    }

    private Expr replaced(Expr expr) {
      Map<Expr, Expr> by = new HashMap<>();
      columns.forEach((clock, column) -> by.put(clock, new Expr.Column(column.name())));
      return ExprRewrite.replaced(expr, by);
    }
  }
}
