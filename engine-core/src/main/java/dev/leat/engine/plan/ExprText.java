package dev.leat.engine.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Writes an expression the way SQL would, as far as a number of characters: a shared part is
 * written wherever it stands, so the whole may be longer than any memory.
 */
final class ExprText implements Expr.Visitor<List<Object>> {
  private static final String CUT = "...";

  private ExprText() {}

  static String of(Expr expr, int maxLength) {
    ExprText words = new ExprText();
    StringBuilder text = new StringBuilder();
    // What is still to be written: strings, and expressions to be taken apart.
    Deque<Object> rest = new ArrayDeque<>();
    rest.push(expr);
    while (!rest.isEmpty() && text.length() <= maxLength) {
      Object next = rest.pop();
      if (next instanceof Expr part) {
        List<Object> pieces = part.accept(words);
        for (int i = pieces.size() - 1; i >= 0; i--) {
          rest.push(pieces.get(i));
        }
      } else {
        text.append(next);
      }
    }
    boolean isWhole = rest.isEmpty() && text.length() <= maxLength;
    return isWhole ? text.toString() : text.substring(0, maxLength) + CUT;
  }

  @Override
  public List<Object> column(Expr.Column column) {
    return List.of(column.name());
  }

  @Override
  public List<Object> literal(Expr.Literal literal) {
    Object value = literal.value();
    return List.of(
        value instanceof String s ? "'" + s.replace("'", "''") + "'" : JavaTypes.text(value));
  }

  @Override
  public List<Object> call(Expr.Call call) {
    List<Expr> arguments = call.arguments();
    Op op = call.op();
    return switch (op) {
      case IS_NULL, IS_NOT_NULL -> List.of(arguments.get(0), " " + op.sign());
      case NOT -> List.of("not (", arguments.get(0), ")");
      case IN -> {
        List<Object> pieces = new ArrayList<>(List.of(arguments.get(0), " in "));
        pieces.addAll(list("", arguments.subList(1, arguments.size())));
        yield pieces;
      }
      default -> {
        boolean isInfix =
            arguments.size() == 2
                && (op.isArithmetic() || op.isComparison() || op.isConnective() || op == Op.LIKE);
        yield isInfix
            ? List.of("(", arguments.get(0), " " + op.sign() + " ", arguments.get(1), ")")
            : list(op.sign(), arguments);
      }
    };
  }

  @Override
  public List<Object> choice(Expr.Case choice) {
    List<Object> pieces = new ArrayList<>(List.of("case"));
    for (Expr.When when : choice.whens()) {
      pieces.addAll(List.of(" when ", when.condition(), " then ", when.result()));
    }
    Expr otherwise = choice.otherwise();
    if (otherwise != null) {
      pieces.addAll(List.of(" else ", otherwise));
    }
    pieces.add(" end");
    return pieces;
  }

  @Override
  public List<Object> cast(Expr.Cast cast) {
    return List.of("cast(", cast.operand(), " as " + cast.type() + ")");
  }

  @Override
  public List<Object> userCall(Expr.UserCall call) {
    return list(call.name() + "[opaque]", call.arguments());
  }

  private static List<Object> list(String before, List<Expr> arguments) {
    List<Object> pieces = new ArrayList<>(List.of(before + "("));
    for (int i = 0; i < arguments.size(); i++) {
      if (i > 0) {
        pieces.add(", ");
      }
      pieces.add(arguments.get(i));
    }
    pieces.add(")");
    return pieces;
  }
}
