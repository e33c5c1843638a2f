package dev.leat.engine.testkit;

import dev.leat.engine.plan.Schema;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row as plain values, compared by value. Rows made by {@link #of} are canonical: equal by the
 * rules of the plan's types means equal by {@link #equals}. Decimals have exactly the scale of
 * their type, there is one NaN and one zero, instants and durations are whole microseconds, bytes
 * are a read-only {@link java.nio.ByteBuffer}.
 *
 * @param values one for each column; null for SQL's null
 */
public record ReferenceRow(List<@Nullable Object> values) {
  public ReferenceRow {
    values = Collections.unmodifiableList(new ArrayList<>(values));
  }

  /**
   * The canonical row of values as a program hands them over or gets them back: byte arrays or byte
   * buffers, decimals of any scale.
   *
   * @param schema the columns
   * @param values one for each column, of the Java class of its type
   * @throws IllegalArgumentException if there are too few or too many, or one is no value of its
   *     column
   */
  public static ReferenceRow of(Schema schema, List<? extends @Nullable Object> values) {
    if (values.size() != schema.size()) {
      throw new IllegalArgumentException(
          "a row has a value for each column: columns="
              + schema.size()
              + " values="
              + values.size());
    }
    List<@Nullable Object> canonical = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      canonical.add(ReferenceValues.canonical(schema.field(i).type(), values.get(i)));
    }
    return new ReferenceRow(canonical);
  }

  /** The value of a column, by its index from 0. */
  public @Nullable Object value(int index) {
    return values.get(index);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("(");
    for (int i = 0; i < values.size(); i++) {
      text.append(i == 0 ? "" : ", ").append(ReferenceValues.text(values.get(i)));
    }
    return text.append(")").toString();
  }
}
