package dev.leat.engine.testkit;

import dev.leat.engine.plan.AsOfJoin;
import dev.leat.engine.plan.ClosingAggregate;
import dev.leat.engine.plan.ClosingJoin;
import dev.leat.engine.plan.ClosingSessions;
import dev.leat.engine.plan.Distinct;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Forget;
import dev.leat.engine.plan.GroupingSets;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.LookupJoin;
import dev.leat.engine.plan.NamedExpr;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Over;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Postorder;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.SessionAggregate;
import dev.leat.engine.plan.Sessionize;
import dev.leat.engine.plan.SetOperation;
import dev.leat.engine.plan.Ticking;
import dev.leat.engine.plan.Top;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.Unnest;
import dev.leat.engine.plan.ViewDefinition;
import dev.leat.engine.plan.Windowed;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Computes the views of a plan from scratch, row by row, over boxed values. It is what the engine
 * is compared with, so it shares nothing with it but the plan, and prefers being plainly right to
 * being fast.
 *
 * <p><b>Relations</b> are multisets. A union keeps equal rows several, distinct keeps one of them.
 * Columns of a union are converted to their common type. Intersections and differences compare rows
 * as a whole, with nulls being equal; as sets they give a row once, else as often as both relations
 * have it, or as the first has it and the second has not. Unnest gives the elements of an array
 * each a row, nulls too.
 *
 * <p><b>Order.</b> Rows are ordered by the columns that are named, null as the largest, and where
 * they are equal by all columns, ascending; arrays element by element, then by length.
 *
 * <p><b>Errors.</b> A row for which an expression fails is left out of the output of that operator,
 * and counted. That is a division by zero, a result outside its type, a cast of a value that cannot
 * be converted, a user function that throws or returns a value of another class than the declared
 * type's. A row for which the operand or the condition of one aggregate fails is left out of all
 * aggregates of that operator, and makes no group. An operand is only evaluated where its condition
 * is true. A group for which an aggregate fails has no row.
 *
 * <p><b>Null.</b> Comparisons and operations with null give null. {@code and} and {@code or} are
 * three-valued, go from left to right and stop at false or true; {@code case} and {@code coalesce}
 * go in order and stop at the first that holds. All others evaluate all their arguments first: an
 * error in one of them wins over a null in another. Null is a group key like any other.
 *
 * <p><b>Numbers.</b> Arithmetic of integers gives long, and an error where that overflows; it
 * divides towards zero. Division and modulo by zero are errors for all types. Floats are widened to
 * double; infinities and NaN are values; there is one zero and one NaN, which equals itself and is
 * greater than all. Decimals are exact, then rounded half away from zero to the scale of the result
 * type; more digits than its precision are an error. Comparisons bring numbers to their common
 * type; exact numbers are compared exactly, whatever their precision.
 *
 * <p><b>Text</b> is a sequence of code points: in length, positions, patterns, and order.
 *
 * <p><b>Time</b> is whole microseconds in 64 bits, UTC; what does not fit is an error. Dates have
 * the range of {@link java.time.LocalDate}.
 *
 * <p><b>Windows</b> have their start and not their end; see {@link ReferenceWindows}. Where they
 * close, a row is late by the watermark before its epoch; see {@link ReferenceClosing}.
 *
 * <p><b>Joins</b> pair each row of the left with each of the right, equal ones too. A pair matches
 * if its keys are equal, null being equal to null only where that is asked for, and the condition
 * is true; a pair for which the condition fails does not match. See {@link ReferenceJoins}.
 *
 * <p><b>Aggregates</b> pass over null operands. Sums are exact, whatever the order: of integers and
 * decimals an error where the result does not fit, of doubles rounded once. A mean of integers or
 * doubles is the sum as a double, divided by the count; of decimals the exact quotient, rounded
 * half away from zero; of durations cut towards zero. Those that depend on an order take tuples by
 * what they are ordered by, and where these tie by the value, ascending, null last; an array has
 * nulls too, and one of no rows is null. Variances and covariances are exact but for one division,
 * which is rounded to 40 digits and then to a double. Percentiles take their fraction as the
 * decimal number that it is written as.
 *
 * <p><b>Sessions.</b> The rows of a key are sorted by time and split where two neighbours are more
 * than the gap apart. A row without a time, or to whose time the gap cannot be added, is an error.
 *
 * <p><b>Arrays</b> are compared by their first elements that differ, null being the largest; one
 * that is the beginning of another is less.
 */
public final class ReferenceEvaluator {
  private final Map<String, ? extends List<ReferenceRow>> inputs;
  private final Map<Node, List<ReferenceRow>> relations = new HashMap<>();
  private final ReferenceMemory memory;
  private long errors;

  private ReferenceEvaluator(
      Map<String, ? extends List<ReferenceRow>> inputs, ReferenceMemory memory) {
    this.inputs = inputs;
    this.memory = memory;
  }

  /**
   * Computes all views of a plan, as if all rows came at {@link PipelineTester#START}.
   *
   * @param inputs for each input its current rows, made by {@link ReferenceRow#of}, equal rows
   *     several times; an input that is not named has no rows
   */
  public static ReferenceResult evaluate(
      Plan plan, Map<String, ? extends List<ReferenceRow>> inputs) {
    return evaluate(plan, inputs, new ReferenceMemory().startEpoch(PipelineTester.START));
  }

  /**
   * Computes all views of a plan that may have lookups, or forget, so that its result depends on
   * the epochs in which rows came: to be called after each epoch, with the same memory, which is
   * told before what the clock said.
   */
  public static ReferenceResult evaluate(
      Plan plan, Map<String, ? extends List<ReferenceRow>> inputs, ReferenceMemory memory) {
    inputs.keySet().forEach(plan::input);
    ReferenceEvaluator evaluator = new ReferenceEvaluator(inputs, memory);
    OfInputs operators = evaluator.new OfInputs();
    for (Node node : plan.nodes()) {
      evaluator.relations.put(node, node.accept(operators));
    }
    Map<String, Map<ReferenceRow, Long>> views = new LinkedHashMap<>();
    for (ViewDefinition view : plan.views()) {
      Map<ReferenceRow, Long> counts = new LinkedHashMap<>();
      for (ReferenceRow row : evaluator.rows(view.relation())) {
        counts.merge(row, 1L, Long::sum);
      }
      views.put(view.name(), counts);
    }
    return new ReferenceResult(views, evaluator.errors);
  }

  /** Does a relation depend on the epochs in which rows came, and not only on what there is? */
  public static boolean dependsOnEpochs(Node relation) {
    return Postorder.of(List.of(relation), Node::inputs).stream()
        .anyMatch(
            node ->
                node instanceof LookupJoin
                    || node instanceof ClosingAggregate
                    || node instanceof ClosingSessions
                    || node instanceof ClosingJoin
                    || node instanceof Forget);
  }

  private List<ReferenceRow> rows(Node node) {
    return Objects.requireNonNull(relations.get(node));
  }

  /** The rows of each kind of relation, from those of its inputs. */
  private final class OfInputs implements Node.Visitor<List<ReferenceRow>> {
    @Override
    public List<ReferenceRow> input(Node.Input input) {
      List<ReferenceRow> rows = inputs.get(input.name());
      return rows == null ? List.of() : rows;
    }

    @Override
    public List<ReferenceRow> filter(Node.Filter filter) {
      return filtered(filter);
    }

    @Override
    public List<ReferenceRow> project(Node.Project project) {
      return projected(project);
    }

    @Override
    public List<ReferenceRow> aggregate(Node.Aggregate aggregate) {
      return aggregated(aggregate, rows(aggregate.input()), key -> true);
    }

    @Override
    public List<ReferenceRow> union(Node.Union union) {
      return united(union);
    }

    @Override
    public List<ReferenceRow> distinct(Distinct distinct) {
      return List.copyOf(new LinkedHashSet<>(rows(distinct.input())));
    }

    @Override
    public List<ReferenceRow> named(Node.Named named) {
      return rows(named.input());
    }

    @Override
    public List<ReferenceRow> setOperation(SetOperation operation) {
      return ReferenceRelations.setOperation(
          operation.kind(), rows(operation.first()), rows(operation.second()));
    }

    @Override
    public List<ReferenceRow> unnest(Unnest unnest) {
      return ReferenceRelations.unnested(unnest, rows(unnest.input()));
    }

    @Override
    public List<ReferenceRow> groupingSets(GroupingSets sets) {
      return ReferenceRelations.copiedForSets(sets, rows(sets.input()));
    }

    @Override
    public List<ReferenceRow> over(Over over) {
      return withResults(over);
    }

    @Override
    public List<ReferenceRow> join(Join join) {
      ReferenceJoins joins = new ReferenceJoins(join);
      List<ReferenceRow> rows = joins.rows(rows(join.left()), rows(join.right()));
      errors += joins.errors();
      return rows;
    }

    @Override
    public List<ReferenceRow> closingJoin(ClosingJoin join) {
      ReferenceClosingJoin remembered = memory.of(join);
      remembered.epoch(rows(join.left()), rows(join.right()), inputs, memory);
      ReferenceJoins joins = new ReferenceJoins(join);
      List<ReferenceRow> rows = remembered.rows(joins);
      errors += joins.errors() + remembered.late();
      return rows;
    }

    @Override
    public List<ReferenceRow> lookup(LookupJoin lookup) {
      ReferenceMemory.Looked looked = memory.of(lookup);
      List<ReferenceRow> added = looked.takeNew(rows(lookup.left()));
      looked.found().addAll(ReferenceLookups.found(lookup, added, rows(lookup.right())));
      return List.copyOf(looked.found());
    }

    @Override
    public List<ReferenceRow> asOf(AsOfJoin join) {
      return ReferenceLookups.asOf(join, rows(join.left()), rows(join.right()));
    }

    @Override
    public List<ReferenceRow> windowed(Windowed windowed) {
      List<ReferenceRow> all = new ArrayList<>();
      for (ReferenceRow row : rows(windowed.input())) {
        List<ReferenceRow> some = orError(() -> ReferenceWindows.rows(windowed, row));
        all.addAll(some == null ? List.of() : some);
      }
      return all;
    }

    @Override
    public List<ReferenceRow> closing(ClosingAggregate closing) {
      ReferenceClosing remembered = memory.of(closing);
      remembered.epoch(rows(closing.input()), inputs, memory);
      errors += remembered.late();
      int end = closing.live().keys().indexOf(closing.end());
      return aggregated(
          closing.live(),
          remembered.taken(),
          key -> remembered.isClosed((Instant) Objects.requireNonNull(key.get(end))));
    }

    @Override
    public List<ReferenceRow> top(Top top) {
      return ReferenceOrder.first(top, rows(top.input()));
    }

    @Override
    public List<ReferenceRow> ticking(Ticking ticking) {
      ReferenceClock clock = new ReferenceClock(memory, ReferenceEvaluator.this::orError);
      return clock.rows(ticking, rows(ticking.input()));
    }

    @Override
    public List<ReferenceRow> sessionize(Sessionize sessionize) {
      return sessionized(sessionize);
    }

    @Override
    public List<ReferenceRow> sessionAggregate(SessionAggregate sessions) {
      return aggregated(sessions, rows(sessions.input()), session -> true);
    }

    @Override
    public List<ReferenceRow> closingSessions(ClosingSessions closing) {
      ReferenceClosingSessions remembered = memory.of(closing);
      long before = errors;
      remembered.epoch(rows(closing.input()), inputs, memory, rows -> valid(closing.live(), rows));
      errors = before + remembered.late();
      return aggregated(
          closing.live(), remembered.taken(), session -> remembered.isClosed(session.end()));
    }
  }

  private List<ReferenceRow> filtered(Node.Filter filter) {
    ReferenceExpressions expressions = new ReferenceExpressions(filter.input().schema());
    Expr condition = filter.condition();
    List<ReferenceRow> kept = new ArrayList<>();
    for (ReferenceRow row : rows(filter.input())) {
      Boolean holds = orError(() -> expressions.isTrue(condition, row));
      if (holds != null && holds) {
        kept.add(row);
      }
    }
    return kept;
  }

  private List<ReferenceRow> projected(Node.Project project) {
    ReferenceExpressions expressions = new ReferenceExpressions(project.input().schema());
    List<ReferenceRow> projected = new ArrayList<>();
    for (ReferenceRow row : rows(project.input())) {
      ReferenceRow result =
          orError(
              () -> {
                List<@Nullable Object> values = new ArrayList<>();
                for (NamedExpr column : project.columns()) {
                  values.add(expressions.evaluate(column.expr(), row));
                }
                return new ReferenceRow(values);
              });
      if (result != null) {
        projected.add(result);
      }
    }
    return projected;
  }

  private List<ReferenceRow> united(Node.Union union) {
    List<ReferenceRow> all = new ArrayList<>();
    for (Node input : union.inputs()) {
      for (ReferenceRow row : rows(input)) {
        ReferenceRow converted = orError(() -> convert(row, input.schema(), union.schema()));
        if (converted != null) {
          all.add(converted);
        }
      }
    }
    return all;
  }

  private static ReferenceRow convert(ReferenceRow row, Schema from, Schema to) {
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = 0; i < to.size(); i++) {
      Type type = to.field(i).type();
      values.add(ReferenceNumbers.convert(row.value(i), from.field(i).type(), type));
    }
    return new ReferenceRow(values);
  }

  private List<ReferenceRow> withResults(Over over) {
    List<ReferenceRow> results = new ArrayList<>();
    Schema schema = over.input().schema();
    for (List<ReferenceRow> rows :
        ReferenceOrder.partitions(schema, over.partition(), rows(over.input()))) {
      ReferenceOver partition = new ReferenceOver(over, rows);
      for (int i = 0; i < partition.size(); i++) {
        int index = i;
        ReferenceRow result = orError(() -> partition.result(index));
        if (result != null) {
          results.add(result);
        }
      }
    }
    return results;
  }

  private List<ReferenceRow> sessionized(Sessionize sessionize) {
    ReferenceSessions sessions =
        new ReferenceSessions(sessionize.input().schema(), sessionize.sessions());
    List<ReferenceRow> timed = new ArrayList<>();
    for (ReferenceRow row : rows(sessionize.input())) {
      if (orError(() -> sessions.timed(row)) != null) {
        timed.add(row);
      }
    }
    return sessions.withColumns(sessionize.columns(), timed);
  }

  /** A row for which an operand fails is of no session. */
  private List<ReferenceRow> valid(SessionAggregate node, List<ReferenceRow> rows) {
    ReferenceSessions sessions = new ReferenceSessions(node.input().schema(), node.sessions());
    ReferenceAggregates aggregates = aggregates(node);
    List<ReferenceRow> valid = new ArrayList<>();
    for (ReferenceRow row : rows) {
      if (orError(() -> aggregates.operands(sessions.timed(row))) != null) {
        valid.add(row);
      }
    }
    return valid;
  }

  private static ReferenceAggregates aggregates(SessionAggregate node) {
    return new ReferenceAggregates(
        Node.Aggregate.of(node.input(), node.sessions().by(), node.calls()));
  }

  private List<ReferenceRow> aggregated(
      SessionAggregate node,
      List<ReferenceRow> rows,
      Predicate<ReferenceSessions.Session> isShown) {
    ReferenceSessions sessions = new ReferenceSessions(node.input().schema(), node.sessions());
    ReferenceAggregates aggregates = aggregates(node);
    List<ReferenceRow> results = new ArrayList<>();
    for (ReferenceSessions.Session session : sessions.of(valid(node, rows))) {
      if (!isShown.test(session)) {
        continue;
      }
      List<@Nullable Object> key = aggregates.key(session.rows().get(0));
      List<List<@Nullable Object>> operands =
          session.rows().stream().map(aggregates::operands).toList();
      ReferenceRow result = orError(() -> aggregates.result(key, operands));
      if (result != null) {
        List<@Nullable Object> values = new ArrayList<>(result.values());
        values.add(key.size(), session.start());
        results.add(new ReferenceRow(values));
      }
    }
    return results;
  }

  private List<ReferenceRow> aggregated(
      Node.Aggregate aggregate,
      List<ReferenceRow> rows,
      Predicate<List<@Nullable Object>> isShown) {
    ReferenceAggregates aggregates = new ReferenceAggregates(aggregate);
    Map<List<@Nullable Object>, List<List<@Nullable Object>>> groups = new LinkedHashMap<>();
    if (aggregate.keys().isEmpty()) {
      groups.put(List.of(), new ArrayList<>());
    }
    for (ReferenceRow row : rows) {
      List<@Nullable Object> operands = orError(() -> aggregates.operands(row));
      if (operands != null) {
        groups.computeIfAbsent(aggregates.key(row), key -> new ArrayList<>()).add(operands);
      }
    }
    List<ReferenceRow> results = new ArrayList<>();
    groups.forEach(
        (key, operands) -> {
          ReferenceRow result =
              isShown.test(key) ? orError(() -> aggregates.result(key, operands)) : null;
          if (result != null) {
            results.add(result);
          }
        });
    return results;
  }

  /** What a computation gives, or null and one error more where it fails. */
  private <T> @Nullable T orError(Supplier<? extends @Nullable T> computation) {
    try {
      return computation.get();
    } catch (RowError | ArithmeticException | DateTimeException e) {
      errors++;
      return null;
    }
  }
}
