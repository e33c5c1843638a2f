package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.SortKey;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * The order of rows stored as words: by some columns, and where they are equal by all columns, so
 * that only equal rows are equal in it. Values are ordered by what they are, never by their codes;
 * null is where the order says, by default largest.
 *
 * <p>A row's <i>prefix</i> is a word that is ordered as the rows are, as far as it goes: equal
 * prefixes say nothing. It decides most comparisons without looking at the row.
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

  private long prefix(Type type, long word) {
    return switch (type.kind()) {
      case FLOAT, DOUBLE -> orderedDouble(word);
      case STRING -> prefix(values.string(word));
      case BYTES -> prefix(values.bytes(word));
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

  private static long prefix(byte[] bytes) {
    long prefix = 0;
    for (int i = 0; i < PREFIX_BYTES; i++) {
      prefix = prefix << 8 | (i < bytes.length ? bytes[i] & 0xff : 0);
    }
    return prefix ^ Long.MIN_VALUE;
  }

  /** The first bytes in UTF-8, which are ordered as code points are. */
  private static long prefix(String string) {
    long prefix = 0;
    int length = Math.min(PREFIX_BYTES, string.length());
    for (int i = 0; i < length; i++) {
      char c = string.charAt(i);
      if (c >= 0x80) {
        String start = string.substring(0, Math.min(string.length(), PREFIX_BYTES + 1));
        return prefix(start.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      }
      prefix |= (long) c << (8 * (PREFIX_BYTES - 1 - i));
    }
    return prefix ^ Long.MIN_VALUE;
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
