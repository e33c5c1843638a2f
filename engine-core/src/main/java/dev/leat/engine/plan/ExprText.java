package dev.leat.engine.plan;

import java.util.List;
import java.util.stream.Collectors;

/** Writes a built-in call the way SQL would. */
final class ExprText {
  private ExprText() {}

  static String of(Expr.Call call) {
    List<Expr> arguments = call.arguments();
    String sign = call.op().sign();
    switch (call.op()) {
      case IS_NULL, IS_NOT_NULL -> {
        return arguments.get(0) + " " + sign;
      }
      case NOT -> {
        return "not (" + arguments.get(0) + ")";
      }
      case IN -> {
        return arguments.get(0) + " in " + list(arguments.subList(1, arguments.size()));
      }
      default -> {
        boolean infix =
            arguments.size() == 2
                && (call.op().isArithmetic()
                    || call.op().isComparison()
                    || call.op() == Op.AND
                    || call.op() == Op.OR
                    || call.op() == Op.LIKE);
        return infix
            ? "(" + arguments.get(0) + " " + sign + " " + arguments.get(1) + ")"
            : sign + list(arguments);
      }
    }
  }

  private static String list(List<Expr> arguments) {
    return arguments.stream().map(Expr::toString).collect(Collectors.joining(", ", "(", ")"));
  }
}
