package dev.leat.engine;

import dev.leat.engine.plan.JavaTypes;
import dev.leat.engine.plan.Schema;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A row where there is no record for it: values by column. Immutable; arrays of bytes are compared
 * by content and must not be changed.
 *
 * <pre>{@code
 * Row row = Row.of(schema, "u1", "DE");
 * String country = row.value("country", String.class);
 * }</pre>
 */
public final class Row {
  private final Schema schema;
  private final List<@Nullable Object> values;

  private Row(Schema schema, List<@Nullable Object> values) {
    this.schema = schema;
    this.values = values;
  }

  /**
   * A row with these values, one for each column in order.
   *
   * @throws IllegalArgumentException if there are more or fewer values than columns, or one is of
   *     the wrong class
   */
  public static Row of(Schema schema, @Nullable Object... values) {
    if (values.length != schema.size()) {
      throw new IllegalArgumentException(
          "one value for each column: values=" + values.length + " columns=" + schema.names());
    }
    for (int i = 0; i < values.length; i++) {
      Object value = values[i];
      Class<?> wanted = JavaTypes.classOf(schema.field(i).type());
      if (value != null && !wanted.isInstance(value)) {
        throw new IllegalArgumentException(
            "column '"
                + schema.field(i).name()
                + "' takes a "
                + wanted.getSimpleName()
                + ", not a "
                + value.getClass().getSimpleName()
                + ": "
                + value);
      }
    }
    return ofValues(schema, values);
  }

  /** A row with values that are known to be right. */
  static Row ofValues(Schema schema, @Nullable Object[] values) {
    return new Row(schema, Collections.unmodifiableList(new ArrayList<>(Arrays.asList(values))));
  }

  /** The columns. */
  public Schema schema() {
    return schema;
  }

  /** All values in the order of the columns; null for SQL's null. */
  public List<@Nullable Object> values() {
    return values;
  }

  /**
   * The value of a column, or null.
   *
   * @throws EngineException if there is no such column
   */
  public @Nullable Object value(String column) {
    return values.get(schema.indexOf(column, "row"));
  }

  /**
   * The value of a column, or null.
   *
   * @param type the Java class of the column's type: {@code Long.class}, {@code Instant.class}
   * @throws EngineException if there is no such column, or it has another type
   */
  public <V> @Nullable V value(String column, Class<V> type) {
    Object value = value(column);
    if (value != null && !type.isInstance(value)) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "column '"
              + column
              + "' has values of "
              + value.getClass().getSimpleName()
              + ", not of "
              + type.getSimpleName());
    }
    return type.cast(value);
  }

  /** The same with buffers in the place of arrays of bytes, also in lists. */
  private static List<@Nullable Object> comparable(List<?> values) {
    List<@Nullable Object> comparable = new ArrayList<>();
    for (Object value : values) {
      if (value instanceof byte[] bytes) {
        comparable.add(ByteBuffer.wrap(bytes));
      } else {
        comparable.add(value instanceof List<?> list ? comparable(list) : value);
      }
    }
    return comparable;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Row that
        && schema.names().equals(that.schema.names())
        && comparable(values).equals(comparable(that.values));
  }

  @Override
  public int hashCode() {
    return Objects.hash(schema.names(), comparable(values));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < values.size(); i++) {
      text.append(i == 0 ? "" : ", ").append(schema.field(i).name()).append('=');
      text.append(text(values.get(i)));
    }
    return text.append('}').toString();
  }

  private static String text(@Nullable Object value) {
    if (value instanceof byte[] bytes) {
      return Arrays.toString(bytes);
    }
    return value instanceof List<?> list
        ? list.stream().map(Row::text).toList().toString()
        : String.valueOf(value);
  }
}
