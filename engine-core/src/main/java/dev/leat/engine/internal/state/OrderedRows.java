package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.Hashing;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Rows in an order, in partitions: finds a row, the rows next to it, how many are before it, and
 * which one is at a place, each in time that grows with the logarithm of the rows of the partition.
 *
 * <p><b>Structure.</b> The rows are {@link GroupRows}, and {@link RowOrder} says which comes first.
 * A treap (R. Seidel and C. Aragon, Randomized Search Trees, 1996) for each partition leads to
 * them: a binary tree in the rows' order in which a parent has a higher priority than its children.
 * Priorities are hashes of slots, so the shape follows from the rows' slots and order alone, and is
 * made anew from the rows when they are restored; nothing of it is in a checkpoint, nor in any
 * result. Of each row there are its children and its parent, its two prefixes, and the weight of
 * its subtree. A word of the row says its partition, in the upper half, and another its weight; the
 * caller has the other words and the lower half.
 *
 * <p>A row may have weight 0: it keeps its place and does not count.
 *
 * <p>{@link Summaries} of subtrees may be kept, too: what is known of all rows of a subtree, from
 * which {@link #fold} puts together what is known of the rows between two places.
 */
public final class OrderedRows {
  /** No row. */
  public static final int NONE = -1;

  /** What is known of all rows of each subtree. */
  public interface Summaries {
    /** Makes room for slots below a bound. */
    void ensure(int slots);

    /**
     * Makes the summary of a row's subtree from the row and those of its children, if it has any.
     */
    void combine(int slot, int left, int right);
  }

  /** Takes what the rows between two places consist of, in their order. */
  public interface Fold {
    /** Takes a row and all that is below it. */
    void subtree(int slot);

    /** Takes a row alone. */
    void row(int slot);
  }

  /** Says of the rows of a partition which ones are at its front. */
  public interface Front {
    /** Is a row one of those? Whatever is before one of them is one, too. */
    boolean has(long[] page, int from);
  }

  private static final int PARTITION_SHIFT = 32;

  private final GroupRows rows;
  private final RowOrder order;
  private final Hashing hashing;
  private final int weightWord;
  private final int ownerWord;

  private @Nullable Summaries summaries;
  private int[] left = new int[0];
  private int[] right = new int[0];
  private int[] parents = new int[0];

  /** Two words a slot, beside each other: a search looks at both. */
  private long[] prefixes = new long[0];

  private long[] counts = new long[0];
  private int[] roots = new int[0];

  /** Where a row that was not found belongs. */
  private int place;

  private boolean isLeftOfPlace;
  private long prefix;
  private long secondPrefix;

  /**
   * No rows.
   *
   * @param stride words of a row
   * @param weightWord the word of a row's weight
   * @param ownerWord the word of its partition, behind what the order looks at
   */
  public OrderedRows(int stride, int weightWord, int ownerWord, RowOrder order, Hashing hashing) {
    this.rows = new GroupRows(stride);
    this.order = order;
    this.hashing = hashing;
    this.weightWord = weightWord;
    this.ownerWord = ownerWord;
  }

  /** Keeps summaries of subtrees from now on; there must be no row yet. */
  public void summarize(Summaries of) {
    assert rows.bound() == 0 : "rows are there already";
    summaries = of;
  }

  /** The rows, by slot. */
  public GroupRows rows() {
    return rows;
  }

  /** About how many bytes rows and trees take. */
  public long bytes() {
    return rows.bytes() + (long) rows.size() * (3L * Integer.BYTES + 3L * Long.BYTES);
  }

  /** The partition of a row. */
  public int partition(int slot) {
    return (int) (rows.page(slot)[rows.offset(slot) + ownerWord] >>> PARTITION_SHIFT);
  }

  /** The lower half of the word of a row's partition: a number that the caller keeps of it. */
  public int number(int slot) {
    return (int) rows.page(slot)[rows.offset(slot) + ownerWord];
  }

  private int root(int partition) {
    return partition < roots.length ? roots[partition] : NONE;
  }

  private void setRoot(int partition, int slot) {
    if (partition >= roots.length) {
      int known = roots.length;
      roots = Arrays.copyOf(roots, Math.max(partition + 1, known + (known >> 1)));
      Arrays.fill(roots, known, roots.length, NONE);
    }
    roots[partition] = slot;
  }

  /** Has a partition no row, not even one of weight 0? */
  public boolean isEmpty(int partition) {
    return root(partition) < 0;
  }

  /** The weight of all rows of a partition. */
  public long total(int partition) {
    return count(root(partition));
  }

  private long count(int slot) {
    return slot < 0 ? 0 : counts[slot];
  }

  /** The weight of a row. */
  public long weight(int slot) {
    return rows.page(slot)[rows.offset(slot) + weightWord];
  }

  /** Finds the row of a partition that is equal in the order to one given as words. */
  public int find(int partition, long[] words) {
    prefix = order.prefix(words, 0);
    secondPrefix = order.secondPrefix(words, 0, prefix);
    place = NONE;
    int slot = root(partition);
    while (slot >= 0) {
      int compared = Long.compare(prefix, prefixes[2 * slot]);
      if (compared == 0) {
        compared = Long.compare(secondPrefix, prefixes[2 * slot + 1]);
      }
      if (compared == 0) {
        compared = order.compare(words, 0, rows.page(slot), rows.offset(slot));
        if (compared == 0) {
          return slot;
        }
      }
      place = slot;
      isLeftOfPlace = compared < 0;
      slot = isLeftOfPlace ? left[slot] : right[slot];
    }
    return NONE;
  }

  /**
   * Adds the row that {@link #find} did not find, right after that, with weight 0.
   *
   * @param number what {@link #number} gives
   */
  public int add(int partition, long[] words, int number) {
    int slot = rows.add();
    long[] page = rows.writable(slot);
    int from = rows.offset(slot);
    System.arraycopy(words, 0, page, from, Math.min(words.length, rows.stride()));
    page[from + weightWord] = 0;
    setOwner(slot, partition, number);
    link(partition, slot);
    return slot;
  }

  /** Sets what {@link #number} gives. */
  public void setNumber(int slot, int number) {
    if (number(slot) != number) {
      setOwner(slot, partition(slot), number);
    }
  }

  private void setOwner(int slot, int partition, int number) {
    rows.writable(slot)[rows.offset(slot) + ownerWord] =
        (long) partition << PARTITION_SHIFT | (number & 0xffff_ffffL);
  }

  private void link(int partition, int slot) {
    if (slot >= left.length) {
      int size = Math.max(slot + 1, Math.max(16, left.length + (left.length >> 1)));
      left = Arrays.copyOf(left, size);
      right = Arrays.copyOf(right, size);
      parents = Arrays.copyOf(parents, size);
      prefixes = Arrays.copyOf(prefixes, Math.multiplyExact(2, size));
      counts = Arrays.copyOf(counts, size);
      if (summaries != null) {
        summaries.ensure(size);
      }
    }
    left[slot] = NONE;
    right[slot] = NONE;
    parents[slot] = place;
    prefixes[2 * slot] = prefix;
    prefixes[2 * slot + 1] = secondPrefix;
    counts[slot] = 0;
    combine(slot);
    if (place < 0) {
      setRoot(partition, slot);
    } else if (isLeftOfPlace) {
      left[place] = slot;
    } else {
      right[place] = slot;
    }
    while (parents[slot] >= 0 && isAbove(slot, parents[slot])) {
      rotateUp(partition, slot);
    }
  }

  private boolean isAbove(int a, int b) {
    long x = hashing.hash(a);
    long y = hashing.hash(b);
    return x == y ? a < b : x > y;
  }

  private void rotateUp(int partition, int slot) {
    int parent = parents[slot];
    int above = parents[parent];
    int moved;
    if (left[parent] == slot) {
      moved = right[slot];
      left[parent] = moved;
      right[slot] = parent;
    } else {
      moved = left[slot];
      right[parent] = moved;
      left[slot] = parent;
    }
    if (moved >= 0) {
      parents[moved] = parent;
    }
    parents[parent] = slot;
    replaceChild(partition, above, parent, slot);
    long all = counts[parent];
    counts[parent] = all - counts[slot] + count(moved);
    counts[slot] = all;
    combine(parent);
    combine(slot);
  }

  private void combine(int slot) {
    if (summaries != null) {
      summaries.combine(slot, left[slot], right[slot]);
    }
  }

  /** Puts a row, or none, where another was below a row, or at the root. */
  private void replaceChild(int partition, int above, int old, int slot) {
    if (slot >= 0) {
      parents[slot] = above;
    }
    if (above < 0) {
      setRoot(partition, slot);
    } else if (left[above] == old) {
      left[above] = slot;
    } else {
      right[above] = slot;
    }
  }

  /** Adds to the weight of a row. */
  public void addWeight(int slot, long weight) {
    rows.writable(slot)[rows.offset(slot) + weightWord] += weight;
    addCount(slot, weight);
  }

  private void addCount(int slot, long weight) {
    for (int at = slot; at >= 0; at = parents[at]) {
      counts[at] += weight;
      combine(at);
    }
  }

  /** Removes a row. */
  public void remove(int slot) {
    int partition = partition(slot);
    addWeight(slot, -weight(slot));
    while (left[slot] >= 0 && right[slot] >= 0) {
      rotateUp(partition, isAbove(left[slot], right[slot]) ? left[slot] : right[slot]);
    }
    replaceChild(partition, parents[slot], slot, Math.max(left[slot], right[slot]));
    rows.remove(slot);
  }

  /** Compares the places of two rows of one partition. */
  public int compare(int a, int b) {
    int compared = Long.compare(prefixes[2 * a], prefixes[2 * b]);
    if (compared == 0) {
      compared = Long.compare(prefixes[2 * a + 1], prefixes[2 * b + 1]);
    }
    return compared != 0 || a == b
        ? compared
        : order.compare(rows.page(a), rows.offset(a), rows.page(b), rows.offset(b));
  }

  /** The weight of the rows at the front of a partition. */
  public long count(int partition, Front front) {
    long before = 0;
    int slot = root(partition);
    while (slot >= 0) {
      if (front.has(rows.page(slot), rows.offset(slot))) {
        before += counts[slot] - count(right[slot]);
        slot = right[slot];
      } else {
        slot = left[slot];
      }
    }
    return before;
  }

  /** Folds the rows of a partition from a place to another, both included; none if it is before. */
  public void fold(int partition, long from, long to, Fold fold) {
    if (from <= to) {
      foldBelow(root(partition), from, to, fold);
    }
  }

  private void foldBelow(int slot, long from, long to, Fold fold) {
    if (slot < 0 || from >= counts[slot] || to < 0) {
      return;
    }
    if (from <= 0 && to >= counts[slot] - 1) {
      fold.subtree(slot);
      return;
    }
    long smaller = count(left[slot]);
    long own = counts[slot] - smaller - count(right[slot]);
    foldBelow(left[slot], from, to, fold);
    if (own > 0 && from < smaller + own && to >= smaller) {
      fold.row(slot);
    }
    foldBelow(right[slot], from - smaller - own, to - smaller - own, fold);
  }

  /** The row at the root of a row's left subtree; none if there is none. */
  public int left(int slot) {
    return left[slot];
  }

  /** The row at the root of a row's right subtree; none if there is none. */
  public int right(int slot) {
    return right[slot];
  }

  /** The row before the place of the one that {@link #find} did not find, right after that. */
  public int beforePlace() {
    return place < 0 || !isLeftOfPlace ? place : previous(place);
  }

  /** How many rows lead to one from the root of its partition. */
  int depth(int slot) {
    int depth = 0;
    for (int at = slot; at >= 0; at = parents[at]) {
      depth++;
    }
    return depth;
  }

  /** The weight of all rows before one in its partition. */
  public long before(int slot) {
    long before = count(left[slot]);
    for (int at = slot; parents[at] >= 0; at = parents[at]) {
      int parent = parents[at];
      if (right[parent] == at) {
        before += counts[parent] - counts[at];
      }
    }
    return before;
  }

  /** The row of a partition that has a place, from 0, below {@link #total}. */
  public int at(int partition, long index) {
    assert index >= 0 && index < total(partition) : "no row at " + index;
    long rest = index;
    int slot = root(partition);
    while (true) {
      long smaller = count(left[slot]);
      if (rest < smaller) {
        slot = left[slot];
        continue;
      }
      long own = counts[slot] - smaller - count(right[slot]);
      if (rest < smaller + own) {
        return slot;
      }
      rest -= smaller + own;
      slot = right[slot];
    }
  }

  /** The last row of a partition, of any weight. */
  public int last(int partition) {
    int slot = root(partition);
    while (slot >= 0 && right[slot] >= 0) {
      slot = right[slot];
    }
    return slot;
  }

  /** Does a row given as words come after the last row of a partition, which has one? */
  public boolean isBehindLast(int partition, long[] words) {
    int last = last(partition);
    long ofWords = order.prefix(words, 0);
    return ofWords != prefixes[2 * last]
        ? ofWords > prefixes[2 * last]
        : order.compareRows(words, 0, rows.page(last), rows.offset(last)) > 0;
  }

  /** The row behind one in its partition, of any weight. */
  public int next(int slot) {
    return neighbour(slot, right, left);
  }

  /** The row before one in its partition, of any weight. */
  public int previous(int slot) {
    return neighbour(slot, left, right);
  }

  private int neighbour(int slot, int[] towards, int[] away) {
    int at = towards[slot];
    if (at >= 0) {
      while (away[at] >= 0) {
        at = away[at];
      }
      return at;
    }
    at = slot;
    while (parents[at] >= 0 && towards[parents[at]] == at) {
      at = parents[at];
    }
    return parents[at];
  }

  /** Makes the trees of rows that were restored. */
  public void relink() {
    order.refresh();
    boolean[] isFree = rows.isFree();
    long[] words = new long[rows.stride()];
    for (int slot = 0; slot < isFree.length; slot++) {
      if (!isFree[slot]) {
        System.arraycopy(rows.page(slot), rows.offset(slot), words, 0, words.length);
        int found = find(partition(slot), words);
        StateFormat.check(found < 0, "equal rows of an order", slot);
        link(partition(slot), slot);
        addCount(slot, words[weightWord]);
      }
    }
  }
}
