package dev.leat.engine.internal.batch;

import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one input on their way into an epoch: in columns, strings and other encoded values as
 * codes of a heap of their own. What a host's thread fills, what the log keeps, and what the input
 * operator turns into a {@link Batch}.
 *
 * <p>A row is written by setting each column exactly once and then {@link #commit}; {@link
 * #rollback} takes an unfinished row back.
 *
 * <p><b>Threading.</b> One thread at a time; it is handed over under the inbox's lock.
 */
public final class StagedRows {
  /** What a row does: it is inserted, or put in the place of the one with its key. */
  public static final byte PUT = 0;

  /** What a row does: one like it, or the one with its key, is deleted. */
  public static final byte DELETE = 1;

  /** Longer strings are copied by the JVM, which pays for an array with copying many at once. */
  private static final int LOOP_CHARS = 32;

  /** So many values of a column that nothing reads tell whether they are worth looking for. */
  private static final int SAMPLE = 256;

  private final Schema schema;
  private final Type[] types;
  private final boolean[] isKept;
  private final boolean[] isRead;
  private final Column[] columns;
  private final ValueHeap heap;
  private byte[] ops = new byte[16];
  private int deletes;
  private int size;
  private int committedValues;
  private final byte[] scratch = new byte[LOOP_CHARS];

  /** Of each column that nothing reads: how many values were looked for, and how many found. */
  private final int[] sampled;

  private final int[] alike;

  /** Empty rows of a schema. */
  public StagedRows(Schema schema, Hashing hashing) {
    this(schema, hashing, allOf(schema), allOf(schema));
  }

  /**
   * Empty rows of a schema.
   *
   * @param isKept for each column, whether its values are kept; what is set in others is forgotten
   * @param isRead for each column, whether anything but the log reads it: in one that nothing does,
   *     values are looked for among each other only while many of them are alike
   */
  public StagedRows(Schema schema, Hashing hashing, boolean[] isKept, boolean[] isRead) {
    this.schema = schema;
    this.isKept = isKept.clone();
    this.isRead = isRead.clone();
    this.sampled = new int[isRead.length];
    this.alike = new int[isRead.length];
    types = schema.fields().stream().map(Field::type).toArray(Type[]::new);
    columns = new Column[types.length];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = new Column();
      columns[i].reset(16);
    }
    heap = new ValueHeap(hashing);
  }

  private static boolean[] allOf(Schema schema) {
    boolean[] all = new boolean[schema.size()];
    Arrays.fill(all, true);
    return all;
  }

  /** Are the values of a column kept? If not, it need not be set. */
  public boolean isKept(int column) {
    return isKept[column];
  }

  /** Forgets all rows and keeps the memory. */
  public void clear() {
    size = 0;
    deletes = 0;
    committedValues = 0;
    heap.clear();
    Arrays.fill(sampled, 0);
    Arrays.fill(alike, 0);
    for (Column column : columns) {
      column.reset(1);
    }
  }

  public Schema schema() {
    return schema;
  }

  /** How many finished rows. */
  public int size() {
    return size;
  }

  /** How many of them are put, and not deleted. */
  public int puts() {
    return size - deletes;
  }

  /** At most how many bytes they take in the log. */
  public long byteSize() {
    long rowBytes = 1 + columns.length * (Long.BYTES + 1L);
    return heap.byteCount() + Integer.BYTES * (long) heap.size() + size * rowBytes;
  }

  /** About how many bytes of memory they take, used or not. */
  public long memoryBytes() {
    long bytes = heap.memoryBytes() + ops.length;
    for (Column column : columns) {
      bytes += (long) Long.BYTES * column.words().length;
    }
    return bytes;
  }

  public Column column(int index) {
    return columns[index];
  }

  public ValueHeap heap() {
    return heap;
  }

  /** What each row does, {@link #PUT} or {@link #DELETE}; null if all are put. */
  public byte @Nullable [] ops() {
    return deletes == 0 ? null : ops;
  }

  /** Sets a column of the row being written to the word of a type that needs no heap. */
  public void setWord(int column, long word) {
    columns[column].set(size, word);
  }

  public void setNull(int column) {
    columns[column].setNull(size);
  }

  /** Sets a string column to valid UTF-8. */
  public void setUtf8(int column, byte[] utf8, int from, int to) {
    if (isKept[column]) {
      columns[column].set(
          size, isRead[column] ? heap.add(utf8, from, to) : add(column, utf8, from, to));
    }
  }

  /** Adds a value that only the log gets. */
  private int add(int column, byte[] utf8, int from, int to) {
    if (sampled[column] == SAMPLE && alike[column] < SAMPLE / 8) {
      return heap.addUnshared(utf8, from, to);
    }
    int before = heap.size();
    int code = heap.add(utf8, from, to);
    if (sampled[column] < SAMPLE) {
      sampled[column]++;
      alike[column] += heap.size() == before ? 1 : 0;
    }
    return code;
  }

  /**
   * Sets a string column.
   *
   * @throws IllegalArgumentException if half of a surrogate pair stands alone in it
   */
  public void setString(int column, String string) {
    int length = string.length();
    if (length > LOOP_CHARS) {
      setAnyString(column, string);
      return;
    }
    int all = 0;
    for (int i = 0; i < length; i++) {
      char c = string.charAt(i);
      all |= c;
      scratch[i] = (byte) c;
    }
    if (all < 0x80) {
      setUtf8(column, scratch, 0, length);
    } else {
      setAnyString(column, string);
    }
  }

  private void setAnyString(int column, String string) {
    byte[] utf8 = StrictUtf8.encode(string);
    setUtf8(column, utf8, 0, utf8.length);
  }

  /**
   * Sets a column to a Java value of its type's class, or null.
   *
   * @throws ArithmeticException if the value does not fit the type
   * @throws ClassCastException if it is of another class
   * @throws IllegalArgumentException if half of a surrogate pair stands alone in a string
   */
  public void setObject(int column, @Nullable Object value) {
    Type type = types[column];
    if (value == null) {
      setNull(column);
    } else if (type.kind() == Type.Kind.STRING) {
      setString(column, (String) value);
    } else if (type.isEncoded()) {
      byte[] bytes = ValueBytes.encode(type, value);
      setUtf8(column, bytes, 0, bytes.length);
    } else {
      setWord(column, Words.ofFixed(type, value));
    }
  }

  /** Finishes the row being written. */
  public void commit(byte op) {
    if (size == ops.length) {
      ops = Arrays.copyOf(ops, 2 * size);
    }
    ops[size] = op;
    deletes += op;
    size++;
    committedValues = heap.size();
    for (Column column : columns) {
      column.ensure(size + 1);
    }
  }

  /** Takes back all rows from an index on, and the unfinished one. */
  public void rollback(int toSize) {
    rollback(toSize, committedValues);
  }

  /** How many distinct values its finished rows have, to go back to. */
  public int valueCount() {
    return committedValues;
  }

  /**
   * Takes back all rows from an index on, and the unfinished one.
   *
   * @param toValues what {@link #valueCount} was when there were so many rows
   */
  public void rollback(int toSize, int toValues) {
    for (int row = toSize; row < size; row++) {
      deletes -= ops[row];
    }
    size = toSize;
    // Values of rows that were taken back would only fill the log.
    heap.truncate(toValues);
    committedValues = toValues;
  }

  /** A finished row's value as a Java object, or null. */
  public @Nullable Object value(int column, int row) {
    if (columns[column].isNull(row)) {
      return null;
    }
    Type type = types[column];
    long word = columns[column].word(row);
    if (!type.isEncoded()) {
      return Words.toFixedObject(type, word);
    }
    int code = (int) word;
    return ValueBytes.decode(
        type, Arrays.copyOfRange(heap.bytes(), heap.start(code), heap.end(code)));
  }

  /** Takes rows over as they were read: for {@link RowsCodec}. */
  void load(int rows, byte @Nullable [] loadedOps) {
    size = rows;
    deletes = 0;
    committedValues = heap.size();
    if (ops.length < rows) {
      ops = new byte[rows];
    }
    Arrays.fill(ops, 0, rows, PUT);
    if (loadedOps != null) {
      System.arraycopy(loadedOps, 0, ops, 0, rows);
      for (byte op : loadedOps) {
        deletes += op;
      }
    }
    for (Column column : columns) {
      column.ensure(rows + 1);
    }
  }
}
