package dev.leat.engine.iceberg.internal.write;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.SinkChanges;
import dev.leat.engine.iceberg.internal.write.NetChanges.ChangedRow;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.apache.iceberg.NullOrder;
import org.apache.iceberg.SortDirection;
import org.apache.iceberg.SortField;
import org.apache.iceberg.SortOrder;

/**
 * The order of rows within files: by columns, ascending, nulls first. Values are in the order that
 * Iceberg says: strings by their bytes in UTF-8, what is no number last.
 */
public final class RowOrder {
  private static final int FIRST_SURROGATE = 0xd800;
  private static final int BEHIND_SURROGATES = 0xe000;

  private final List<String> columns;
  private final List<Comparator<ChangedRow>> comparators = new ArrayList<>();

  /** By columns of a relation; any order if there are none. */
  RowOrder(List<String> columns, Schema schema) {
    this.columns = columns;
    for (String name : columns) {
      int column = schema.find(name);
      comparators.add(nullsFirst(column, values(schema.field(column).type(), column)));
    }
  }

  private int compare(ChangedRow a, ChangedRow b) {
    for (Comparator<ChangedRow> comparator : comparators) {
      int order = comparator.compare(a, b);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /**
   * Looks whether a relation can be sorted so.
   *
   * @throws EngineException INVALID if not
   */
  public static void check(List<String> columns, Schema schema, String what) {
    for (String name : columns) {
      int column = schema.find(name);
      Field field = column < 0 ? null : schema.field(column);
      if (field == null || field.type().kind() == Type.Kind.ARRAY) {
        throw new EngineException(
            Kind.INVALID,
            what
                + " is sorted by column '"
                + name
                + "', which is "
                + (field == null ? "not there" : "an array")
                + "; there are "
                + schema.names());
      }
    }
  }

  boolean isOfAnything() {
    return !columns.isEmpty();
  }

  /** The order of a table, if it is this one; else none: then a file cannot say that it has it. */
  SortOrder of(SortOrder table) {
    List<SortField> fields = table.fields();
    boolean isSame = isOfAnything() && fields.size() == columns.size();
    for (int i = 0; isSame && i < fields.size(); i++) {
      SortField field = fields.get(i);
      isSame =
          field.transform().isIdentity()
              && field.direction() == SortDirection.ASC
              && field.nullOrder() == NullOrder.NULLS_FIRST
              && columns.get(i).equals(table.schema().findColumnName(field.sourceId()));
    }
    return isSame ? table : SortOrder.unsorted();
  }

  /** All rows, in this order. */
  List<ChangedRow> sorted(List<SinkChanges> all) {
    List<ChangedRow> rows = new ArrayList<>();
    for (SinkChanges changes : all) {
      for (int row = 0; row < changes.count(); row++) {
        rows.add(new ChangedRow(changes, row));
      }
    }
    rows.sort(this::compare);
    return rows;
  }

  private static Comparator<ChangedRow> nullsFirst(int column, Comparator<ChangedRow> values) {
    return (a, b) -> {
      boolean isNull = a.changes().isNull(a.row(), column);
      boolean isOtherNull = b.changes().isNull(b.row(), column);
      return isNull || isOtherNull ? Boolean.compare(isOtherNull, isNull) : values.compare(a, b);
    };
  }

  private static Comparator<ChangedRow> values(Type type, int column) {
    return switch (type.kind()) {
      case BOOLEAN, INT, LONG, DATE, INSTANT, DURATION ->
          Comparator.comparingLong(row -> row.changes().longAt(row.row(), column));
      case FLOAT, DOUBLE ->
          Comparator.comparingDouble(row -> row.changes().doubleAt(row.row(), column));
      case DECIMAL -> Comparator.comparing(row -> row.changes().decimalAt(row.row(), column));
      case STRING ->
          Comparator.comparing(
              row -> row.changes().stringAt(row.row(), column), RowOrder::compareByBytes);
      case BYTES -> Comparator.comparing(row -> bytes(row, column), Arrays::compareUnsigned);
      case ARRAY -> throw new IllegalStateException("arrays have no order: column=" + column);
    };
  }

  private static byte[] bytes(ChangedRow row, int column) {
    return (byte[])
        Objects.requireNonNull(row.changes().valueAt(row.row(), column), "a value that is there");
  }

  /** As UTF-8 would be; Java compares units of UTF-16, where U+FFFF comes behind U+10000. */
  static int compareByBytes(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char left = a.charAt(i);
      char right = b.charAt(i);
      if (left != right) {
        return Integer.compare(place(left), place(right));
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  private static int place(char unit) {
    boolean isSurrogate = unit >= FIRST_SURROGATE && unit < BEHIND_SURROGATES;
    return isSurrogate ? unit + Character.MAX_VALUE : unit;
  }
}
