package dev.leat.engine.plan;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * One row for each session of rows that are never taken back: the columns of the key, the session's
 * start and end, and aggregates over its rows. No row is kept: where a row puts two sessions into
 * one, their aggregates are put together. {@link #of} makes it where that can be, and says the same
 * with other relations where it cannot.
 *
 * <p>A row for which an operand fails is of no session.
 */
public final class SessionAggregate extends Node {
  private static final String START = SessionColumn.Kind.START.columnName();
  private static final String END = SessionColumn.Kind.END.columnName();

  private final Sessions sessions;
  private final List<AggregateCall> calls;

  private SessionAggregate(Node input, Sessions sessions, List<AggregateCall> calls) {
    super(
        List.of(input),
        schema(input, sessions, calls),
        RowTraits.ofGroups(
            keys(sessions),
            input.holdsStream() && calls.stream().anyMatch(AggregateCall::holdsRows)),
        step(input, sessions, calls));
    this.sessions = sessions;
    this.calls = calls;
  }

  /**
   * Checks columns and aggregates.
   *
   * @param calls what is aggregated beside start and end; may be nothing
   */
  public static Node of(Node input, Sessions sessions, List<AggregateCall> calls) {
    String place = "sessionize on " + input.describe();
    sessions.check(input, place);
    for (AggregateCall call : calls) {
      AggregateRules.check(call, input.schema(), place);
      AggregateRules.checkTakesBack(call, input, place);
      if (call.name() == null) {
        throw invalid(place + ": " + call + " has no name; add .as(\"...\")");
      }
      checkName(call.name(), place);
    }
    sessions.by().forEach(name -> checkName(name, place));
    boolean canMerge =
        input.isAppendOnly() && calls.stream().allMatch(call -> canMerge(call, input.schema()));
    if (canMerge) {
      return new SessionAggregate(input, sessions, withEnd(sessions, calls));
    }
    for (AggregateCall call : calls) {
      NamedAggregate user = call.arguments().user();
      if (user != null && !user.aggregate().takesBack()) {
        throw invalid(
            place
                + ": "
                + call
                + " cannot take rows back, which must be possible "
                + reason(input, calls)
                + "; give those sessions of their own, and join the two by their keys");
      }
    }
    return ofRows(input, sessions, calls);
  }

  private static void checkName(String name, String place) {
    if (name.equals(START) || name.equals(END)) {
      throw invalid(
          place
              + ": a session has a column of this name already: "
              + name
              + "; name yours otherwise");
    }
  }

  /** Can the state of two groups of append-only input be put together? */
  private static boolean canMerge(AggregateCall call, Schema schema) {
    return switch (call.function()) {
      case COUNT ->
          !call.isDistinct() || TypeRules.typeOf(call.operands().get(0), schema).isEncoded();
      case SUM, AVG, BIT_XOR -> !call.isDistinct();
      case MIN, MAX, BOOL_OR, BOOL_AND, BIT_OR, BIT_AND, FIRST, LAST -> true;
      case ARRAY_AGG, STRING_AGG, PERCENTILE_DISC, PERCENTILE_CONT, MODE -> true;
      case USER ->
          !call.isDistinct()
              && !Objects.requireNonNull(call.arguments().user()).aggregate().takesBack();
      case VAR_SAMP, VAR_POP, STDDEV_SAMP, STDDEV_POP, COVAR_SAMP, COVAR_POP -> false;
      case CORR, REGR_SLOPE, REGR_INTERCEPT -> false;
    };
  }

  private static List<String> keys(Sessions sessions) {
    List<String> keys = new ArrayList<>(sessions.by());
    keys.add(START);
    return keys;
  }

  private static List<AggregateCall> withEnd(Sessions sessions, List<AggregateCall> calls) {
    Expr end = new Expr.Column(sessions.time()).plus(Expr.of(sessions.window().gap()));
    List<AggregateCall> all = new ArrayList<>();
    all.add(new AggregateCall(AggregateFunction.MAX, end, null, false, END));
    all.addAll(calls);
    return List.copyOf(all);
  }

  /** The same where rows can be taken back, or aggregates cannot be put together: of the rows. */
  private static Node ofRows(Node input, Sessions sessions, List<AggregateCall> calls) {
    Set<String> read = new LinkedHashSet<>(sessions.by());
    read.add(sessions.time());
    calls.forEach(call -> call.order().forEach(key -> read.add(key.column())));
    List<NamedExpr> columns = new ArrayList<>();
    read.forEach(name -> columns.add(new Expr.Column(name).as(name)));
    List<AggregateCall> ofColumns = new ArrayList<>();
    for (AggregateCall call : calls) {
      ofColumns.add(ofColumns(call, input.schema(), columns));
    }
    SessionColumn start = new SessionColumn(SessionColumn.Kind.START);
    Node rows =
        Sessionize.of(Project.of(input, columns), sessions, List.of(start), reason(input, calls));
    return Aggregate.of(rows, keys(sessions), withEnd(sessions, ofColumns));
  }

  private static String reason(Node input, List<AggregateCall> calls) {
    if (!input.isAppendOnly()) {
      return "as rows can be taken back";
    }
    return "as sessions that become one cannot put together " + unmergeable(input, calls);
  }

  /** Those aggregates that cannot be put together when sessions become one. */
  static List<AggregateCall> unmergeable(Node input, List<AggregateCall> calls) {
    return calls.stream().filter(call -> !canMerge(call, input.schema())).toList();
  }

  /**
   * The same aggregate of columns that are computed before, so that a row for which one fails is of
   * no session.
   */
  private static AggregateCall ofColumns(
      AggregateCall call, Schema schema, List<NamedExpr> columns) {
    Expr where = call.where() == null ? null : column(call.where(), schema, columns);
    Expr operand = call.operand() == null ? null : operand(call.operand(), call, schema, columns);
    List<Expr> others =
        call.arguments().others().stream()
            .map(other -> operand(other, call, schema, columns))
            .toList();
    AggregateArguments old = call.arguments();
    return new AggregateCall(
        call.function(),
        operand,
        where,
        call.isDistinct(),
        call.name(),
        new AggregateArguments(others, old.order(), old.constant(), old.user()));
  }

  /** An operand is only evaluated where the aggregate's condition is true. */
  private static Expr operand(
      Expr operand, AggregateCall call, Schema schema, List<NamedExpr> columns) {
    Expr where = call.where();
    return column(
        where == null || operand instanceof Expr.Column
            ? operand
            : new Expr.Case(List.of(new Expr.When(where, operand)), null),
        schema,
        columns);
  }

  private static Expr column(Expr expr, Schema schema, List<NamedExpr> columns) {
    for (NamedExpr column : columns) {
      if (column.expr().equals(expr)) {
        return new Expr.Column(column.name());
      }
    }
    if (expr instanceof Expr.Column plain) {
      columns.add(expr.as(plain.name()));
      return expr;
    }
    StringBuilder name = new StringBuilder("operand_").append(columns.size() + 1);
    while (schema.find(name.toString()) >= 0) {
      name.append('_');
    }
    columns.add(expr.as(name.toString()));
    return new Expr.Column(name.toString());
  }

  private static Schema schema(Node input, Sessions sessions, List<AggregateCall> calls) {
    String place = "sessionize on " + input.describe();
    List<Field> fields = new ArrayList<>();
    for (String name : sessions.by()) {
      fields.add(input.schema().field(input.schema().indexOf(name, place)));
    }
    fields.add(new Field(START, Type.INSTANT, false));
    for (AggregateCall call : calls) {
      TypeRules.Typed typed = AggregateRules.check(call, input.schema(), place);
      fields.add(new Field(String.valueOf(call.name()), typed.type(), typed.nullable()));
    }
    return Schema.of(fields, place);
  }

  private static Canonical step(Node input, Sessions sessions, List<AggregateCall> calls) {
    Canonical text = sessions.write(new Canonical("session-aggregate")).word("[");
    List<Expr> read = new ArrayList<>();
    for (AggregateCall call : calls) {
      text.call(call);
      read.addAll(call.exprs());
    }
    sessions.by().forEach(name -> read.add(new Expr.Column(name)));
    return text.word("]").fields(Canonical.read(read, input));
  }

  public Node input() {
    return inputs().get(0);
  }

  public Sessions sessions() {
    return sessions;
  }

  /** The aggregates, the first of which gives the end of the session. */
  public List<AggregateCall> calls() {
    return calls;
  }

  StateBound stateBound() {
    String one = "one row for each session" + (sessions.by().isEmpty() ? "" : " of each distinct ");
    String of =
        one + (sessions.by().isEmpty() ? "" : sessions.by().toString()) + StateBound.states(calls);
    return holdsStream()
        ? new StateBound(StateBound.Kind.GROWS, of + ", grows with the rows of each session")
        : new StateBound(StateBound.Kind.KEY_SPACE, of);
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.sessionAggregate(this);
  }

  @Override
  String word() {
    return "sessions";
  }

  /** The same in words, for {@code explain()}. */
  String text() {
    return "sessions of " + sessions + " " + calls;
  }
}
