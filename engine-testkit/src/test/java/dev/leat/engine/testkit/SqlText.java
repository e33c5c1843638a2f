package dev.leat.engine.testkit;

import static dev.leat.engine.testkit.SqlExprText.quoted;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AsOfJoin;
import dev.leat.engine.plan.ClosingAggregate;
import dev.leat.engine.plan.ClosingJoin;
import dev.leat.engine.plan.ClosingSessions;
import dev.leat.engine.plan.Distinct;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Frame;
import dev.leat.engine.plan.GroupingSets;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.JoinKeys;
import dev.leat.engine.plan.LookupJoin;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Over;
import dev.leat.engine.plan.OverCall;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.SessionAggregate;
import dev.leat.engine.plan.SessionColumn;
import dev.leat.engine.plan.Sessionize;
import dev.leat.engine.plan.SetOperation;
import dev.leat.engine.plan.SortKey;
import dev.leat.engine.plan.Ticking;
import dev.leat.engine.plan.Top;
import dev.leat.engine.plan.Unnest;
import dev.leat.engine.plan.Windowed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A relation of a plan as a query of the same meaning: a common table expression for each relation
 * below it. What the database defines differently is refused; {@link SqlPlans} does not make it.
 */
final class SqlText implements Node.Visitor<String> {
  private final Map<Node, String> names = new HashMap<>();

  private SqlText() {}

  /** The query that gives the rows of a relation. */
  static String query(Plan plan, Node relation) {
    SqlText text = new SqlText();
    List<String> tables = new ArrayList<>();
    for (Node node : plan.nodes()) {
      String query = node.accept(text);
      String name = "n" + text.names.size();
      text.names.put(node, name);
      tables.add(name + " AS (" + query + ")");
      if (node.equals(relation)) {
        break;
      }
    }
    return "WITH " + String.join(",\n", tables) + "\nSELECT * FROM " + text.names.get(relation);
  }

  private String from(Node node) {
    return names.get(node);
  }

  private static String columns(List<String> names) {
    return names.stream().map(SqlExprText::quoted).collect(Collectors.joining(", "));
  }

  private static String text(Expr expr) {
    return expr.accept(new SqlExprText(SqlExprText::quoted));
  }

  private static String as(String text, Field field) {
    return "CAST("
        + text
        + " AS "
        + SqlExprText.type(field.type())
        + ") AS "
        + quoted(field.name());
  }

  @Override
  public String input(Node.Input input) {
    return "SELECT * FROM " + quoted(input.name());
  }

  @Override
  public String filter(Node.Filter filter) {
    return "SELECT * FROM " + from(filter.input()) + " WHERE " + text(filter.condition());
  }

  @Override
  public String project(Node.Project project) {
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < project.columns().size(); i++) {
      columns.add(as(text(project.columns().get(i).expr()), project.schema().field(i)));
    }
    return "SELECT " + String.join(", ", columns) + " FROM " + from(project.input());
  }

  @Override
  public String aggregate(Node.Aggregate aggregate) {
    List<String> columns = new ArrayList<>();
    aggregate.keys().forEach(key -> columns.add(quoted(key)));
    for (int i = 0; i < aggregate.calls().size(); i++) {
      Field field = aggregate.schema().field(aggregate.keys().size() + i);
      columns.add(as(call(aggregate.calls().get(i)), field));
    }
    return "SELECT "
        + String.join(", ", columns)
        + " FROM "
        + from(aggregate.input())
        + (aggregate.keys().isEmpty() ? "" : " GROUP BY " + columns(aggregate.keys()));
  }

  private static String call(AggregateCall call) {
    String name =
        switch (call.function()) {
          case COUNT, SUM, AVG, MIN, MAX, BOOL_OR, BOOL_AND, BIT_AND, BIT_OR, BIT_XOR, STRING_AGG ->
              call.function().name().toLowerCase(Locale.ROOT);
          // Variances are rounded once here and at each row there; percentiles are other values of
          // the same data there; of values that come equally often another is the mode; the first
          // of rows that tie is any.
          default -> throw SqlExprText.unlike(call.toString());
        };
    String operand =
        call.operand() == null
            ? "*"
            : (call.isDistinct() ? "DISTINCT " : "") + text(call.operand());
    if (name.equals("string_agg")) {
      operand += ", '|'" + order(call.order(), List.of(text(call.operand())));
    }
    Expr where = call.where();
    return name
        + "("
        + operand
        + ")"
        + (where == null ? "" : " FILTER (WHERE " + text(where) + ")");
  }

  /** Nulls are the largest here and there only where it is said. */
  private static String order(List<SortKey> keys, List<String> thenBy) {
    List<String> all = new ArrayList<>();
    for (SortKey key : keys) {
      all.add(
          quoted(key.column())
              + (key.isDescending() ? " DESC" : " ASC")
              + (key.isNullFirst() ? " NULLS FIRST" : " NULLS LAST"));
    }
    thenBy.forEach(column -> all.add(column + " ASC NULLS LAST"));
    return all.isEmpty() ? "" : " ORDER BY " + String.join(", ", all);
  }

  /** Rows that tie are ordered by all their columns, so that none is before another by chance. */
  private static String wholeOrder(List<SortKey> keys, Schema schema) {
    return order(keys, schema.names().stream().map(SqlExprText::quoted).toList());
  }

  @Override
  public String union(Node.Union union) {
    return union.inputs().stream()
        .map(input -> "SELECT * FROM " + from(input))
        .collect(Collectors.joining(" UNION ALL "));
  }

  @Override
  public String distinct(Distinct distinct) {
    return "SELECT DISTINCT * FROM " + from(distinct.input());
  }

  @Override
  public String named(Node.Named named) {
    return "SELECT * FROM " + from(named.input());
  }

  @Override
  public String setOperation(SetOperation operation) {
    return "SELECT * FROM "
        + from(operation.first())
        + " "
        + operation.kind().sign()
        + " SELECT * FROM "
        + from(operation.second());
  }

  @Override
  public String unnest(Unnest unnest) {
    throw SqlExprText.unlike("arrays are no part of the comparison");
  }

  @Override
  public String groupingSets(GroupingSets sets) {
    // The set of no columns has a row there also if there are none.
    throw SqlExprText.unlike("grouping sets");
  }

  @Override
  public String join(Join join) {
    String condition = condition(join);
    if (!join.kind().givesPairs()) {
      return "SELECT * FROM "
          + from(join.left())
          + " l WHERE "
          + (join.kind() == Join.Kind.ANTI ? "NOT " : "")
          + "EXISTS (SELECT 1 FROM "
          + from(join.right())
          + " r WHERE "
          + condition
          + ")";
    }
    String columns =
        join.schema().names().stream()
            .map(name -> joined(join, name) + " AS " + quoted(name))
            .collect(Collectors.joining(", "));
    return "SELECT "
        + columns
        + " FROM "
        + from(join.left())
        + " l "
        + join.kind()
        + " JOIN "
        + from(join.right())
        + " r ON "
        + condition;
  }

  /** A column that both have is a key of both. */
  private static String joined(Join join, String name) {
    boolean isLeft = join.left().schema().find(name) >= 0;
    boolean isRight = join.right().schema().find(name) >= 0;
    String left = "l." + quoted(name);
    String right = "r." + quoted(name);
    if (isLeft && isRight) {
      return "coalesce(" + left + ", " + right + ")";
    }
    return isLeft ? left : right;
  }

  private static String equal(JoinKeys keys) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      all.add(
          "l."
              + quoted(keys.left().get(i))
              + (keys.matchesNull() ? " IS NOT DISTINCT FROM " : " = ")
              + "r."
              + quoted(keys.right().get(i)));
    }
    return String.join(" AND ", all);
  }

  private static String condition(Join join) {
    List<String> all = new ArrayList<>();
    if (join.keys().size() > 0) {
      all.add(equal(join.keys()));
    }
    Expr condition = join.condition();
    if (condition != null) {
      all.add(condition.accept(new SqlExprText(name -> joined(join, name))));
    }
    return all.isEmpty() ? "TRUE" : String.join(" AND ", all);
  }

  @Override
  public String lookup(LookupJoin lookup) {
    throw SqlExprText.unlike("a lookup depends on the order in which rows come");
  }

  @Override
  public String windowed(Windowed windowed) {
    return SqlTimes.windowed(windowed, from(windowed.input()));
  }

  @Override
  public String closing(ClosingAggregate closing) {
    throw SqlExprText.unlike("what closes depends on the order in which rows come");
  }

  @Override
  public String closingJoin(ClosingJoin join) {
    throw SqlExprText.unlike("what closes depends on the order in which rows come");
  }

  @Override
  public String closingSessions(ClosingSessions sessions) {
    throw SqlExprText.unlike("what closes depends on the order in which rows come");
  }

  @Override
  public String ticking(Ticking ticking) {
    throw SqlExprText.unlike("time that passes");
  }

  @Override
  public String sessionize(Sessionize sessionize) {
    return SqlTimes.sessionized(
        sessionize.sessions(), sessionize.columns(), from(sessionize.input()));
  }

  @Override
  public String sessionAggregate(SessionAggregate sessions) {
    List<String> keys = new ArrayList<>(sessions.sessions().by());
    keys.add(SessionColumn.Kind.START.columnName());
    List<String> columns = new ArrayList<>();
    keys.forEach(key -> columns.add(quoted(key)));
    // The first call gives the end, which is a column of the rows already.
    String end = quoted(SessionColumn.Kind.END.columnName());
    columns.add("max(" + end + ") AS " + end);
    for (int i = 1; i < sessions.calls().size(); i++) {
      Field field = sessions.schema().field(keys.size() + i);
      columns.add(as(call(sessions.calls().get(i)), field));
    }
    List<SessionColumn> said =
        List.of(
            new SessionColumn(SessionColumn.Kind.START), new SessionColumn(SessionColumn.Kind.END));
    return "SELECT "
        + String.join(", ", columns)
        + " FROM ("
        + SqlTimes.sessionized(sessions.sessions(), said, from(sessions.input()))
        + ") GROUP BY "
        + columns(keys);
  }

  @Override
  public String asOf(AsOfJoin join) {
    Schema left = join.left().schema();
    String columns =
        join.schema().names().stream()
            .map(name -> (left.find(name) >= 0 ? "l." : "r.") + quoted(name))
            .collect(Collectors.joining(", "));
    String times = "l." + quoted(join.leftTime()) + " >= r." + quoted(join.rightTime());
    return "SELECT "
        + columns
        + " FROM "
        + from(join.left())
        + " l ASOF LEFT JOIN "
        + from(join.right())
        + " r ON "
        + equal(join.keys())
        + " AND "
        + times;
  }

  @Override
  public String top(Top top) {
    String number =
        "row_number() OVER ("
            + partition(top.partition())
            + wholeOrder(top.order(), top.schema())
            + ")";
    return "SELECT * EXCLUDE (place) FROM (SELECT *, "
        + number
        + " AS place FROM "
        + from(top.input())
        + ") WHERE place > "
        + top.offset()
        + " AND place <= "
        + (top.offset() + top.limit());
  }

  private static String partition(List<String> columns) {
    return columns.isEmpty() ? "" : "PARTITION BY " + columns(columns);
  }

  @Override
  public String over(Over over) {
    Schema schema = over.input().schema();
    List<String> columns = new ArrayList<>();
    columns.add("*");
    for (int i = 0; i < over.calls().size(); i++) {
      Field field = over.schema().field(schema.size() + i);
      columns.add(as(over(over, over.calls().get(i)), field));
    }
    // The limit of an over needs no words: the filter that it comes from is still there.
    return "SELECT " + String.join(", ", columns) + " FROM " + from(over.input());
  }

  private static String over(Over over, OverCall call) {
    Schema schema = over.input().schema();
    String operand = call.operand() == null ? "" : text(call.operand());
    String function = call.function().name().toLowerCase(Locale.ROOT);
    Frame frame = call.frame();
    boolean isRank = call.function().isRanking() && !function.equals("row_number");
    boolean isByKeys = isRank || frame.unit() != Frame.Unit.ROWS;
    String order = isByKeys ? order(over.order(), List.of()) : wholeOrder(over.order(), schema);
    if (call.function().isShift()) {
      operand += ", " + call.distance();
    } else if (operand.isEmpty() && !call.function().isRanking()) {
      operand = "*";
    }
    return function
        + "("
        + operand
        + ") OVER ("
        + partition(over.partition())
        + order
        + (call.function().isFramed() ? frame(frame) : "")
        + ")";
  }

  private static String frame(Frame frame) {
    boolean isTime = frame.unit() == Frame.Unit.TIME;
    return (frame.unit() == Frame.Unit.ROWS ? " ROWS" : " RANGE")
        + " BETWEEN "
        + bound(frame.preceding(), isTime, "PRECEDING", "FOLLOWING")
        + " AND "
        + bound(frame.following(), isTime, "FOLLOWING", "PRECEDING");
  }

  private static String bound(long reach, boolean isTime, String word, String other) {
    if (reach == Frame.UNBOUNDED) {
      return "UNBOUNDED " + word;
    }
    if (reach == 0) {
      return "CURRENT ROW";
    }
    String distance = isTime ? "to_microseconds(" + Math.abs(reach) + ")" : "" + Math.abs(reach);
    return distance + " " + (reach > 0 ? word : other);
  }
}
