package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.SortKey;
import dev.leat.engine.plan.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The order of rows stored as words: by some columns, and where they are equal by all columns, so
 * that only equal rows are equal in it. Values are ordered by what they are, never by their codes;
 * null is where the order says, by default largest.
 *
 * <p>A row's <i>prefix</i> is a word that is ordered as the rows are, as far as it goes: equal
 * prefixes say nothing. It decides most comparisons without looking at the row. Where many rows are
 * equal in the first column, as counts are, or begin alike, as addresses do, a <i>second prefix</i>
 * decides.
 */
public final class RowOrder {
  private static final int PREFIX_BYTES = 8;
  private static final int NONE = -1;

  private final KeyLayout layout;
  private final Dictionary dictionary;
  private final int[] columns;
  private final Type[] types;
  private final boolean[] isDescending;
  private final boolean[] isNullFirst;
  private final int keys;
  private final int copyWord;
  private Dictionary.Values values;

  /**
   * The order of rows of a schema.
   *
   * @param layout how the rows lie; the schema's columns are its first ones
   * @param order what they are ordered by first
   */
  public RowOrder(Schema schema, KeyLayout layout, List<SortKey> order, Dictionary dictionary) {
    this(schema, layout, order, dictionary, NONE);
  }

  /**
   * An order of rows of which equal ones stand one behind the other.
   *
   * @param copyWord the word that numbers equal rows
   */
  public RowOrder(
      Schema schema, KeyLayout layout, List<SortKey> order, Dictionary dictionary, int copyWord) {
    this.copyWord = copyWord;
    this.layout = layout;
    this.dictionary = dictionary;
    this.values = dictionary.values();
    this.keys = order.size();
    List<SortKey> all = new ArrayList<>(order);
    for (String name : schema.names()) {
      if (order.stream().noneMatch(key -> key.column().equals(name))) {
        all.add(new SortKey(name, false));
      }
    }
    this.columns = new int[all.size()];
    this.types = new Type[all.size()];
    this.isDescending = new boolean[all.size()];
    this.isNullFirst = new boolean[all.size()];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = schema.find(all.get(i).column());
      types[i] = schema.field(columns[i]).type();
      isDescending[i] = all.get(i).isDescending();
      isNullFirst[i] = all.get(i).isNullFirst();
    }
  }

  /** Prepares for rows of now: the dictionary may have changed. */
  public void refresh() {
    values = dictionary.values();
  }

  /** The prefix of a row. */
  long prefix(long[] words, int from) {
    if (layout.isNull(words, from, columns[0])) {
      return isNullFirst[0] ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    long word = prefix(types[0], words[from + columns[0]]);
    return isDescending[0] ? ~word : word;
  }

  /**
   * A word that is ordered as rows are whose prefixes are equal, as far as it goes: of the second
   * column where the prefix is all of the first, and of the next bytes where that is a string.
   *
   * @param prefix of the row
   */
  long secondPrefix(long[] words, int from, long prefix) {
    if (prefix == Long.MIN_VALUE || prefix == Long.MAX_VALUE) {
      // It may be a null, and another row's a value.
      return 0;
    }
    long second = 0;
    int column = 0;
    long word = words[from + columns[0]];
    if (types[0].kind() == Type.Kind.STRING) {
      second = bytes(values.string(word), PREFIX_BYTES);
    } else if (types[0].kind() == Type.Kind.BYTES) {
      second = bytes(values.bytes(word), PREFIX_BYTES);
    } else if (isWhole(types[0]) && columns.length > 1) {
      column = 1;
      if (layout.isNull(words, from, columns[1])) {
        return isNullFirst[1] ? Long.MIN_VALUE : Long.MAX_VALUE;
      }
      second = prefix(types[1], words[from + columns[1]]);
    }
    return isDescending[column] ? ~second : second;
  }

  /** Are values equal whose prefixes are? */
  private static boolean isWhole(Type type) {
    return switch (type.kind()) {
      case STRING, BYTES, ARRAY -> false;
      case DECIMAL -> !type.isEncoded();
      default -> true;
    };
  }

  private long prefix(Type type, long word) {
    return switch (type.kind()) {
      case FLOAT, DOUBLE -> orderedDouble(word);
      case STRING -> bytes(values.string(word), 0);
      case BYTES -> bytes(values.bytes(word), 0);
      case DECIMAL ->
          type.isEncoded()
              ? orderedDouble(
                  Words.ofDouble(Words.toDecimal(type, word, values).unscaledValue().doubleValue()))
              : word;
      case ARRAY -> 0;
      default -> word;
    };
  }

  /** A word that is ordered as a long like the double it stands for. */
  private static long orderedDouble(long word) {
    return word ^ (word >> 63 & Long.MAX_VALUE);
  }

  /** Eight bytes from one on, ordered as a long like the bytes. */
  private static long bytes(byte[] bytes, int from) {
    long word = 0;
    for (int i = from; i < from + PREFIX_BYTES; i++) {
      word = word << 8 | (i < bytes.length ? bytes[i] & 0xff : 0);
    }
    return word ^ Long.MIN_VALUE;
  }

  /** The same of a string in UTF-8, whose bytes are ordered as code points are. */
  private static long bytes(String string, int from) {
    long word = 0;
    int end = Math.min(from + PREFIX_BYTES, string.length());
    for (int i = 0; i < end; i++) {
      char c = string.charAt(i);
      if (c >= 0x80) {
        // A character takes at least a byte, and one more is there so that no pair is cut in two.
        String start = string.substring(0, Math.min(string.length(), from + PREFIX_BYTES + 1));
        return bytes(start.getBytes(StandardCharsets.UTF_8), from);
      }
      if (i >= from) {
        word |= (long) c << (8 * (from + PREFIX_BYTES - 1 - i));
      }
    }
    return word ^ Long.MIN_VALUE;
  }

  /** Compares two rows by the columns of the order, and then by all. */
  int compare(long[] a, int aFrom, long[] b, int bFrom) {
    int compared = compareRows(a, aFrom, b, bFrom);
    return compared != 0 || copyWord == NONE
        ? compared
        : Long.compare(a[aFrom + copyWord], b[bFrom + copyWord]);
  }

  /**
   * Compares two rows by the columns of the order, and then by all; equal ones are not told apart.
   */
  public int compareRows(long[] a, int aFrom, long[] b, int bFrom) {
    return compare(a, aFrom, b, bFrom, columns.length);
  }

  /** Compares two rows by the columns of the order only. */
  public int compareKeys(long[] a, int aFrom, long[] b, int bFrom) {
    return compare(a, aFrom, b, bFrom, keys);
  }

  private int compare(long[] a, int aFrom, long[] b, int bFrom, int count) {
    for (int i = 0; i < count; i++) {
      int column = columns[i];
      long x = a[aFrom + column];
      long y = b[bFrom + column];
      boolean xNull = layout.isNull(a, aFrom, column);
      boolean yNull = layout.isNull(b, bFrom, column);
      if (xNull != yNull) {
        return xNull == isNullFirst[i] ? -1 : 1;
      }
      int compared = xNull || x == y ? 0 : Words.compare(types[i], x, y, values);
      if (compared != 0) {
        return isDescending[i] ? -compared : compared;
      }
    }
    return 0;
  }
}
