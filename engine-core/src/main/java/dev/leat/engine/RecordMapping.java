package dev.leat.engine;

import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.JavaTypes;
import dev.leat.engine.plan.NamedExpr;
import dev.leat.engine.plan.Names;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Between a record and columns: a component is a column, {@code eventTime} is {@code event_time};
 * primitive components are never null.
 *
 * @param <T> the record
 */
final class RecordMapping<T extends Record> extends RowMapping<T> {
  private static final Type DEFAULT_DECIMAL = Type.decimal(Type.MAX_PRECISION, 9);

  private final Class<T> record;
  private final MethodHandle[] accessors;
  private final Type.Kind[] kinds;
  private final boolean[] isWord;
  private final MethodHandle constructor;

  private RecordMapping(
      Class<T> record, Schema schema, MethodHandle[] accessors, MethodHandle constructor) {
    super(schema);
    this.record = record;
    this.accessors = accessors;
    this.constructor = constructor;
    this.isWord = new boolean[accessors.length];
    for (int i = 0; i < accessors.length; i++) {
      isWord[i] = accessors[i].type().returnType() == long.class;
    }
    this.kinds = schema.fields().stream().map(f -> f.type().kind()).toArray(Type.Kind[]::new);
  }

  /**
   * The mapping of a record.
   *
   * @throws EngineException if a component has a type that no column has, or the record cannot be
   *     reached
   */
  static <T extends Record> RecordMapping<T> of(Class<T> record) {
    RecordComponent[] components = record.getRecordComponents();
    if (components == null || components.length == 0) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          record.getName() + " has no components: a row needs at least one column");
    }
    List<Field> fields = new ArrayList<>();
    Map<String, String> componentsByColumn = new HashMap<>();
    for (RecordComponent component : components) {
      String other = componentsByColumn.put(Columns.name(component.getName()), component.getName());
      if (other != null) {
        throw new EngineException(
            EngineException.Kind.INVALID,
            "the components '"
                + other
                + "' and '"
                + component.getName()
                + "' of "
                + record.getSimpleName()
                + " are the same column '"
                + Columns.name(component.getName())
                + "': rename one");
      }
      fields.add(
          new Field(
              Columns.name(component.getName()),
              type(record, component),
              !component.getType().isPrimitive()));
    }
    Schema schema = Schema.of(fields);
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      MethodHandle[] accessors = new MethodHandle[components.length];
      Class<?>[] types = new Class<?>[components.length];
      for (int i = 0; i < components.length; i++) {
        Method accessor = components[i].getAccessor();
        accessor.setAccessible(true);
        types[i] = components[i].getType();
        accessors[i] =
            lookup
                .unreflect(accessor)
                .asType(MethodType.methodType(handleType(types[i]), Record.class));
      }
      Constructor<T> canonical = record.getDeclaredConstructor(types);
      canonical.setAccessible(true);
      MethodHandle constructor =
          lookup
              .unreflectConstructor(canonical)
              .asSpreader(Object[].class, components.length)
              .asType(MethodType.methodType(Record.class, Object[].class));
      return new RecordMapping<>(record, schema, accessors, constructor);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "cannot reach the components of "
              + record.getName()
              + "; open its package to the engine's module",
          e);
    }
  }

  /**
   * What an accessor's handle gives: a string as such, and a number that is its word, since most
   * columns are one of these; else the boxed value.
   */
  private static Class<?> handleType(Class<?> component) {
    if (component == String.class) {
      return String.class;
    }
    return component == long.class || component == int.class ? long.class : Object.class;
  }

  private static Type type(Class<?> record, RecordComponent component) {
    Type type = type(component.getGenericType(), component.getAnnotation(Decimal.class));
    if (type == null) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "component '"
              + component.getName()
              + "' of "
              + record.getSimpleName()
              + " has type "
              + component.getGenericType().getTypeName()
              + ", which no column has; use a boolean, int, long, float, double, BigDecimal,"
              + " String, Instant, LocalDate, Duration, byte[] or a List of one of these");
    }
    return type;
  }

  private static @Nullable Type type(java.lang.reflect.Type javaType, @Nullable Decimal decimal) {
    if (javaType == BigDecimal.class) {
      return decimal == null ? DEFAULT_DECIMAL : Type.decimal(decimal.precision(), decimal.scale());
    }
    if (javaType instanceof ParameterizedType list && list.getRawType() == List.class) {
      Type element = type(list.getActualTypeArguments()[0], decimal);
      return element == null ? null : Type.array(element);
    }
    return javaType instanceof Class<?> plain ? JavaTypes.typeOf(plain) : null;
  }

  /** A relation with this record's columns, in its order, of another one that has them. */
  Node project(Node node) {
    Schema from = node.schema();
    String place = "as(" + record.getSimpleName() + ") on " + node.describe();
    for (String name : from.names()) {
      if (schema().find(name) < 0) {
        throw new EngineException(
            EngineException.Kind.INVALID,
            place
                + ": "
                + Names.unknown("component for column", name, schema().names())
                + "; leave the column out with select(...)");
      }
    }
    List<NamedExpr> columns = new ArrayList<>();
    for (Field wanted : schema().fields()) {
      Field given = from.field(from.indexOf(wanted.name(), place));
      columns.add(new NamedExpr(wanted.name(), converted(given, wanted, place)));
    }
    boolean isSame = true;
    for (int i = 0; i < columns.size(); i++) {
      isSame &= columns.get(i).expr().equals(new Expr.Column(from.field(i).name()));
    }
    return isSame ? node : Node.Project.of(node, columns);
  }

  private static Expr converted(Field given, Field wanted, String place) {
    boolean widens =
        (given.type().equals(Type.INT) && wanted.type().equals(Type.LONG))
            || (given.type().isFloating() && wanted.type().equals(Type.DOUBLE))
            || (given.type().kind() == Type.Kind.DECIMAL
                && wanted.type().kind() == Type.Kind.DECIMAL);
    if (!given.type().equals(wanted.type()) && !widens) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          place
              + ": column '"
              + given.name()
              + "' is "
              + given.type()
              + ", the component is "
              + wanted.type()
              + "; change the component, or cast the column");
    }
    if (given.nullable() && !wanted.nullable()) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          place
              + ": column '"
              + given.name()
              + "' may be null, the component is primitive; use the boxed class, or"
              + " coalesce(...)");
    }
    Expr column = new Expr.Column(given.name());
    return given.type().equals(wanted.type()) ? column : column.cast(wanted.type());
  }

  /** The same for an input whose key columns are never null. */
  RecordMapping<T> withSchema(Schema schema) {
    return new RecordMapping<>(record, schema, accessors, constructor);
  }

  /**
   * A mapping that reads rows with the columns of a view.
   *
   * @throws EngineException if the columns are not the components, by name and type
   */
  RowMapping<T> reading(Schema view, String place) {
    // The same rules as for a relation: what as(...) takes, a reader takes; only the order is up to
    // the view.
    int[] order = new int[schema().size()];
    String where = place + " as " + record.getSimpleName();
    for (int i = 0; i < order.length; i++) {
      Field wanted = schema().field(i);
      order[i] = view.indexOf(wanted.name(), where);
      Field given = view.field(order[i]);
      if (!given.type().equals(wanted.type()) || (given.nullable() && !wanted.nullable())) {
        throw new EngineException(
            EngineException.Kind.INVALID,
            where
                + ": the column is '"
                + given
                + "', the component '"
                + wanted
                + "'; change the component, or the view");
      }
    }
    if (view.size() > order.length) {
      List<String> more = new ArrayList<>(view.names());
      more.removeAll(schema().names());
      throw new EngineException(
          EngineException.Kind.INVALID,
          where + ": the record has no component for the columns " + more);
    }
    return new RowMapping<>(view) {
      @Override
      @Nullable Object value(T row, int column) {
        throw new IllegalStateException("views are not written to");
      }

      @Override
      T read(@Nullable Object[] values) {
        @Nullable Object[] ordered = new @Nullable Object[order.length];
        for (int i = 0; i < order.length; i++) {
          ordered[i] = values[order[i]];
        }
        return RecordMapping.this.read(ordered);
      }
    };
  }

  @Override
  @Nullable Object value(T row, int column) {
    try {
      MethodHandle accessor = accessors[column];
      Class<?> given = accessor.type().returnType();
      if (given == String.class) {
        return (String) accessor.invokeExact((Record) row);
      }
      if (given == long.class) {
        long word = (long) accessor.invokeExact((Record) row);
        return kinds[column] == Type.Kind.INT ? (Object) (int) word : (Object) word;
      }
      return (Object) accessor.invokeExact((Record) row);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw threw(column, e);
    }
  }

  private long word(T row, int column) {
    try {
      return (long) accessors[column].invokeExact((Record) row);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw threw(column, e);
    }
  }

  private IllegalArgumentException threw(int column, Throwable cause) {
    return new IllegalArgumentException(
        "the accessor of column '" + schema().field(column).name() + "' threw", cause);
  }

  @Override
  void write(T row, StagedRows rows, byte op) {
    Objects.requireNonNull(row, "row");
    for (int c = 0; c < accessors.length; c++) {
      if (!rows.isKept(c)) {
        continue;
      }
      if (isWord[c]) {
        rows.setWord(c, word(row, c));
        continue;
      }
      Object value = value(row, c);
      if (value instanceof String string) {
        writeString(c, string, rows);
      } else if (value instanceof Instant instant) {
        writeInstant(c, instant, rows);
      } else {
        writeValue(c, value, rows);
      }
    }
    rows.commit(op);
  }

  private void writeString(int column, String string, StagedRows rows) {
    try {
      rows.setString(column, string);
    } catch (IllegalArgumentException e) {
      writeValue(column, string, rows);
    }
  }

  private void writeInstant(int column, Instant instant, StagedRows rows) {
    try {
      rows.setWord(column, Words.ofInstant(instant));
    } catch (ArithmeticException e) {
      writeValue(column, instant, rows);
    }
  }

  @Override
  T read(@Nullable Object[] values) {
    try {
      return record.cast((Record) constructor.invokeExact(values));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("the constructor of " + record.getName() + " threw", e);
    }
  }
}
