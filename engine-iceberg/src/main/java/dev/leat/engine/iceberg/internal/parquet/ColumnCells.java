package dev.leat.engine.iceberg.internal.parquet;

import dev.leat.engine.SinkChanges;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/**
 * How arrays come into a column of Parquet, through its own writers, and of arrays too. In
 * Parquet's terms: a list that may be null, a repeated group, an element that may be null, each a
 * level of definition; each list a level of repetition.
 */
public final class ColumnCells {
  private static final int NO_LEVEL = 0;

  private final Type type;
  private final boolean isNullable;
  private final PrimitiveType leaf;

  /** Of one column; it has one leaf, as arrays have one element type. */
  ColumnCells(Field field, ColumnDescriptor leaf) {
    this.type = field.type();
    this.isNullable = field.nullable();
    this.leaf = leaf.getPrimitiveType();
  }

  /** Writes the value of a row. */
  void write(SinkChanges changes, int row, int column, ColumnWriter out) {
    Object value = changes.valueAt(row, column);
    if (value == null) {
      out.writeNull(NO_LEVEL, NO_LEVEL);
    } else {
      list((List<?>) value, type.elementType(), out, 0, isNullable ? 1 : 0, 1);
    }
  }

  private static void decimal(
      BigDecimal value, PrimitiveType type, ColumnWriter out, int repetition, int definition) {
    switch (type.getPrimitiveTypeName()) {
      case INT32 -> out.write(value.unscaledValue().intValueExact(), repetition, definition);
      case INT64 -> out.write(value.unscaledValue().longValueExact(), repetition, definition);
      default ->
          out.write(
              Binary.fromConstantByteArray(fixed(value, type.getTypeLength())),
              repetition,
              definition);
    }
  }

  /** The number with its sign, the highest byte first, in a fixed length. */
  static byte[] fixed(BigDecimal value, int length) {
    byte[] number = value.unscaledValue().toByteArray();
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, 0, length - number.length, (byte) (value.signum() < 0 ? -1 : 0));
    System.arraycopy(number, 0, bytes, length - number.length, number.length);
    return bytes;
  }

  /**
   * Writes a list.
   *
   * @param repetition of its first value
   * @param definition of a list that is there and empty
   * @param depth the level of repetition of its elements
   */
  private void list(
      List<?> list, Type element, ColumnWriter out, int repetition, int definition, int depth) {
    if (list.isEmpty()) {
      out.writeNull(repetition, definition);
      return;
    }
    int level = repetition;
    for (Object value : list) {
      if (value == null) {
        out.writeNull(level, definition + 1);
      } else if (value instanceof List<?> inner && element.kind() == Type.Kind.ARRAY) {
        list(inner, element.elementType(), out, level, definition + 2, depth + 1);
      } else {
        value(value, element, out, level, definition + 2);
      }
      level = depth;
    }
  }

  private void value(Object value, Type element, ColumnWriter out, int repetition, int definition) {
    switch (element.kind()) {
      case BOOLEAN -> out.write((Boolean) value, repetition, definition);
      case INT -> out.write((Integer) value, repetition, definition);
      case DATE -> out.write((int) ((LocalDate) value).toEpochDay(), repetition, definition);
      case LONG -> out.write((Long) value, repetition, definition);
      case INSTANT -> out.write(Micros.of((Instant) value), repetition, definition);
      case DURATION -> out.write(Micros.of((Duration) value), repetition, definition);
      case FLOAT -> out.write((Float) value, repetition, definition);
      case DOUBLE -> out.write((Double) value, repetition, definition);
      case STRING -> out.write(Binary.fromString((String) value), repetition, definition);
      case DECIMAL -> decimal((BigDecimal) value, leaf, out, repetition, definition);
      case BYTES -> out.write(Binary.fromConstantByteArray((byte[]) value), repetition, definition);
      case ARRAY -> throw new IllegalStateException("not an array: " + value);
    }
  }

  /** Copies one value, or the place of one that is not there. */
  static void copy(ColumnReader from, ColumnWriter to) {
    int repetition = from.getCurrentRepetitionLevel();
    int definition = from.getCurrentDefinitionLevel();
    if (definition < from.getDescriptor().getMaxDefinitionLevel()) {
      to.writeNull(repetition, definition);
      return;
    }
    switch (from.getDescriptor().getPrimitiveType().getPrimitiveTypeName()) {
      case BOOLEAN -> to.write(from.getBoolean(), repetition, definition);
      case INT32 -> to.write(from.getInteger(), repetition, definition);
      case INT64 -> to.write(from.getLong(), repetition, definition);
      case FLOAT -> to.write(from.getFloat(), repetition, definition);
      case DOUBLE -> to.write(from.getDouble(), repetition, definition);
      case BINARY, FIXED_LEN_BYTE_ARRAY, INT96 ->
          to.write(from.getBinary(), repetition, definition);
    }
  }

  /** A value as Iceberg's transforms take it; null if it is null. */
  public static @Nullable Object internal(SinkChanges changes, int row, int column, Type type) {
    if (changes.isNull(row, column)) {
      return null;
    }
    return switch (type.kind()) {
      case BOOLEAN -> changes.longAt(row, column) != 0;
      case INT, DATE -> (int) changes.longAt(row, column);
      case LONG, INSTANT, DURATION -> changes.longAt(row, column);
      case FLOAT -> (float) changes.doubleAt(row, column);
      case DOUBLE -> changes.doubleAt(row, column);
      case STRING -> changes.stringAt(row, column);
      case DECIMAL -> changes.decimalAt(row, column);
      case BYTES ->
          changes.valueAt(row, column) instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : null;
      case ARRAY -> throw new IllegalStateException("arrays are no partitions");
    };
  }
}
