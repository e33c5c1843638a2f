package dev.leat.engine.internal.exec;

import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How rows that were written with other columns are read as rows of an input. Columns are matched
 * by name. A new column is null in old rows, a dropped one is passed over, an int is read as a long
 * and a float as a double: the words that stand for their values are the same. Everything else is
 * refused, because there is no value that would be surely meant.
 */
final class InputEvolution {
  private final int[] targets;
  private final List<String> differences;

  private InputEvolution(int[] targets, List<String> differences) {
    this.targets = targets;
    this.differences = differences;
  }

  /** Compares what was written with what is declared. */
  static InputEvolution of(WrittenInput written, Node.Input declared) {
    List<String> differences = new ArrayList<>();
    if (written.kind() != declared.kind()) {
      differences.add(
          "it was a "
              + text(written.kind())
              + ", is a "
              + text(declared.kind())
              + ": an input cannot change its kind, give the new one another name");
    } else if (!new HashSet<>(written.primaryKey()).equals(new HashSet<>(declared.primaryKey()))) {
      differences.add(
          "its primary key was "
              + written.primaryKey()
              + ", is "
              + declared.primaryKey()
              + ": a table cannot change its key, give the new one another name");
    }
    Schema from = written.schema();
    Schema to = declared.schema();
    for (Field field : to.fields()) {
      int index = from.find(field.name());
      compare(index < 0 ? null : from.field(index), field, differences);
    }
    int[] targets = from.fields().stream().mapToInt(field -> to.find(field.name())).toArray();
    return new InputEvolution(targets, differences);
  }

  private static String text(Node.InputKind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static void compare(@Nullable Field old, Field field, List<String> differences) {
    String column = "column '" + field.name() + "' ";
    if (old == null) {
      if (!field.nullable()) {
        differences.add(
            column
                + "is new and must not be null: rows written before have no value for it, declare"
                + " it nullable");
      }
      return;
    }
    if (!isReadAs(old.type(), field.type())) {
      differences.add(
          column
              + "was "
              + old.type()
              + ", is "
              + field.type()
              + ": a column cannot change its type, but from int to long and from float to double;"
              + " give the new one another name");
    }
    if (old.nullable() && !field.nullable()) {
      differences.add(
          column
              + "could be null, and must not be null now: rows written before may have no value,"
              + " declare it nullable");
    }
  }

  /** Do the words of one type stand for the same values in the other? */
  private static boolean isReadAs(Type old, Type type) {
    return old.equals(type)
        || (old.kind() == Type.Kind.INT && type.kind() == Type.Kind.LONG)
        || (old.kind() == Type.Kind.FLOAT && type.kind() == Type.Kind.DOUBLE);
  }

  /** What makes the rows unreadable, with what can be done; empty if they can be read. */
  List<String> differences() {
    return differences;
  }

  /** For each column that was written, the one that takes its values; -1 if it is dropped. */
  int[] targets() {
    return targets.clone();
  }
}
