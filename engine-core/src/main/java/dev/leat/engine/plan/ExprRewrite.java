package dev.leat.engine.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Puts expressions in the place of others. */
public final class ExprRewrite {
  private ExprRewrite() {}

  /**
   * An expression with some of its parts replaced, wherever they stand. A part that is replaced is
   * not looked into.
   */
  public static Expr replaced(Expr expr, Map<Expr, Expr> by) {
    Map<Expr, Expr> made = new HashMap<>();
    List<Expr> parts =
        Postorder.of(
            List.of(expr), part -> by.containsKey(part) ? List.<Expr>of() : part.operands());
    for (Expr part : parts) {
      Expr other = by.get(part);
      made.put(part, other == null ? part.accept(new Rebuild(made)) : other);
    }
    return Objects.requireNonNull(made.get(expr));
  }

  /** The same expression over new operands. */
  private record Rebuild(Map<Expr, Expr> made) implements Expr.Visitor<Expr> {
    private Expr of(Expr operand) {
      return Objects.requireNonNull(made.get(operand));
    }

    private List<Expr> of(List<Expr> operands) {
      return operands.stream().map(this::of).toList();
    }

    @Override
    public Expr column(Expr.Column column) {
      return column;
    }

    @Override
    public Expr literal(Expr.Literal literal) {
      return literal;
    }

    @Override
    public Expr call(Expr.Call call) {
      return new Expr.Call(call.op(), of(call.arguments()));
    }

    @Override
    public Expr choice(Expr.Case choice) {
      List<Expr.When> whens = new ArrayList<>();
      for (Expr.When when : choice.whens()) {
        whens.add(new Expr.When(of(when.condition()), of(when.result())));
      }
      Expr otherwise = choice.otherwise();
      return new Expr.Case(whens, otherwise == null ? null : of(otherwise));
    }

    @Override
    public Expr cast(Expr.Cast cast) {
      return new Expr.Cast(of(cast.operand()), cast.type());
    }

    @Override
    public Expr userCall(Expr.UserCall call) {
      return new Expr.UserCall(call.name(), call.type(), call.function(), of(call.arguments()));
    }
  }
}
