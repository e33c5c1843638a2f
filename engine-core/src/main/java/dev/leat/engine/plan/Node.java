package dev.leat.engine.plan;

import dev.leat.engine.EngineException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A relation of the plan: an input, or an operation on other relations. Immutable and compared by
 * value, so that equal parts of a plan are one part. Made by the {@code of} methods, which check
 * everything that can be checked before there is data.
 */
public sealed interface Node {
  /** The columns of its rows. */
  Schema schema();

  /** What it reads, in order. */
  List<Node> inputs();

  /** Are its rows only ever added, never taken back? */
  boolean isAppendOnly();

  /**
   * Columns that no two rows share; an empty list says that there is at most one row. Empty where
   * no key is known.
   */
  Optional<List<String>> key();

  /** Where this is in the pipeline, for messages: "filter on stream 'clicks'". */
  String describe();

  /** What kind of input. */
  enum InputKind {
    /** Rows are only added. */
    STREAM,
    /** Rows are put in and deleted by primary key. */
    KEYED_TABLE,
    /** Whole rows are inserted and deleted; equal rows count. */
    KEYLESS_TABLE
  }

  /**
   * Rows that the host, a file or another system brings.
   *
   * @param primaryKey columns of the primary key, for keyed tables only
   */
  record Input(String name, InputKind kind, Schema schema, List<String> primaryKey)
      implements Node {
    public Input {
      Objects.requireNonNull(name, "name");
      primaryKey = List.copyOf(primaryKey);
      if ((kind == InputKind.KEYED_TABLE) == primaryKey.isEmpty()) {
        throw new EngineException(
            EngineException.Kind.INVALID,
            "input '" + name + "': a keyed table, and only that, has a primary key");
      }
      for (String column : primaryKey) {
        if (schema
            .field(schema.indexOf(column, "primary key of table '" + name + "'"))
            .nullable()) {
          throw new EngineException(
              EngineException.Kind.INVALID,
              "table '" + name + "': a key column cannot be nullable: " + column);
        }
      }
      Schema key = primaryKey.isEmpty() ? null : schema.select(primaryKey, "table '" + name + "'");
      if (key != null && key.fields().stream().anyMatch(f -> f.type().kind() == Type.Kind.ARRAY)) {
        throw new EngineException(
            EngineException.Kind.INVALID, "table '" + name + "': an array cannot be a key: " + key);
      }
    }

    @Override
    public List<Node> inputs() {
      return List.of();
    }

    @Override
    public boolean isAppendOnly() {
      return kind == InputKind.STREAM;
    }

    @Override
    public Optional<List<String>> key() {
      return kind == InputKind.KEYED_TABLE ? Optional.of(primaryKey) : Optional.empty();
    }

    @Override
    public String describe() {
      return (kind == InputKind.STREAM ? "stream '" : "table '") + name + "'";
    }
  }

  /** The rows for which a condition is true. */
  record Filter(Node input, Expr condition) implements Node {
    /** Checks the condition. */
    public static Filter of(Node input, Expr condition) {
      TypeRules.checkCondition(condition, input.schema(), "filter on " + input.describe());
      return new Filter(input, condition);
    }

    @Override
    public Schema schema() {
      return input.schema();
    }

    @Override
    public List<Node> inputs() {
      return List.of(input);
    }

    @Override
    public boolean isAppendOnly() {
      return input.isAppendOnly();
    }

    @Override
    public Optional<List<String>> key() {
      return input.key();
    }

    @Override
    public String describe() {
      return "filter on " + input.describe();
    }
  }

  /** New columns, computed from the old ones. */
  record Project(Node input, List<NamedExpr> columns, Schema schema) implements Node {
    /** Checks the expressions. */
    public static Project of(Node input, List<NamedExpr> columns) {
      List<Field> fields = new ArrayList<>();
      for (NamedExpr column : columns) {
        String place = "column '" + column.name() + "' of select on " + input.describe();
        TypeRules.Typed typed = TypeRules.check(column.expr(), input.schema(), place);
        fields.add(new Field(column.name(), typed.type(), typed.nullable()));
      }
      return new Project(input, List.copyOf(columns), Schema.of(fields));
    }

    @Override
    public List<Node> inputs() {
      return List.of(input);
    }

    @Override
    public boolean isAppendOnly() {
      return input.isAppendOnly();
    }

    @Override
    public Optional<List<String>> key() {
      Map<String, String> renamed = new HashMap<>();
      for (NamedExpr column : columns) {
        if (column.expr() instanceof Expr.Column source) {
          renamed.putIfAbsent(source.name(), column.name());
        }
      }
      return input
          .key()
          .filter(key -> renamed.keySet().containsAll(key))
          .map(key -> key.stream().map(renamed::get).toList());
    }

    @Override
    public String describe() {
      return "select on " + input.describe();
    }
  }

  /**
   * One row for each distinct combination of the key columns, with aggregates over its rows.
   * Without keys it is one row for all, also where there are none.
   */
  record Aggregate(Node input, List<String> keys, List<AggregateCall> calls, Schema schema)
      implements Node {
    /** Checks keys and aggregates. */
    public static Aggregate of(Node input, List<String> keys, List<AggregateCall> calls) {
      String place = "aggregate on " + input.describe();
      List<Field> fields = new ArrayList<>();
      if (!keys.isEmpty()) {
        fields.addAll(input.schema().select(keys, "groupBy on " + input.describe()).fields());
      }
      for (Field key : fields) {
        if (key.type().kind() == Type.Kind.ARRAY) {
          throw new EngineException(
              EngineException.Kind.INVALID, place + ": cannot group by an array: " + key);
        }
      }
      if (keys.isEmpty() && calls.isEmpty()) {
        throw new EngineException(
            EngineException.Kind.INVALID, place + ": neither keys nor aggregates; add count()");
      }
      for (AggregateCall call : calls) {
        String name = call.name();
        if (name == null) {
          throw new EngineException(
              EngineException.Kind.INVALID, place + ": " + call + " has no name; add .as(\"...\")");
        }
        TypeRules.Typed typed = TypeRules.check(call, input.schema(), place);
        fields.add(new Field(name, typed.type(), typed.nullable()));
      }
      return new Aggregate(input, List.copyOf(keys), List.copyOf(calls), Schema.of(fields));
    }

    @Override
    public List<Node> inputs() {
      return List.of(input);
    }

    @Override
    public boolean isAppendOnly() {
      return false;
    }

    @Override
    public Optional<List<String>> key() {
      return Optional.of(keys);
    }

    @Override
    public String describe() {
      return "aggregate on " + input.describe();
    }
  }

  /** All rows of several relations; equal rows stay several. */
  record Union(List<Node> inputs, Schema schema) implements Node {
    /** Checks that all have the same column names, and types that go together. */
    public static Union of(List<Node> inputs) {
      if (inputs.isEmpty()) {
        throw new IllegalArgumentException("a union needs at least one relation");
      }
      Node first = inputs.get(0);
      List<Field> fields = new ArrayList<>(first.schema().fields());
      for (Node other : inputs.subList(1, inputs.size())) {
        String place = "union of " + first.describe() + " with " + other.describe();
        if (!other.schema().names().equals(first.schema().names())) {
          throw new EngineException(
              EngineException.Kind.INVALID,
              place
                  + ": the columns differ: "
                  + first.schema().names()
                  + " and "
                  + other.schema().names()
                  + "; use select(...) to give both the same names in the same order");
        }
        for (int i = 0; i < fields.size(); i++) {
          fields.set(i, common(fields.get(i), other.schema().field(i), place));
        }
      }
      return new Union(List.copyOf(inputs), Schema.of(fields));
    }

    private static Field common(Field a, Field b, String place) {
      Type type = TypeRules.common(a.type(), b.type());
      if (type == null) {
        throw new EngineException(
            EngineException.Kind.INVALID,
            place + ": types do not go together: " + a + " and " + b + "; cast one of them");
      }
      return new Field(a.name(), type, a.nullable() || b.nullable());
    }

    @Override
    public boolean isAppendOnly() {
      return inputs.stream().allMatch(Node::isAppendOnly);
    }

    @Override
    public Optional<List<String>> key() {
      return Optional.empty();
    }

    @Override
    public String describe() {
      return "union on " + inputs.get(0).describe();
    }
  }

  /** Each row once. */
  record Distinct(Node input) implements Node {
    /** Checks that the rows can be compared. */
    public static Distinct of(Node input) {
      for (Field field : input.schema().fields()) {
        if (field.type().kind() == Type.Kind.ARRAY) {
          throw new EngineException(
              EngineException.Kind.INVALID,
              "distinct on " + input.describe() + ": not over an array: " + field);
        }
      }
      return new Distinct(input);
    }

    @Override
    public Schema schema() {
      return input.schema();
    }

    @Override
    public List<Node> inputs() {
      return List.of(input);
    }

    @Override
    public boolean isAppendOnly() {
      return input.isAppendOnly();
    }

    @Override
    public Optional<List<String>> key() {
      return input.key().or(() -> Optional.of(schema().names()));
    }

    @Override
    public String describe() {
      return "distinct on " + input.describe();
    }
  }

  /** A relation with a name, for messages and {@code explain()}. */
  record Named(Node input, String name) implements Node {
    public Named {
      Objects.requireNonNull(input, "input");
      Objects.requireNonNull(name, "name");
    }

    @Override
    public Schema schema() {
      return input.schema();
    }

    @Override
    public List<Node> inputs() {
      return List.of(input);
    }

    @Override
    public boolean isAppendOnly() {
      return input.isAppendOnly();
    }

    @Override
    public Optional<List<String>> key() {
      return input.key();
    }

    @Override
    public String describe() {
      return "relation '" + name + "'";
    }
  }
}
