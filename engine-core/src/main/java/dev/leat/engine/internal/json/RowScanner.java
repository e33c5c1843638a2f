package dev.leat.engine.internal.json;

import static dev.leat.engine.internal.json.Utf8.HIGH_BITS;
import static dev.leat.engine.internal.json.Utf8.LONGS;
import static dev.leat.engine.internal.json.Utf8.ONES;

import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.plan.Schema;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Reads the rows that most producers write, several times faster than a parser for all of JSON: it
 * knows the names to expect, mostly in the order of the row before, and compares eight bytes at a
 * time.
 *
 * <p>It never decides that a row is bad. At the first thing it does not expect (an escape, a nested
 * value, a name it does not know or has met already, a value that its column refuses, a limit,
 * blanks other than one behind a comma or a colon) it gives the line up, and {@link JacksonRow}
 * reads it from its start. What it does accept, Jackson would accept and read the same: a test
 * compares the two on mutated lines.
 *
 * <p>One pass does it all: every byte of an accepted line has been compared with what it must be,
 * or lies in a string that was searched for quotes, escapes and control characters, and checked to
 * be UTF-8 if it has a byte beyond ASCII. So neither the newline nor the validity of the line is
 * looked at before. Bytes behind the end of the input may be looked at as well, if the array has
 * them; they do no harm, as a line only counts if its newline lies before that end.
 *
 * <p>Names are those of the columns, and others that Jackson met in rows it accepted, up to some
 * dozens; these are passed over. After each name it keeps the one that followed it the last time.
 */
final class RowScanner {
  /** What {@link #scan} returns for "not me". */
  static final int GIVEN_UP = -1;

  /**
   * So many bytes before the end of the array it stops, and may read up to there without looking.
   */
  private static final int SLACK = 16;

  private static final long FOUR_BYTES = 0xffff_ffffL;
  private static final long FIVE_BYTES = 0xff_ffff_ffffL;
  private static final int MAX_OTHER_NAMES = 64;
  private static final int MAX_NAME_BYTES = 256;

  /** How many names are tried where another than the expected one stands. */
  private static final int MAX_TRIES = 64;

  private static final long QUOTES = '"' * ONES;
  private static final long BACKSLASHES = '\\' * ONES;
  private static final long BLANKS = ' ' * ONES;

  private static final long TRUE = literal("true");
  private static final long FALSE = literal("false");
  private static final long NULL = literal("null");

  /** A name as it stands in a line, quotes and colon included. */
  private static final class Name {
    final long[] words;
    final long lastMask;
    final int length;
    final int column;

    /** The name that came behind this one the last time. */
    int next;

    /** The row in which it was last met. */
    long row;

    Name(byte[] pattern, int column, int next) {
      this.column = column;
      this.next = next;
      length = pattern.length;
      words = new long[(length + 7) / 8];
      byte[] padded = Arrays.copyOf(pattern, words.length * Long.BYTES);
      for (int i = 0; i < words.length; i++) {
        words[i] = (long) LONGS.get(padded, i * Long.BYTES);
      }
      lastMask = -1L >>> (words.length * Long.SIZE - length * Byte.SIZE);
    }

    /** Does the line have this name at a place, where it has as many bytes as the words? */
    boolean isAt(byte[] line, int at) {
      int last = words.length - 1;
      if (at + words.length * Long.BYTES > line.length) {
        return false;
      }
      for (int i = 0; i < last; i++) {
        if ((long) LONGS.get(line, at + i * Long.BYTES) != words[i]) {
          return false;
        }
      }
      return ((long) LONGS.get(line, at + last * Long.BYTES) & lastMask) == words[last];
    }
  }

  private final JsonLimits limits;
  private final FieldDecoder[] fields;
  private final Set<String> known = new HashSet<>();
  private Name[] names = {};
  private final int otherNamesFrom;

  /** The row in which a column was last set. */
  private final long[] rowOf;

  private final NumberText number = new NumberText();
  private int first;
  private long row;
  private int columnsSet;
  private boolean hasHighBits;

  RowScanner(Schema schema, FieldDecoder[] fields, JsonLimits limits) {
    this.limits = limits;
    this.fields = fields;
    rowOf = new long[fields.length];
    for (int i = 0; i < fields.length; i++) {
      addName(schema.field(i).name(), i);
    }
    otherNamesFrom = names.length;
  }

  private static long literal(String text) {
    byte[] padded = Arrays.copyOf(text.getBytes(StandardCharsets.US_ASCII), Long.BYTES);
    return (long) LONGS.get(padded, 0);
  }

  /** Expects a name from now on, unless it cannot be written without escapes or is too long. */
  private void addName(String name, int column) {
    byte[] pattern = ("\"" + name + "\":").getBytes(StandardCharsets.UTF_8);
    boolean isPlain = pattern.length <= Math.min(MAX_NAME_BYTES, limits.maxFieldBytes());
    for (int i = 1; i < pattern.length - 2; i++) {
      byte b = pattern[i];
      isPlain &= b != '"' && b != '\\' && (b & 0xff) >= ' ';
    }
    if (isPlain && known.add(name)) {
      names = Arrays.copyOf(names, names.length + 1);
      names[names.length - 1] = new Name(pattern, column, names.length);
    }
  }

  /** Expects names that are no columns as well. */
  void learn(Collection<String> others) {
    for (String other : others) {
      if (names.length - otherNamesFrom >= MAX_OTHER_NAMES) {
        return;
      }
      if (!known.contains(other)) {
        addName(other, -1);
      }
    }
  }

  /**
   * Sets all columns of the row in the line that starts at a place.
   *
   * @return where the next line starts, or {@link #GIVEN_UP}; some columns may have been set even
   *     so
   */
  int scan(byte[] line, int from, int to, StagedRows rows) {
    int end = Math.min(to, line.length - SLACK);
    if (from >= end || line[from] != '{') {
      return GIVEN_UP;
    }
    try {
      int at = fields(line, from, end, rows);
      if (at < 0 || line[at] != '}') {
        return GIVEN_UP;
      }
      if (columnsSet < fields.length) {
        setMissing(rows);
      }
      int lineEnd = at + 1;
      int newline = line[lineEnd] == '\r' ? lineEnd + 1 : lineEnd;
      boolean isRow =
          newline < to && line[newline] == '\n' && lineEnd - from <= limits.maxRowBytes();
      return isRow ? newline + 1 : GIVEN_UP;
    } catch (BadRow e) {
      // Jackson gets to the same, and says it.
      return GIVEN_UP;
    }
  }

  /**
   * Takes all fields; returns the place behind the last, which lies before the end, or {@link
   * #GIVEN_UP}.
   */
  private int fields(byte[] line, int from, int end, StagedRows rows) throws BadRow {
    row++;
    columnsSet = 0;
    int expected = first;
    Name before = null;
    int at = from;
    int count = 0;
    do {
      // One blank behind a comma is common, one behind the brace is not.
      at = line[at + 1] == ' ' && before != null ? at + 2 : at + 1;
      int index = ++count > limits.maxFields() ? GIVEN_UP : find(line, at, expected);
      if (index < 0) {
        return GIVEN_UP;
      }
      Name name = names[index];
      if (name.row == row) {
        return GIVEN_UP;
      }
      name.row = row;
      if (index != expected) {
        if (before == null) {
          first = index;
        } else {
          before.next = index;
        }
      }
      before = name;
      expected = name.next;
      at += name.length;
      if (at >= end) {
        return GIVEN_UP;
      }
      at = value(line, line[at] == ' ' ? at + 1 : at, end, name.column, rows);
      if (at < 0 || at >= end) {
        return GIVEN_UP;
      }
    } while (line[at] == ',');
    return at;
  }

  /** Which name stands at a place? The expected one is tried first, then those behind it. */
  private int find(byte[] line, int at, int expected) {
    int index = expected;
    for (int tries = Math.min(names.length, MAX_TRIES); tries > 0; tries--) {
      if (index >= names.length) {
        index = 0;
      }
      if (names[index].isAt(line, at)) {
        return index;
      }
      index++;
    }
    return GIVEN_UP;
  }

  /** Takes a value; returns where it ends, or {@link #GIVEN_UP}. */
  private int value(byte[] line, int at, int end, int column, StagedRows rows) throws BadRow {
    byte start = line[at];
    int behind;
    if (start == '"') {
      int close = stringEnd(line, at + 1, end);
      if (close < 0 || (hasHighBits && !Utf8.isValid(line, at + 1, close))) {
        return GIVEN_UP;
      }
      if (column >= 0) {
        fields[column].setText(line, at + 1, close, rows);
      } else if (FieldDecoder.lengthProblem(close - at - 1, limits) != null) {
        return GIVEN_UP;
      }
      behind = close + 1;
    } else if (start == '-' || (start >= '0' && start <= '9')) {
      behind = number.scan(line, at, end);
      if (behind < 0) {
        return GIVEN_UP;
      }
      if (column >= 0) {
        fields[column].setNumber(number, rows);
      } else if (FieldDecoder.numberProblem(number, limits) != null) {
        return GIVEN_UP;
      }
    } else {
      behind = literal(line, at, column, rows);
    }
    if (column >= 0) {
      rowOf[column] = row;
      columnsSet++;
    }
    return behind;
  }

  private int literal(byte[] line, int at, int column, StagedRows rows) throws BadRow {
    long word = (long) LONGS.get(line, at);
    boolean isTrue = (word & FOUR_BYTES) == TRUE;
    if (isTrue || (word & FIVE_BYTES) == FALSE) {
      if (column >= 0) {
        fields[column].setBoolean(isTrue, rows);
      }
      return isTrue ? at + 4 : at + 5;
    }
    if ((word & FOUR_BYTES) != NULL) {
      return GIVEN_UP;
    }
    if (column >= 0) {
      fields[column].setNull(rows);
    }
    return at + 4;
  }

  /** Where a string without escapes ends; notes whether it has bytes beyond ASCII. */
  private int stringEnd(byte[] line, int from, int end) {
    long high = 0;
    for (int at = from; at < end; at += Long.BYTES) {
      long word = (long) LONGS.get(line, at);
      long controls = (word - BLANKS) & ~word & HIGH_BITS;
      long stops = Utf8.marks(word, QUOTES) | Utf8.marks(word, BACKSLASHES) | controls;
      if (stops != 0) {
        int count = Long.numberOfTrailingZeros(stops) >>> 3;
        high |= word & ((1L << (count * Byte.SIZE)) - 1);
        hasHighBits = (high & HIGH_BITS) != 0;
        return line[at + count] == '"' ? at + count : GIVEN_UP;
      }
      high |= word;
    }
    return GIVEN_UP;
  }

  private void setMissing(StagedRows rows) throws BadRow {
    for (int column = 0; column < fields.length; column++) {
      if (rowOf[column] != row) {
        fields[column].setMissing(rows);
      }
    }
  }
}
