package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.plan.SortKey;
import dev.leat.engine.plan.Type;
import java.util.List;

/**
 * How a value and the columns that it is ordered by lie in words, and in which order such tuples
 * are: by the keys, and where these tie by the value, ascending, null last. So no two different
 * tuples tie. A tuple is a bitmap of its nulls, the value, and the keys; the word of a null is 0.
 */
public final class TupleOrder {
  private static final int VALUE = 1;

  /** More than the nulls of a tuple have bits for is refused. */
  private static final int MAX_COLUMNS = Long.SIZE;

  private final Type[] types;
  private final boolean[] isDescending;
  private final boolean[] isNullFirst;
  private final Dictionary dictionary;

  /**
   * An order.
   *
   * @param types of the value and of the keys
   * @param keys what is ordered by
   */
  public TupleOrder(List<Type> types, List<SortKey> keys, Dictionary dictionary) {
    if (types.size() > MAX_COLUMNS || types.size() != keys.size() + 1) {
      throw new IllegalArgumentException(
          "an order has up to 63 columns: columns=" + (types.size() - 1));
    }
    this.types = types.toArray(new Type[0]);
    this.isDescending = new boolean[types.size()];
    this.isNullFirst = new boolean[types.size()];
    for (int k = 0; k < keys.size(); k++) {
      isDescending[k + 1] = keys.get(k).isDescending();
      isNullFirst[k + 1] = keys.get(k).isNullFirst();
    }
    this.dictionary = dictionary;
  }

  /** Words of a tuple. */
  public int stride() {
    return VALUE + types.length;
  }

  /** Takes a tuple over from the columns of a row. */
  public void gather(Column[] columns, int row, long[] tuple) {
    long nulls = 0;
    for (int c = 0; c < types.length; c++) {
      boolean isNull = columns[c].isNull(row);
      nulls |= isNull ? 1L << c : 0;
      tuple[VALUE + c] = isNull ? 0 : columns[c].word(row);
    }
    tuple[0] = nulls;
  }

  /** The value's word of a tuple. */
  public static long value(long[] tuple, int from) {
    return tuple[from + VALUE];
  }

  /** Is the value of a tuple null? */
  public static boolean isValueNull(long[] tuple, int from) {
    return (tuple[from] & 1) != 0;
  }

  /** Orders two tuples; 0 only if they are equal. */
  public int compare(long[] a, int fromA, long[] b, int fromB) {
    for (int k = 1; k < types.length; k++) {
      int order = compare(k, a, fromA, b, fromB);
      if (order != 0) {
        return order;
      }
    }
    return compare(0, a, fromA, b, fromB);
  }

  private int compare(int column, long[] a, int fromA, long[] b, int fromB) {
    boolean isNullInA = (a[fromA] >>> column & 1) != 0;
    boolean isNullInB = (b[fromB] >>> column & 1) != 0;
    if (isNullInA || isNullInB) {
      int order = Boolean.compare(isNullInA, isNullInB);
      return isNullFirst[column] ? -order : order;
    }
    long x = a[fromA + VALUE + column];
    long y = b[fromB + VALUE + column];
    int order = x == y ? 0 : Words.compare(types[column], x, y, dictionary.values());
    return isDescending[column] ? -order : order;
  }

  /** Adds the dictionary codes of a tuple. */
  public void mark(long[] tuple, int from, CodeSet live) {
    for (int c = 0; c < types.length; c++) {
      if (types[c].isEncoded() && (tuple[from] >>> c & 1) == 0) {
        live.add(tuple[from + VALUE + c]);
      }
    }
  }
}
