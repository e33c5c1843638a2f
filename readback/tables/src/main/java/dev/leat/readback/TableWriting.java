package dev.leat.readback;

import dev.leat.engine.Engine;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.iceberg.IcebergSink;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One table: an engine that writes it, commit by commit, and beside it what it should have. */
final class TableWriting implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String INPUT = "rows";
  private static final String SINK = "lake";

  private final Schema schema;
  private final Engine engine;
  private final String sink;
  private final List<String> key;
  private final Map<List<@Nullable Object>, Row> byKey = new LinkedHashMap<>();
  private final List<Row> added = new ArrayList<>();

  private TableWriting(Schema schema, Engine engine, String sink, List<String> key) {
    this.schema = schema;
    this.engine = engine;
    this.sink = sink;
    this.key = key;
  }

  /**
   * A table that rows are only added to.
   *
   * @param name of the sink, which no other one has that writes to the table
   */
  static TableWriting appending(Schema schema, String name, IcebergSink sink) {
    Pipeline pipeline = Pipeline.define(p -> p.stream(INPUT, schema).to(name, sink));
    return new TableWriting(schema, Engine.inMemory(pipeline), name, List.of());
  }

  /** A table whose rows change, by a key. */
  static TableWriting upserting(Schema schema, IcebergSink sink, String... key) {
    Pipeline pipeline = Pipeline.define(p -> p.table(INPUT, schema).primaryKey(key).to(SINK, sink));
    return new TableWriting(schema, Engine.inMemory(pipeline), SINK, List.of(key));
  }

  /** One commit that adds rows, or puts them in the place of those of their keys. */
  void commit(List<Row> rows) {
    if (key.isEmpty()) {
      engine.awaitSink(sink, engine.stream(INPUT).append(rows), PATIENCE);
      added.addAll(rows);
    } else {
      engine.awaitSink(sink, engine.table(INPUT).upsert(rows), PATIENCE);
      rows.forEach(row -> byKey.put(keyOf(row), row));
    }
  }

  private List<@Nullable Object> keyOf(Row row) {
    List<@Nullable Object> values = new ArrayList<>();
    key.forEach(column -> values.add(row.value(column)));
    return values;
  }

  /** Commits in which of so many rows some come, some change and some go, at random. */
  void change(MadeUpRows made, SplittableRandom random, int ids, int commits) {
    for (int commit = 0; commit < commits; commit++) {
      for (List<@Nullable Object> old : List.copyOf(byKey.keySet())) {
        if (random.nextInt(10) == 0) {
          byKey.remove(old);
          Position unused = engine.table(INPUT).delete(old.toArray());
        }
      }
      List<Row> changed = new ArrayList<>();
      for (long id = 0; id < ids; id++) {
        if (random.nextInt(4) == 0) {
          changed.add(made.row(id));
        }
      }
      commit(changed);
    }
  }

  /** What the table should have now. */
  Rows expected() {
    return rows(schema, key.isEmpty() ? added : new ArrayList<>(byKey.values()));
  }

  /** Rows as text. */
  static Rows rows(Schema schema, List<Row> rows) {
    List<Column> columns = new ArrayList<>();
    for (Field field : schema.fields()) {
      columns.add(new Column(field.name(), type(field.type())));
    }
    List<List<@Nullable String>> all = new ArrayList<>();
    for (Row row : rows) {
      List<@Nullable String> values = new ArrayList<>();
      row.values().forEach(value -> values.add(CanonicalText.of(withOneZero(value))));
      all.add(values);
    }
    return new Rows(columns, all);
  }

  /** The engine has no negative zero, see docs/decisions/0006. */
  private static @Nullable Object withOneZero(@Nullable Object value) {
    if (value instanceof Float number) {
      return number + 0.0f;
    }
    return value instanceof Double number ? number + 0.0 : value;
  }

  private static String type(Type type) {
    return switch (type.kind()) {
      case BOOLEAN -> "boolean";
      case INT -> "int";
      case LONG, DURATION -> "long";
      case FLOAT -> "float";
      case DOUBLE -> "double";
      case DECIMAL -> "decimal(" + type.precision() + "," + type.scale() + ")";
      case STRING -> "string";
      case INSTANT -> "instant";
      case DATE -> "date";
      case BYTES -> "bytes";
      case ARRAY -> "list(" + type(Objects.requireNonNull(type.elementType(), "element")) + ")";
    };
  }

  @Override
  public void close() {
    engine.close();
  }
}
