package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.ValueBytes;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.internal.state.StoredRows;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.JavaTypes;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Surrogates;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A key given as Java values, to be looked up in a view. */
final class KeyLookup {
  private static final int MAX_QUOTED = 200;

  private final Schema schema;
  private final int[] columns;
  private final @Nullable Object[] key;
  private final List<Object> encoded = new ArrayList<>();

  /**
   * Checks a key.
   *
   * @throws EngineException if the view has no key, or the values do not fit it
   */
  KeyLookup(ViewHandle view, @Nullable Object[] key) {
    this.schema = view.schema();
    List<String> names =
        view.key()
            .orElseThrow(
                () ->
                    new EngineException(
                        EngineException.Kind.INVALID,
                        "view '"
                            + view.name()
                            + "' has no key: its rows can be equal; use where(...) or group it"));
    if (key.length != names.size()) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "view '"
              + view.name()
              + "' has the key "
              + names
              + ": give one value for each column, not "
              + key.length);
    }
    this.columns = names.stream().mapToInt(schema::find).toArray();
    this.key = key.clone();
    for (int k = 0; k < key.length; k++) {
      Field field = schema.field(columns[k]);
      Object value = widened(key[k], field.type());
      Class<?> wanted = JavaTypes.classOf(field.type());
      if (value != null && !wanted.isInstance(value)) {
        throw new EngineException(
            EngineException.Kind.INVALID,
            "key column '"
                + field.name()
                + "' of view '"
                + view.name()
                + "' takes a "
                + wanted.getSimpleName()
                + ", not a "
                + value.getClass().getSimpleName());
      }
      this.key[k] = value == null ? null : canonical(field, value);
    }
  }

  /** The form in which a view has a value: a decimal has the scale of its type. */
  private Object canonical(Field field, Object value) {
    Type type = field.type();
    try {
      if (type.kind() == Type.Kind.STRING) {
        Surrogates.refuse((String) value);
        encoded.add(value);
        return value;
      }
      if (type.isEncoded()) {
        byte[] bytes = ValueBytes.encode(type, value);
        encoded.add(bytes);
        return ValueBytes.decode(type, bytes);
      }
      return Words.toFixedObject(type, Words.ofFixed(type, value));
    } catch (ArithmeticException | IllegalArgumentException e) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "key column '"
              + field.name()
              + "' ("
              + type
              + ") does not take "
              + Surrogates.bounded(JavaTypes.text(value), MAX_QUOTED)
              + ": "
              + e.getMessage(),
          e);
    }
  }

  private static @Nullable Object widened(@Nullable Object value, Type type) {
    return value instanceof Integer i && type.kind() == Type.Kind.LONG ? (Object) (long) i : value;
  }

  /** The key's values that have codes. */
  List<Object> encoded() {
    return encoded;
  }

  /** The key as words of a row, or null if one of its values is nowhere. */
  private long @Nullable [] words(long[] codes, KeyLayout layout) {
    long[] words = new long[layout.stride() + 1];
    int nextCode = 0;
    for (int k = 0; k < key.length; k++) {
      Object value = key[k];
      Type type = schema.field(columns[k]).type();
      if (value == null) {
        if (!schema.field(columns[k]).nullable()) {
          return null;
        }
        layout.setNull(words, 0, columns[k]);
      } else if (type.isEncoded()) {
        long code = codes[nextCode++];
        if (code < 0) {
          return null;
        }
        words[columns[k]] = code;
      } else {
        words[columns[k]] = Words.ofFixed(type, value);
      }
    }
    return words;
  }

  /** The row with the key, or null; {@code codes} are those of {@link #encoded}. */
  @Nullable Object @Nullable [] find(long[] codes, StoredRows rows, Dictionary.Values values) {
    long[] words = words(codes, rows.rowLayout());
    int row = words == null ? -1 : rows.find(words);
    if (row < 0 || words == null) {
      return null;
    }
    rows.read(row, words);
    @Nullable Object[] found = new @Nullable Object[schema.size()];
    for (int c = 0; c < found.length; c++) {
      found[c] =
          rows.rowLayout().isNull(words, 0, c)
              ? null
              : Words.toObject(schema.field(c).type(), words[c], values);
    }
    return found;
  }

  /** The number of the row with the key in a snapshot, or -1. */
  int find(long[] codes, StoredRows.Snapshot rows) {
    long[] words = words(codes, rows.rowLayout());
    return words == null ? -1 : rows.find(words);
  }

  /** Does a row, given as Java values, have the key? */
  boolean matches(@Nullable Object[] row) {
    for (int k = 0; k < columns.length; k++) {
      if (!isEqual(schema.field(columns[k]).type(), row[columns[k]], key[k])) {
        return false;
      }
    }
    return true;
  }

  private static boolean isEqual(Type type, @Nullable Object a, @Nullable Object b) {
    return (a instanceof List && b instanceof List)
        ? Arrays.equals(ValueBytes.encode(type, a), ValueBytes.encode(type, b))
        : Objects.deepEquals(a, b);
  }
}
