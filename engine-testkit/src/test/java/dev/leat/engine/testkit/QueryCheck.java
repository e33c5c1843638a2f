package dev.leat.engine.testkit;

import dev.leat.engine.EngineException;
import dev.leat.engine.Row;
import dev.leat.engine.View;
import dev.leat.engine.ViewQuery;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.SortKey;
import dev.leat.engine.plan.ViewDefinition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Reads a view with a random condition, order and limit. */
final class QueryCheck {
  private final SplittableRandom random;
  private final View<Row> view;
  private final Schema schema;

  QueryCheck(SplittableRandom random, View<Row> view) {
    this.random = random;
    this.view = view;
    this.schema = view.schema();
  }

  /** Compares with the rows that the view should have. */
  void check(Map<ReferenceRow, Long> rows) {
    RandomExprs exprs = new RandomExprs(random, schema, random.nextInt(20));
    Expr condition = exprs.likelyCondition();
    ReferenceResult expected = filtered(condition, rows);
    ViewQuery<Row> query = view.where(condition);
    if (expected.errors() > 0) {
      checkFails(query, condition);
      return;
    }
    List<ReferenceRow> all = read(query);
    Map<ReferenceRow, Long> counts = new HashMap<>();
    all.forEach(row -> counts.merge(row, 1L, Long::sum));
    RandomRun.check(
        counts.equals(expected.view("v")),
        "where " + condition,
        new RandomRun.Difference(expected.view("v"), counts));
    for (Field field : schema.fields()) {
      SortKey key = new SortKey(field.name(), random.nextBoolean(), random.nextBoolean());
      List<ReferenceRow> sorted = read(query.orderBy(key));
      List<ReferenceRow> wanted = new ArrayList<>(all);
      int column = schema.find(field.name());
      wanted.sort((a, b) -> compare(field, key, a.value(column), b.value(column)));
      RandomRun.check(sorted.equals(wanted), "order by " + key, sorted);
    }
    int limit = random.nextInt(all.size() + 2);
    RandomRun.check(
        read(query.limit(limit)).equals(all.subList(0, Math.min(limit, all.size()))),
        "limit " + limit,
        all);
  }

  private ReferenceResult filtered(Expr condition, Map<ReferenceRow, Long> rows) {
    Node.Input input = new Node.Input("t", Node.InputKind.KEYLESS_TABLE, schema, List.of());
    Node filter = Node.Filter.of(input, condition);
    Plan plan = new Plan(List.of(input), List.of(new ViewDefinition("v", filter, "short")));
    List<ReferenceRow> all = new ArrayList<>();
    rows.forEach((row, count) -> all.addAll(Collections.nCopies(count.intValue(), row)));
    return ReferenceEvaluator.evaluate(plan, Map.of("t", all));
  }

  private List<ReferenceRow> read(ViewQuery<Row> query) {
    return query.toList().stream().map(row -> ReferenceRow.of(schema, row.values())).toList();
  }

  private static void checkFails(ViewQuery<Row> query, Expr condition) {
    try {
      throw new AssertionError("where " + condition + " should fail: " + query.toList());
    } catch (EngineException e) {
      RandomRun.check(e.kind() == EngineException.Kind.INVALID, "kind of failure", e);
    }
  }

  private static int compare(Field field, SortKey key, @Nullable Object a, @Nullable Object b) {
    if (a == null || b == null) {
      return Boolean.compare(a == null, b == null) * (key.isNullFirst() ? -1 : 1);
    }
    return ReferenceValues.compare(field.type(), a, b) * (key.isDescending() ? -1 : 1);
  }
}
