package dev.leat.engine.plan;

import java.util.Objects;

/**
 * An expression and the name of the column that it makes.
 *
 * @param name the column's name
 * @param expr what it holds
 */
public record NamedExpr(String name, Expr expr) {
  public NamedExpr {
    Objects.requireNonNull(expr, "expr");
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a column needs a name: expr=" + expr);
    }
  }

  @Override
  public String toString() {
    return expr instanceof Expr.Column c && c.name().equals(name) ? name : expr + " as " + name;
  }
}
