package dev.leat.engine.testkit;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Expressions as SQL of the same meaning. What the database defines differently has none, and is
 * refused: {@link SqlExprs} does not make it.
 */
final class SqlExprText implements Expr.Visitor<String> {
  private static final String MICROS = "1000000";

  private final UnaryOperator<String> columns;

  /**
   * Over columns.
   *
   * @param columns how a column of a name is written
   */
  SqlExprText(UnaryOperator<String> columns) {
    this.columns = columns;
  }

  static String quoted(String name) {
    return '"' + name + '"';
  }

  static String type(Type type) {
    return switch (type.kind()) {
      case LONG -> "BIGINT";
      case DOUBLE -> "DOUBLE";
      case STRING -> "VARCHAR";
      case BOOLEAN -> "BOOLEAN";
      case INSTANT -> "TIMESTAMP";
      case INT -> "INTEGER";
      default -> throw unlike("type " + type);
    };
  }

  static UnsupportedOperationException unlike(String what) {
    return new UnsupportedOperationException("no SQL of the same meaning: " + what);
  }

  /** A value of a type. */
  static String value(Type type, @Nullable Object value) {
    if (value == null) {
      return "CAST(NULL AS " + type(type) + ")";
    }
    if (value instanceof String text) {
      return "'" + text.replace("'", "''") + "'";
    }
    if (value instanceof Instant instant) {
      return "make_timestamp(" + ReferenceValues.micros(instant) + ")";
    }
    if (value instanceof Duration duration) {
      return "to_microseconds(" + ReferenceValues.micros(duration) + ")";
    }
    return "CAST(" + value + " AS " + type(type) + ")";
  }

  private String text(Expr expr) {
    return expr.accept(this);
  }

  private String list(List<Expr> exprs, String separator) {
    return exprs.stream().map(this::text).collect(Collectors.joining(separator));
  }

  @Override
  public String column(Expr.Column column) {
    return columns.apply(column.name());
  }

  @Override
  public String literal(Expr.Literal literal) {
    return value(literal.type(), literal.value());
  }

  @Override
  public String call(Expr.Call call) {
    List<Expr> arguments = call.arguments();
    if (call.op() == Op.NOW) {
      throw unlike("now() is the time of a tick");
    }
    String first = text(arguments.get(0));
    return switch (call.op()) {
      case ADD, SUBTRACT, MULTIPLY, MODULO, EQ, NE, LT, LE, GT, GE, AND, OR ->
          "(" + list(arguments, " " + call.op().sign() + " ") + ")";
      case NEGATE -> "(-" + first + ")";
      case ABS -> "abs(" + first + ")";
      case NOT -> "(NOT " + first + ")";
      case IS_NULL -> "(" + first + " IS NULL)";
      case IS_NOT_NULL -> "(" + first + " IS NOT NULL)";
      case COALESCE, NULLIF, LOWER, UPPER, TRIM, LENGTH, SUBSTRING ->
          call.op().sign() + "(" + list(arguments, ", ") + ")";
      case IN -> "(" + first + " IN (" + list(arguments.subList(1, arguments.size()), ", ") + "))";
      // Without ESCAPE a backslash stands for itself there.
      case LIKE -> "(" + first + " LIKE " + text(arguments.get(1)) + " ESCAPE '\\')";
      case CONCAT -> "(" + list(arguments, " || ") + ")";
      case DATE_TRUNC ->
          "CAST(date_trunc(" + text(arguments.get(1)) + ", " + first + ") AS TIMESTAMP)";
      // Rounded down, also before 1970.
      case EPOCH_SECONDS ->
          String.format(
              Locale.ROOT,
              "((epoch_us(%1$s) - (epoch_us(%1$s) %% %2$s + %2$s) %% %2$s) // %2$s)",
              first,
              MICROS);
      // Of integers the database gives null for a divisor of zero where a row is an error here.
      // Arrays are not written for it.
      case DIVIDE, ROUND, NOW, CARDINALITY, CONTAINS, ELEMENT, ARRAY_TO_STRING ->
          throw unlike(call.op().name());
    };
  }

  @Override
  public String choice(Expr.Case choice) {
    StringBuilder text = new StringBuilder("CASE");
    for (Expr.When when : choice.whens()) {
      text.append(" WHEN ").append(text(when.condition()));
      text.append(" THEN ").append(text(when.result()));
    }
    Expr otherwise = choice.otherwise();
    return text.append(otherwise == null ? "" : " ELSE " + text(otherwise))
        .append(" END")
        .toString();
  }

  @Override
  public String cast(Expr.Cast cast) {
    return "CAST(" + text(cast.operand()) + " AS " + type(cast.type()) + ")";
  }

  @Override
  public String userCall(Expr.UserCall call) {
    throw unlike(call.name());
  }
}
