package dev.leat.engine;

import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.JavaTypes;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Surrogates;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Between the rows of a host's program and columns.
 *
 * @param <T> the type of the rows
 */
abstract class RowMapping<T> {
  private static final int MAX_QUOTED = 200;

  private final Schema schema;

  RowMapping(Schema schema) {
    this.schema = schema;
  }

  /** The columns, in the order in which values are given and taken. */
  final Schema schema() {
    return schema;
  }

  /** The value of a row in a column. */
  abstract @Nullable Object value(T row, int column);

  /** The row with these values. */
  abstract T read(@Nullable Object[] values);

  /** Writes a row and commits it. */
  void write(T row, StagedRows rows, byte op) {
    for (int c = 0; c < schema.size(); c++) {
      writeValue(c, value(row, c), rows);
    }
    rows.commit(op);
  }

  /** Writes rows and commits them as such that are put. */
  final void writeAll(List<T> all, StagedRows rows) {
    for (T row : all) {
      write(row, rows, StagedRows.PUT);
    }
  }

  /** Writes the key columns of a row, null in the others, and commits it as a deletion. */
  void writeKey(Object[] key, int[] keyColumns, StagedRows rows) {
    for (int c = 0; c < schema.size(); c++) {
      rows.setNull(c);
    }
    for (int k = 0; k < keyColumns.length; k++) {
      writeValue(keyColumns[k], key[k], rows);
    }
    rows.commit(StagedRows.DELETE);
  }

  /** Writes one value, and says which column it is if it does not fit. */
  final void writeValue(int column, @Nullable Object value, StagedRows rows) {
    Field field = schema.field(column);
    if (value == null && !field.nullable()) {
      throw new IllegalArgumentException(
          "column '" + field.name() + "' must not be null; nothing was appended");
    }
    try {
      rows.setObject(column, value);
    } catch (ArithmeticException | IllegalArgumentException e) {
      throw notTaken(field, value, String.valueOf(e.getMessage()), e);
    } catch (ClassCastException e) {
      // Null is of every class.
      Object given = Objects.requireNonNull(value, "value");
      throw notTaken(field, given, "its class is " + given.getClass().getName(), e);
    }
  }

  private static IllegalArgumentException notTaken(
      Field field, @Nullable Object value, String reason, RuntimeException cause) {
    return new IllegalArgumentException(
        "column '"
            + field.name()
            + "' ("
            + field.type()
            + ") does not take "
            + Surrogates.bounded(JavaTypes.text(value), MAX_QUOTED)
            + ": "
            + reason
            + "; nothing was appended",
        cause);
  }

  /** The mapping of {@link Row}s of a schema. */
  static RowMapping<Row> ofRows(Schema schema) {
    return new RowMapping<>(schema) {
      @Override
      @Nullable Object value(Row row, int column) {
        if (column == 0 && !row.schema().names().equals(schema.names())) {
          throw new IllegalArgumentException(
              "a row with other columns: " + row.schema() + " instead of " + schema);
        }
        return row.values().get(column);
      }

      @Override
      Row read(@Nullable Object[] values) {
        return Row.ofValues(schema, values);
      }
    };
  }
}
