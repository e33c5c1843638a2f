package dev.leat.engine.plan;

import dev.leat.engine.EngineException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The columns of a relation, in order. Immutable; two schemas with the same columns in the same
 * order are equal.
 *
 * <pre>{@code
 * Schema clicks = Schema.builder()
 *     .required("event_id", Type.STRING)
 *     .nullable("referrer_url", Type.STRING)
 *     .build();
 * }</pre>
 */
public final class Schema {
  private static final int MAX_COLUMNS = 1024;

  private final List<Field> fields;
  private final Map<String, Integer> indexes;

  private Schema(List<Field> fields, String place) {
    this.fields = List.copyOf(fields);
    this.indexes = new HashMap<>();
    for (int i = 0; i < fields.size(); i++) {
      if (indexes.put(fields.get(i).name(), i) != null) {
        throw new EngineException(
            EngineException.Kind.INVALID,
            place
                + "two columns have the name '"
                + fields.get(i).name()
                + "': rename one of them with .as(\"...\")");
      }
    }
    if (fields.isEmpty() || fields.size() > MAX_COLUMNS) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          place + "a relation has 1 to " + MAX_COLUMNS + " columns: columns=" + fields.size());
    }
  }

  /**
   * A schema of these columns.
   *
   * @throws EngineException if there are none, more than 1,024, or two of the same name
   */
  public static Schema of(List<Field> fields) {
    return new Schema(fields, "");
  }

  /** A schema of these columns, whose errors say where it was written. */
  static Schema of(List<Field> fields, String place) {
    return new Schema(fields, place + ": ");
  }

  /** Starts a schema. */
  public static Builder builder() {
    return new Builder();
  }

  /** The columns in order. */
  public List<Field> fields() {
    return fields;
  }

  /** How many columns. */
  public int size() {
    return fields.size();
  }

  /** The column at an index, from 0. */
  public Field field(int index) {
    return fields.get(index);
  }

  /** The names of the columns in order. */
  public List<String> names() {
    return fields.stream().map(Field::name).toList();
  }

  /** The index of a column, or -1 where there is none of that name. */
  public int find(String name) {
    return indexes.getOrDefault(name, -1);
  }

  /**
   * The index of a column.
   *
   * @param place where the name was written; the error message starts with it
   * @throws EngineException if there is none; the message names the nearest right name
   */
  public int indexOf(String name, String place) {
    int index = find(name);
    if (index < 0) {
      throw new EngineException(
          EngineException.Kind.INVALID, place + ": " + Names.unknown("column", name, names()));
    }
    return index;
  }

  /** The columns of these names, all of which are known, in the order of the names. */
  List<Field> fields(List<String> names) {
    return names.stream().map(name -> field(indexOf(name, "schema"))).toList();
  }

  /** The columns of these names, in the order of the names. */
  public Schema select(List<String> names, String place) {
    if (names.isEmpty()) {
      throw new EngineException(EngineException.Kind.INVALID, place + ": name a column");
    }
    Set<Field> selected = new LinkedHashSet<>();
    for (String name : names) {
      if (!selected.add(field(indexOf(name, place)))) {
        throw new EngineException(
            EngineException.Kind.INVALID, place + ": column '" + name + "' is named twice");
      }
    }
    return of(List.copyOf(selected));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Schema that && fields.equals(that.fields);
  }

  @Override
  public int hashCode() {
    return fields.hashCode();
  }

  /** Its text is in logs, too: see the format of the log before changing it. */
  @Override
  public String toString() {
    return fields.stream().map(Field::toString).collect(Collectors.joining(", ", "(", ")"));
  }

  /** Collects the columns of a schema. */
  public static final class Builder {
    private final List<Field> fields = new ArrayList<>();

    private Builder() {}

    /** Adds a column that is never null. */
    public Builder required(String name, Type type) {
      fields.add(new Field(name, type, false));
      return this;
    }

    /** Adds a column that may be null. */
    public Builder nullable(String name, Type type) {
      fields.add(new Field(name, type, true));
      return this;
    }

    /** The schema. */
    public Schema build() {
      return Schema.of(fields);
    }
  }
}
