package dev.leat.engine;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.NamedExpr;
import dev.leat.engine.plan.Node;
import java.util.ArrayList;
import java.util.List;

/** What stands in a {@code select}: column names, columns, or expressions with a name. */
final class Selected {
  private Selected() {}

  static List<NamedExpr> columns(Object[] columns, Node node) {
    List<NamedExpr> selected = new ArrayList<>();
    for (Object column : columns) {
      if (column instanceof NamedExpr named) {
        selected.add(named);
      } else if (column instanceof Expr.Column plain) {
        selected.add(plain.as(plain.name()));
      } else if (column instanceof String name) {
        selected.add(new NamedExpr(name, new Expr.Column(name)));
      } else {
        throw new EngineException(
            EngineException.Kind.INVALID,
            "select on "
                + node.describe()
                + ": an expression needs a name, add .as(\"...\"): "
                + column);
      }
    }
    return selected;
  }
}
