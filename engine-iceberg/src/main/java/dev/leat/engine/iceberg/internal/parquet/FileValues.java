package dev.leat.engine.iceberg.internal.parquet;

import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.FLOAT;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;

import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/** Rows of a file as those of a relation: the way back of what {@link ColumnCells} does. */
public final class FileValues {
  private final Schema schema;

  public FileValues(Schema schema) {
    this.schema = schema;
  }

  /**
   * Shows all rows of a file.
   *
   * @param shape of the table that the file is of, for the same relation
   */
  public void read(DataFileReader from, TableShape shape, Consumer<@Nullable Object[]> to) {
    from.read(
        shape.parquet(),
        (readers, rows) -> {
          for (long row = 0; row < rows; row++) {
            to.accept(next(readers));
          }
        });
  }

  /**
   * Reads the row that the readers stand before, and moves them behind it.
   *
   * @param readers of the relation's columns; null where the file has none
   */
  private @Nullable Object[] next(@Nullable ColumnReader[] readers) {
    @Nullable Object[] values = new @Nullable Object[schema.size()];
    for (int c = 0; c < values.length; c++) {
      ColumnReader reader = readers[c];
      values[c] = reader == null ? null : next(schema.field(c), reader);
    }
    return values;
  }

  private static @Nullable Object next(Field field, ColumnReader reader) {
    int definition = reader.getCurrentDefinitionLevel();
    int present = reader.getDescriptor().getMaxDefinitionLevel();
    if (field.type().kind() != Type.Kind.ARRAY) {
      Object value = definition == present ? value(field.type(), reader) : null;
      reader.consume();
      return value;
    }
    // Two levels for each list below: its repeated group, and an element that may be null.
    int list = present - 2 * reader.getDescriptor().getMaxRepetitionLevel();
    if (definition < list) {
      reader.consume();
      return null;
    }
    return list(field.type().elementType(), reader, list, 1);
  }

  /**
   * Reads a list that is there.
   *
   * @param definition of a list that is there and empty
   * @param depth the level of repetition of its elements
   */
  private static List<@Nullable Object> list(
      Type element, ColumnReader reader, int definition, int depth) {
    List<@Nullable Object> list = new ArrayList<>();
    if (reader.getCurrentDefinitionLevel() == definition) {
      reader.consume();
      return list;
    }
    do {
      if (reader.getCurrentDefinitionLevel() == definition + 1) {
        list.add(null);
        reader.consume();
      } else if (element.kind() == Type.Kind.ARRAY) {
        list.add(list(element.elementType(), reader, definition + 2, depth + 1));
      } else {
        list.add(value(element, reader));
        reader.consume();
      }
    } while (reader.getCurrentRepetitionLevel() == depth);
    return list;
  }

  private static Object value(Type type, ColumnReader reader) {
    return switch (type.kind()) {
      case BOOLEAN -> reader.getBoolean();
      case INT -> reader.getInteger();
      // A file may be older than the table's present type, which is wider then.
      case LONG -> primitive(reader) == INT32 ? (long) reader.getInteger() : reader.getLong();
      case FLOAT -> reader.getFloat();
      case DOUBLE -> primitive(reader) == FLOAT ? (double) reader.getFloat() : reader.getDouble();
      case DECIMAL -> new BigDecimal(unscaled(reader), type.scale());
      case STRING -> reader.getBinary().toStringUsingUTF8();
      case INSTANT -> Instant.EPOCH.plus(reader.getLong(), ChronoUnit.MICROS);
      case DATE -> LocalDate.ofEpochDay(reader.getInteger());
      case DURATION -> Duration.of(reader.getLong(), ChronoUnit.MICROS);
      case BYTES -> reader.getBinary().getBytes();
      case ARRAY -> throw new IllegalStateException("a list is no value: " + type);
    };
  }

  private static PrimitiveTypeName primitive(ColumnReader reader) {
    return reader.getDescriptor().getPrimitiveType().getPrimitiveTypeName();
  }

  private static BigInteger unscaled(ColumnReader reader) {
    return switch (primitive(reader)) {
      case INT32 -> BigInteger.valueOf(reader.getInteger());
      case INT64 -> BigInteger.valueOf(reader.getLong());
      default -> {
        Binary bytes = reader.getBinary();
        yield new BigInteger(bytes.getBytes());
      }
    };
  }
}
