package dev.leat.engine.testkit;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.ExprRewrite;
import dev.leat.engine.plan.Forget;
import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.TemporalFilter;
import dev.leat.engine.plan.Ticking;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.WithClock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Relations that depend on the time. What the clock says is computed by the expressions as they
 * were written, with the time in the place of {@code now()}; only what is forgotten must be
 * remembered from epoch to epoch.
 */
final class ReferenceClock {
  private static final Expr NOW = new Expr.Call(Op.NOW, List.of());

  /** Computes something, or gives null and counts an error. */
  interface Errors {
    <T> @Nullable T orError(Supplier<? extends @Nullable T> computation);
  }

  private final ReferenceMemory memory;
  private final Errors errors;

  ReferenceClock(ReferenceMemory memory, Errors errors) {
    this.memory = memory;
    this.errors = errors;
  }

  List<ReferenceRow> rows(Ticking node, List<ReferenceRow> input) {
    if (!memory.hasTime()) {
      return List.of();
    }
    if (node instanceof TemporalFilter filter) {
      return filtered(filter, input);
    }
    return node instanceof WithClock clock
        ? withClock(clock, input)
        : memory.forgetting(node).known((Forget) node, input, now(node));
  }

  private Instant now(Ticking node) {
    long micros = memory.nowMicros();
    long tick = micros - Math.floorMod(micros, node.tickMicros());
    return Instant.EPOCH.plus(tick, ChronoUnit.MICROS);
  }

  /** What the clock's side of a comparison says at a time. */
  private static @Nullable Object value(Expr clock, Ticking node, Instant now) {
    Expr.Literal literal = new Expr.Literal(now, Type.INSTANT);
    Expr expr = ExprRewrite.replaced(clock, Map.of(NOW, literal));
    return new ReferenceExpressions(node.input().schema())
        .evaluate(expr, new ReferenceRow(List.of()));
  }

  private List<ReferenceRow> filtered(TemporalFilter filter, List<ReferenceRow> input) {
    ReferenceExpressions expressions = new ReferenceExpressions(filter.input().schema());
    Instant now = now(filter);
    List<ReferenceRow> kept = new ArrayList<>();
    for (ReferenceRow row : input) {
      // All are computed, whether an earlier one is true or not.
      Boolean holds =
          errors.orError(
              () -> {
                boolean all = true;
                for (TemporalFilter.Bound bound : filter.bounds()) {
                  Object value = expressions.evaluate(bound.row(), row);
                  Object clock = value(bound.clock().expr(), filter, now);
                  all &= value != null && clock != null && holds(clock, bound.op(), value);
                }
                return all;
              });
      if (holds != null && holds) {
        kept.add(row);
      }
    }
    return kept;
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // Both are instants, or both are dates.
  private static boolean holds(Object clock, Op op, Object row) {
    int compared = ((Comparable) clock).compareTo(row);
    return switch (op) {
      case EQ -> compared == 0;
      case LT -> compared < 0;
      case LE -> compared <= 0;
      case GT -> compared > 0;
      case GE -> compared >= 0;
      default -> throw new IllegalArgumentException("no comparison with the clock: " + op);
    };
  }

  private List<ReferenceRow> withClock(WithClock node, List<ReferenceRow> input) {
    Instant now = now(node);
    List<ReferenceRow> rows = new ArrayList<>();
    for (ReferenceRow row : input) {
      List<@Nullable Object> values = new ArrayList<>(row.values());
      node.columns().forEach(c -> values.add(value(c.clock().expr(), node, now)));
      rows.add(new ReferenceRow(values));
    }
    return rows;
  }

  /** Of one relation that forgets: since when each row is there that is not forgotten. */
  static final class Forgetting {
    private record Known(ReferenceRow row, Instant since) {}

    private List<ReferenceRow> before = new ArrayList<>();
    private List<Known> known = new ArrayList<>();

    /** The rows that are known now. */
    private List<ReferenceRow> known(Forget node, List<ReferenceRow> input, Instant now) {
      Map<ReferenceRow, Long> more = new HashMap<>();
      input.forEach(row -> more.merge(row, 1L, Long::sum));
      before.forEach(row -> more.merge(row, -1L, Long::sum));
      List<Known> next = new ArrayList<>();
      for (Known row : known) {
        boolean isGone = more.getOrDefault(row.row(), 0L) < 0;
        if (isGone) {
          more.merge(row.row(), 1L, Long::sum);
        } else if (now.isBefore(row.since().plus(node.afterMicros(), ChronoUnit.MICROS))) {
          next.add(row);
        }
      }
      for (ReferenceRow row : input) {
        if (more.getOrDefault(row, 0L) > 0) {
          more.merge(row, -1L, Long::sum);
          next.add(new Known(row, now));
        }
      }
      known = next;
      before = new ArrayList<>(input);
      return next.stream().map(Known::row).toList();
    }
  }
}
