package dev.leat.engine.iceberg.internal.key;

import dev.leat.engine.SinkChanges;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.types.Types;

/** The keys of rows, from changes and from files: both ways give the same bits for the same key. */
public final class RowKeys {
  /** Decimals of so many digits are words. */
  private static final int WORD_DIGITS = 18;

  private final List<String> names;
  private final int[] columns;
  private final Type[] types;
  private final KeyHash hash;

  public RowKeys(Schema schema, List<String> names) {
    this.names = List.copyOf(names);
    this.columns = names.stream().mapToInt(schema::find).toArray();
    this.types = new Type[columns.length];
    for (int k = 0; k < columns.length; k++) {
      types[k] = schema.field(columns[k]).type();
    }
    SecureRandom random = new SecureRandom();
    this.hash = new KeyHash(random.nextLong(), random.nextLong());
  }

  /**
   * Keys of files of a table of whoever, which are never read from changes.
   *
   * @param ids Iceberg's numbers of columns that the table has
   */
  public static RowKeys ofFiles(org.apache.iceberg.Schema table, List<Integer> ids) {
    List<Field> fields = new ArrayList<>();
    for (int id : ids) {
      // Only of a decimal does it matter here what it is: files have it in more than one way.
      fields.add(
          new Field(
              "column_" + id,
              table.findType(id) instanceof Types.DecimalType decimal
                  ? Type.decimal(decimal.precision(), decimal.scale())
                  : Type.BYTES,
              true));
    }
    return new RowKeys(Schema.of(fields), fields.stream().map(Field::name).toList());
  }

  /** Of columns that are arrays nothing is a key. */
  public static boolean canBeKey(Field field) {
    return field.type().kind() != Type.Kind.ARRAY;
  }

  public List<String> names() {
    return names;
  }

  /** The hash; it has the key that was read last. */
  public KeyHash hash() {
    return hash;
  }

  /** Reads the key of a change. */
  public KeyHash of(SinkChanges changes, int row) {
    hash.begin();
    for (int k = 0; k < columns.length; k++) {
      int column = columns[k];
      if (changes.isNull(row, column)) {
        hash.addNull();
      } else {
        add(changes, row, column, types[k]);
      }
    }
    hash.finish();
    return hash;
  }

  private void add(SinkChanges changes, int row, int column, Type type) {
    switch (type.kind()) {
      case BOOLEAN, INT, DATE, LONG, INSTANT, DURATION -> hash.add(changes.longAt(row, column));
      case FLOAT, DOUBLE -> hash.add(Double.doubleToLongBits(changes.doubleAt(row, column)));
      case DECIMAL -> {
        if (type.precision() <= WORD_DIGITS) {
          hash.add(changes.longAt(row, column));
        } else {
          hash.add(changes.decimalAt(row, column).unscaledValue().toByteArray());
        }
      }
      case STRING -> hash.add(changes.stringAt(row, column).getBytes(StandardCharsets.UTF_8));
      case BYTES -> hash.add((byte[]) valueOf(changes, row, column));
      case ARRAY -> throw new IllegalStateException("an array is no key");
    }
  }

  private static Object valueOf(SinkChanges changes, int row, int column) {
    Object value = changes.valueAt(row, column);
    if (value == null) {
      throw new IllegalStateException("a null is read: column=" + column);
    }
    return value;
  }

  /** Adds the value of a column of the key as a file has it: a number, or an unscaled decimal. */
  public void add(int keyColumn, long value) {
    if (isDecimal(keyColumn)) {
      number(keyColumn, BigInteger.valueOf(value));
    } else {
      hash.add(value);
    }
  }

  /** The same of a fraction, which is never a decimal. */
  public void add(double value) {
    hash.add(Double.doubleToLongBits(value));
  }

  /** The same of bytes, which may be those of an unscaled decimal. */
  public void add(int keyColumn, byte[] value) {
    if (isDecimal(keyColumn)) {
      number(keyColumn, new BigInteger(value));
    } else {
      hash.add(value);
    }
  }

  private boolean isDecimal(int keyColumn) {
    return types[keyColumn].kind() == Type.Kind.DECIMAL;
  }

  private void number(int keyColumn, BigInteger unscaled) {
    if (types[keyColumn].precision() <= WORD_DIGITS) {
      hash.add(unscaled.longValueExact());
    } else {
      hash.add(unscaled.toByteArray());
    }
  }

  /** A key for people. */
  public String text(SinkChanges changes, int row) {
    List<String> values = new ArrayList<>();
    for (int k = 0; k < columns.length; k++) {
      values.add(names.get(k) + "=" + changes.valueAt(row, columns[k]));
    }
    return String.join(" ", values);
  }
}
