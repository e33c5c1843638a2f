package dev.leat.engine.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * The columns of a row of the left relation beside one of the right: all of the left, then those of
 * the right. Two key columns of the same name that must be equal are one column, whose value is the
 * left row's where there is one, and otherwise the right row's. Any other name that both have is an
 * error: nobody could say which is meant.
 */
public final class JoinedColumns {
  /**
   * Where a column is from.
   *
   * @param left the index in the left relation, or -1
   * @param right the index in the right relation, or -1
   */
  public record Source(int left, int right) {}

  private final Schema left;
  private final Schema right;
  private final List<Source> sources;
  private final Schema schema;

  private JoinedColumns(Schema left, Schema right, List<Source> sources, String place) {
    this.left = left;
    this.right = right;
    this.sources = List.copyOf(sources);
    // More than a relation may have is said with the place, here for all that is made of it.
    this.schema = Schema.of(fields(false, false), place);
  }

  /** The columns of the left relation alone, whatever their names are on the right. */
  static JoinedColumns ofLeft(Node left, Node right) {
    return new JoinedColumns(left.schema(), right.schema(), leftSources(left, i -> -1), "join");
  }

  private static List<Source> leftSources(Node left, IntUnaryOperator other) {
    return IntStream.range(0, left.schema().size())
        .mapToObj(c -> new Source(c, other.applyAsInt(c)))
        .toList();
  }

  /** Checks the names. */
  static JoinedColumns of(Node left, Node right, JoinKeys keys, String place) {
    List<Source> sources =
        new ArrayList<>(
            leftSources(
                left,
                c -> {
                  String name = left.schema().field(c).name();
                  return isSameKey(keys, name) ? right.schema().find(name) : -1;
                }));
    List<String> clashing = new ArrayList<>();
    for (int c = 0; c < right.schema().size(); c++) {
      Field field = right.schema().field(c);
      if (isSameKey(keys, field.name())) {
        continue;
      }
      if (left.schema().find(field.name()) >= 0) {
        clashing.add(field.name());
      }
      sources.add(new Source(-1, c));
    }
    if (!clashing.isEmpty()) {
      throw Node.invalid(
          place
              + ": both sides have columns of the names "
              + clashing
              + "; leave them out of one side with .select(...), or tell them apart: join with"
              + " .prefix(\"r_\") of the right side, whose column is then \"r_"
              + clashing.get(0)
              + "\"");
    }
    return new JoinedColumns(left.schema(), right.schema(), sources, place);
  }

  private static boolean isSameKey(JoinKeys keys, String name) {
    return IntStream.range(0, keys.size())
        .anyMatch(i -> keys.left().get(i).equals(name) && keys.right().get(i).equals(name));
  }

  /** The columns of the left relation. */
  Schema left() {
    return left;
  }

  /** The columns, in order. */
  public List<Source> sources() {
    return sources;
  }

  /** What a row of both has, none of them missing. */
  public Schema schema() {
    return schema;
  }

  /** What rows have where a side may be missing, whose columns are null then. */
  Schema schema(boolean leftMayMiss, boolean rightMayMiss) {
    return Schema.of(fields(leftMayMiss, rightMayMiss));
  }

  private List<Field> fields(boolean leftMayMiss, boolean rightMayMiss) {
    return sources.stream().map(s -> field(s, leftMayMiss, rightMayMiss)).toList();
  }

  private Field field(Source source, boolean leftMayMiss, boolean rightMayMiss) {
    if (source.right() < 0) {
      Field field = left.field(source.left());
      return new Field(field.name(), field.type(), field.nullable() || leftMayMiss);
    }
    Field field = right.field(source.right());
    if (source.left() < 0) {
      return new Field(field.name(), field.type(), field.nullable() || rightMayMiss);
    }
    boolean isLeftNullable = left.field(source.left()).nullable();
    boolean isNullable =
        (isLeftNullable && field.nullable())
            || (isLeftNullable && rightMayMiss)
            || (field.nullable() && leftMayMiss);
    return new Field(field.name(), field.type(), isNullable);
  }
}
