package dev.leat.engine.plan;

import dev.leat.engine.EngineException;
import java.util.List;

/**
 * Which columns of two relations must be equal for their rows to match.
 *
 * @param left columns of the left relation; may be empty, then all rows match
 * @param right the column of the right relation that each must be equal to
 * @param matchesNull is null equal to null? Else a row with a null in a key column matches nothing,
 *     as in SQL
 */
public record JoinKeys(List<String> left, List<String> right, boolean matchesNull) {
  public JoinKeys {
    left = List.copyOf(left);
    right = List.copyOf(right);
    if (left.size() != right.size()) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "a join needs as many columns of the left as of the right: left="
              + left
              + " right="
              + right);
    }
  }

  /** No columns: every row matches every other. */
  public static JoinKeys none() {
    return new JoinKeys(List.of(), List.of(), false);
  }

  /** How many columns of each. */
  public int size() {
    return left.size();
  }

  /** Checks that the columns are there, and can be compared without a conversion. */
  void check(Node leftNode, Node rightNode, String place) {
    List<Field> lefts = fields(leftNode, left, place);
    List<Field> rights = fields(rightNode, right, place);
    for (int i = 0; i < size(); i++) {
      Type type = lefts.get(i).type();
      Type other = rights.get(i).type();
      if (type.kind() == Type.Kind.ARRAY) {
        throw Node.invalid(place + ": an array cannot be a join key: " + lefts.get(i));
      }
      if (!type.equals(other)) {
        throw Node.invalid(
            place
                + ": the types of the keys differ: "
                + lefts.get(i)
                + " of "
                + leftNode.describe()
                + " and "
                + rights.get(i)
                + " of "
                + rightNode.describe()
                + "; cast one before the join: .with(col(\""
                + lefts.get(i).name()
                + "\").cast("
                + other
                + ").as(\""
                + lefts.get(i).name()
                + "\"))");
      }
    }
  }

  /** Writes them, with the types that they have on both sides, into a canonical text. */
  Canonical write(Canonical text, Node leftNode, Node rightNode) {
    return text.names(left)
        .names(right)
        .word(matchesNull ? "null-safe" : "sql-null")
        .fields(Canonical.read(columns(left), leftNode))
        .fields(Canonical.read(columns(right), rightNode));
  }

  /** Which columns must be equal, for people. */
  String text() {
    return "on " + left + " = " + right + (matchesNull ? " (null = null)" : "");
  }

  private static List<Expr> columns(List<String> names) {
    return names.stream().<Expr>map(Expr.Column::new).toList();
  }

  private static List<Field> fields(Node node, List<String> names, String place) {
    Schema schema = node.schema();
    String where = place + ", key of " + node.describe();
    return names.stream().map(name -> schema.field(schema.indexOf(name, where))).toList();
  }

  /** Do the columns of a side tell its rows apart? */
  static boolean areUnique(Node node, List<String> columns) {
    return node.key().map(columns::containsAll).orElse(false);
  }
}
