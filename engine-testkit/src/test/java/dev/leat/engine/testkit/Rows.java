package dev.leat.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.ViewDefinition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Short ways to run one expression, one aggregate or one relation of a table. */
final class Rows {
  /** What an expression gives that has no value for the row. */
  static final Object ERROR = "error of the row";

  private static final Schema ONE = Schema.builder().required("one", Type.INT).build();

  private Rows() {}

  static Node.Input table(Schema schema) {
    return new Node.Input("t", Node.InputKind.KEYLESS_TABLE, schema, List.of());
  }

  static Expr col(String name) {
    return new Expr.Column(name);
  }

  static Expr lit(Object value) {
    return Expr.of(value);
  }

  static Expr nil(Type type) {
    return new Expr.Literal(null, type);
  }

  static Expr call(Op op, Object... arguments) {
    return new Expr.Call(op, Arrays.stream(arguments).map(Expr::of).toList());
  }

  static List<Object> row(Object... values) {
    return Collections.unmodifiableList(Arrays.asList(values));
  }

  /** The value of an expression without columns, or {@link #ERROR}. */
  static Object value(Expr expr) {
    Node.Input one = table(ONE);
    Node node = Node.Project.of(one, List.of(expr.as("value")));
    ReferenceResult result = evaluate(node, List.of(row(1)));
    Map<ReferenceRow, Long> rows = result.view("v");
    assertThat(rows.size() + result.errors()).isEqualTo(1);
    if (rows.isEmpty()) {
      return ERROR;
    }
    ReferenceRow row = rows.keySet().iterator().next();
    assertThat(ReferenceRow.of(node.schema(), row.values())).isEqualTo(row);
    return row.value(0);
  }

  /** The value of an aggregate over all rows of a column "x", or {@link #ERROR}. */
  static Object aggregate(AggregateFunction function, Type type, Object... operands) {
    return aggregate(new AggregateCall(function, col("x"), null, false, "a"), type, operands);
  }

  /** The value of an aggregate over distinct values of a column "x", or {@link #ERROR}. */
  static Object distinct(AggregateFunction function, Type type, Object... operands) {
    return aggregate(new AggregateCall(function, col("x"), null, true, "a"), type, operands);
  }

  static Object aggregate(AggregateCall call, Type type, Object... operands) {
    Node.Input table = table(Schema.builder().nullable("x", type).build());
    List<List<Object>> rows = Arrays.stream(operands).map(Rows::row).toList();
    ReferenceResult result =
        evaluate(Node.Aggregate.of(table, List.of(), List.of(call.as("a"))), rows);
    assertThat(result.view("v").size() + result.errors()).isEqualTo(1);
    return result.view("v").isEmpty()
        ? ERROR
        : result.view("v").keySet().iterator().next().value(0);
  }

  /** The view "v" of a relation over one table, and the number of errors. */
  static ReferenceResult evaluate(Node node, List<List<Object>> rows) {
    Node source = node;
    while (!source.inputs().isEmpty()) {
      source = source.inputs().get(0);
    }
    Node.Input table = (Node.Input) source;
    Plan plan = new Plan(List.of(table), List.of(new ViewDefinition("v", node, "a short test")));
    List<ReferenceRow> canonical = new ArrayList<>();
    rows.forEach(row -> canonical.add(ReferenceRow.of(table.schema(), row)));
    return ReferenceEvaluator.evaluate(plan, Map.of(table.name(), canonical));
  }

  /** The rows of a relation, sorted by their text, equal ones several times. */
  static List<String> texts(Node node, List<List<Object>> rows) {
    List<String> texts = new ArrayList<>();
    evaluate(node, rows)
        .view("v")
        .forEach(
            (row, count) -> texts.addAll(Collections.nCopies(count.intValue(), row.toString())));
    Collections.sort(texts);
    return texts;
  }
}
