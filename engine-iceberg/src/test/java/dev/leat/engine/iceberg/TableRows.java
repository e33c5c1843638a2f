package dev.leat.engine.iceberg;

import dev.leat.engine.Row;
import dev.leat.engine.iceberg.internal.catalog.Steps;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.io.CloseableIterable;

/**
 * The rows of a table as Iceberg's own reader finds them, which applies deletes and shares no code
 * with what writes here.
 */
public final class TableRows {
  private TableRows() {}

  /** All rows; none if there is no table. */
  static List<Row> of(Lake lake, String name, Schema schema) {
    try (LakeCatalog catalog = lake.open(Steps.UNDISTURBED)) {
      return of(catalog.tables().loadTable(TableIdentifier.parse(name)), schema);
    } catch (NoSuchTableException e) {
      return List.of();
    }
  }

  static List<Row> of(Table table, Schema schema) {
    List<Row> rows = new ArrayList<>();
    try (CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
      for (Record record : records) {
        Object[] values = new Object[schema.size()];
        for (int c = 0; c < values.length; c++) {
          Field field = schema.field(c);
          values[c] = value(field.type(), record.getField(field.name()));
        }
        rows.add(Row.of(schema, values));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  /** A value of Iceberg's reader as in a row. */
  public static Object value(Type type, Object value) {
    if (value == null) {
      return null;
    }
    return switch (type.kind()) {
      case INSTANT -> ((OffsetDateTime) value).toInstant();
      case DURATION -> Duration.ofNanos(Math.multiplyExact((Long) value, 1000L));
      case BYTES -> {
        byte[] bytes = new byte[((ByteBuffer) value).remaining()];
        ((ByteBuffer) value).duplicate().get(bytes);
        yield bytes;
      }
      case ARRAY -> {
        List<Object> all = new ArrayList<>();
        for (Object element : (List<?>) value) {
          all.add(value(Objects.requireNonNull(type.elementType()), element));
        }
        yield all;
      }
      default -> value;
    };
  }
}
