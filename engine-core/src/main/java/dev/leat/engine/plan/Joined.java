package dev.leat.engine.plan;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A relation of rows of two others side by side: any kind of join. */
public interface Joined {
  /** One of the two relations. */
  enum Side {
    LEFT,
    RIGHT
  }

  /** The two relations. */
  List<Node> inputs();

  default Node left() {
    return inputs().get(0);
  }

  default Node right() {
    return inputs().get(1);
  }

  /** The columns of the result. */
  Schema schema();

  /** The columns that are equal in rows that match. */
  JoinKeys keys();

  /** The columns of the result, and perhaps more of a pair that only a condition reads. */
  JoinedColumns columns();

  /** How many of these columns, from the first on, the result has. */
  int shownColumns();

  /** Is a side kept by its keys, in an index that other joins may ask, too? */
  boolean isKept(Side side);

  /** Have the rows of a side that is kept to be there, and not only how many there are of a key? */
  boolean needsRows(Side side);

  /** The relation of a side. */
  default Node input(Side side) {
    return side == Side.LEFT ? left() : right();
  }

  /** The key columns of a side. */
  default List<String> keys(Side side) {
    return side == Side.LEFT ? keys().left() : keys().right();
  }

  /**
   * The columns of a side that it reads: all that it keeps, or shows.
   *
   * @param needed those of the result that anything reads
   */
  default Set<String> read(Side side, Set<String> needed) {
    Set<String> read = new LinkedHashSet<>(keys(side));
    if (isKept(side)) {
      read.addAll(needsRows(side) ? input(side).schema().names() : Set.of());
      return read;
    }
    List<JoinedColumns.Source> sources = columns().sources();
    for (int i = 0; i < sources.size(); i++) {
      JoinedColumns.Source source = sources.get(i);
      int column = side == Side.LEFT ? source.left() : source.right();
      String name = columns().schema().field(i).name();
      boolean isShown = i < shownColumns() && needed.contains(name);
      if (column >= 0 && isShown) {
        read.add(input(side).schema().field(column).name());
      }
    }
    return read;
  }
}
