package dev.leat.engine.plan;

import dev.leat.engine.EngineException;
import java.util.ArrayList;
import java.util.List;

/** The columns that several relations can be brought to without a cast of the user's. */
final class CommonColumns {
  private CommonColumns() {}

  /**
   * Those of an operation on relations.
   *
   * @param operation "union", for messages
   * @throws EngineException if they have other names, or types that do not go together
   */
  static Schema of(String operation, List<Node> inputs) {
    Node first = inputs.get(0);
    List<Field> fields = new ArrayList<>(first.schema().fields());
    for (Node other : inputs.subList(1, inputs.size())) {
      String place = operation + " of " + first.describe() + " with " + other.describe();
      if (!other.schema().names().equals(first.schema().names())) {
        throw invalid(
            place
                + ": the columns differ: "
                + first.schema().names()
                + " and "
                + other.schema().names()
                + "; use select(...) to give both the same names in the same order");
      }
      for (int i = 0; i < fields.size(); i++) {
        fields.set(i, common(fields.get(i), other.schema().field(i), place));
      }
    }
    return Schema.of(fields);
  }

  private static Field common(Field a, Field b, String place) {
    Type type = TypeRules.common(a.type(), b.type());
    if (type == null) {
      throw invalid(
          place + ": types do not go together: " + a + " and " + b + "; cast one of them");
    }
    return new Field(a.name(), type, a.nullable() || b.nullable());
  }

  /** A relation with its columns cast to the types of others of the same names. */
  static Node brought(Node input, Schema to) {
    List<NamedExpr> columns = new ArrayList<>();
    boolean isSame = true;
    for (int i = 0; i < to.size(); i++) {
      Field field = input.schema().field(i);
      Type type = to.field(i).type();
      Expr column = new Expr.Column(field.name());
      isSame &= field.type().equals(type);
      columns.add((field.type().equals(type) ? column : column.cast(type)).as(field.name()));
    }
    return isSame ? input : Node.Project.of(input, columns);
  }

  private static EngineException invalid(String message) {
    return new EngineException(EngineException.Kind.INVALID, message);
  }
}
