package dev.leat.engine.internal.state;

import com.carrotsearch.hppc.IntObjectHashMap;
import com.carrotsearch.hppc.cursors.ObjectCursor;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The rows of partitions that lie behind the first ones of an order, and are put in order only when
 * they are to be among those. So a row that lies far behind costs a look at a table, whatever the
 * number of rows.
 *
 * <p><b>Structure.</b> A {@link KeyTable} finds a row by its words, its weight is behind them. The
 * rows of a partition lie in <i>levels</i>: a row of one comes before all rows of those further
 * back, and within a level there is no order. Of each but the nearest the first row that may be in
 * it is known, a copy of one that was there once. When rows are taken, the nearest level is parted
 * in two by a row in the middle of some that are drawn, again and again, until it is small (an
 * incremental quicksort; G. Navarro and R. Paredes, On Sorting, Heaps, and Minimum Spanning Trees,
 * 2010). So levels double in size from the nearest to the furthest, most rows come to the furthest
 * and are compared once, and each row is parted from others about as often as the logarithm of
 * their number says, one behind the other in memory. A level that is smaller than the one before it
 * is joined to that before it is parted, so there are no more levels than that makes.
 *
 * <p>Which rows lie in which level is no part of a captured state, and of no result: whoever takes
 * rows gets the nearest ones, but how many follows from what was drawn.
 */
public final class RowsBehind implements Checkpointed {
  /** No row. */
  public static final int NONE = -1;

  private static final int DRAWN = 15;
  private static final int PARTITION_SHIFT = 32;
  private static final int LEVEL_SHIFT = 32;

  /** Takes a row over. */
  public interface Receiver {
    /**
     * Takes a row, whose words are at its slot until this returns.
     *
     * @param slot which one it was
     */
    void receive(int slot);
  }

  /** Some rows of a partition: the prefix and the slot of each, beside each other. */
  private static final class Level {
    long[] entries = new long[32];
    int size;

    /** The first row that may be in it, unless it is the nearest. */
    long[] first = {};

    long firstPrefix;

    long prefix(int place) {
      return entries[2 * place];
    }

    int slot(int place) {
      return (int) entries[2 * place + 1];
    }

    void add(long prefix, int slot) {
      if (2 * size == entries.length) {
        entries = Arrays.copyOf(entries, Math.multiplyExact(2, size + (size >> 1)));
      }
      set(size++, prefix, slot);
    }

    void set(int place, long prefix, int slot) {
      entries[2 * place] = prefix;
      entries[2 * place + 1] = slot;
    }

    void shorten(int to) {
      size = to;
      if (entries.length > 128 && 8 * size < entries.length) {
        entries = Arrays.copyOf(entries, 4 * size + 32);
      }
    }
  }

  /** The levels of a partition, the furthest first. */
  private static final class Levels {
    final List<Level> list = new ArrayList<>(1);
    int rows;

    Level nearest() {
      return list.get(list.size() - 1);
    }

    Level removeNearest() {
      return list.remove(list.size() - 1);
    }
  }

  private final KeyTable rows;
  private final RowReader reader;
  private final KeyLayout layout;
  private final RowOrder order;
  private final Hashing hashing;
  private final int weightWord;
  private final int ownerWord;

  /** By partition: its levels, the furthest first; none of a partition without rows. */
  private final IntObjectHashMap<Levels> levels = new IntObjectHashMap<>();

  /** By slot: which level of its partition a row is in, in the upper half, and where in it. */
  private long[] places = new long[0];

  /** Of no meaning: that it is kept is why entries are read before they are changed. */
  @SuppressWarnings("UnusedVariable")
  private long readAhead;

  private long draws;
  private long moves;

  /** No rows, laid out as others are in front of them. */
  public RowsBehind(KeyLayout layout, RowOrder order, Hashing hashing) {
    this.rows = new KeyTable(layout, 2, hashing);
    this.reader = new RowReader(layout);
    this.layout = layout;
    this.order = order;
    this.hashing = hashing;
    this.weightWord = layout.stride();
    this.ownerWord = weightWord + 1;
  }

  /** Has a partition no row here? */
  public boolean isEmpty(int partition) {
    return !levels.containsKey(partition);
  }

  /** How many rows there are. */
  public int size() {
    return rows.size();
  }

  /** All slots are below this. */
  public int bound() {
    return rows.bound();
  }

  /** The words among which a row lies. */
  public long[] page(int slot) {
    return rows.rows().page(slot);
  }

  /** Where it begins among them. */
  public int offset(int slot) {
    return rows.rows().offset(slot);
  }

  /** The weight of a row. */
  public long weight(int slot) {
    return page(slot)[offset(slot) + weightWord];
  }

  /** The number that the caller keeps of a row. */
  public int number(int slot) {
    return (int) page(slot)[offset(slot) + ownerWord];
  }

  /** Sets the number of a row. */
  public void setNumber(int slot, int number) {
    setOwner(slot, partition(slot), number);
  }

  /** The partition of a row. */
  public int partition(int slot) {
    return (int) (page(slot)[offset(slot) + ownerWord] >>> PARTITION_SHIFT);
  }

  private void setOwner(int slot, int partition, int number) {
    rows.rows().writable(slot)[offset(slot) + ownerWord] =
        (long) partition << PARTITION_SHIFT | (number & 0xffff_ffffL);
  }

  /**
   * Finds the rows of a batch, all of them in one go, so that what one waits for others need not
   * wait for, too.
   *
   * @param slots is given the slot of each selected row, at the row's index, or {@link #NONE}
   */
  public void find(Batch batch, int[] slots) {
    rows.find(batch, reader, slots);
    // What will be changed is read now: of many rows at once it is waited for once.
    long all = 0;
    for (int i = 0; i < batch.count(); i++) {
      int slot = slots[batch.row(i)];
      if (slot >= 0) {
        Level level = levels.get(partition(slot)).list.get((int) (places[slot] >>> LEVEL_SHIFT));
        all ^= level.entries[2 * (int) places[slot]];
      }
    }
    readAhead = all;
  }

  /** Adds a row that is not there, given as words; gives its slot. */
  public int add(int partition, long[] words, long weight, int number) {
    int slot = rows.findOrAdd(words);
    assert weight(slot) == 0 : "the row is there";
    rows.rows().writable(slot)[offset(slot) + weightWord] = weight;
    setOwner(slot, partition, number);
    place(slot, partition);
    return slot;
  }

  /** Adds to the weight of a row that is there; gives whether anything of it is left. */
  public boolean addWeight(int slot, long weight) {
    long sum = weight(slot) + weight;
    if (sum == 0) {
      remove(slot);
      return false;
    }
    rows.rows().writable(slot)[offset(slot) + weightWord] = sum;
    return true;
  }

  private void place(int slot, int partition) {
    Levels of = levels.get(partition);
    if (of == null) {
      of = new Levels();
      of.list.add(new Level());
      levels.put(partition, of);
    }
    long prefix = order.prefix(page(slot), offset(slot));
    int level = 0;
    while (level < of.list.size() - 1 && isBefore(prefix, slot, of.list.get(level))) {
      level++;
    }
    ensure(slot);
    put(of.list.get(level), level, prefix, slot);
    of.rows++;
  }

  private boolean isBefore(long prefix, int slot, Level level) {
    return prefix != level.firstPrefix
        ? prefix < level.firstPrefix
        : order.compareRows(page(slot), offset(slot), level.first, 0) < 0;
  }

  private void ensure(int slot) {
    if (slot >= places.length) {
      places =
          Arrays.copyOf(
              places, Math.max(slot + 1, Math.max(16, places.length + (places.length >> 1))));
    }
  }

  private void put(Level level, int number, long prefix, int slot) {
    places[slot] = (long) number << LEVEL_SHIFT | level.size;
    level.add(prefix, slot);
    moves++;
  }

  private void remove(int slot) {
    int partition = partition(slot);
    Levels of = levels.get(partition);
    Level level = of.list.get((int) (places[slot] >>> LEVEL_SHIFT));
    int last = level.size - 1;
    int place = (int) places[slot];
    places[level.slot(last)] = places[slot];
    level.set(place, level.prefix(last), level.slot(last));
    level.shorten(last);
    rows.remove(slot);
    if (--of.rows == 0) {
      levels.remove(partition);
    }
  }

  /**
   * Gives the nearest rows of a partition away: as many as are wanted, if there are, and less than
   * {@code surplus} others.
   *
   * @param surplus at least 1
   */
  public void take(int partition, long wanted, long surplus, Receiver to) {
    Levels of = levels.get(partition);
    long left = wanted;
    while (left > 0 && of != null && of.rows > 0) {
      if (of.nearest().size > surplus) {
        join(of);
        part(of);
        continue;
      }
      Level nearest = of.removeNearest();
      left -= nearest.size;
      of.rows -= nearest.size;
      for (int i = 0; i < nearest.size; i++) {
        to.receive(nearest.slot(i));
        rows.remove(nearest.slot(i));
      }
    }
    if (of != null && of.rows == 0) {
      levels.remove(partition);
    }
  }

  /** Joins levels that are smaller than the nearest one to it. */
  private void join(Levels of) {
    Level nearest = of.removeNearest();
    int smaller = of.list.size();
    for (long size = nearest.size; smaller > 0 && of.list.get(smaller - 1).size < size; ) {
      smaller--;
      size += of.list.get(smaller).size;
    }
    while (of.list.size() > smaller) {
      Level next = of.removeNearest();
      for (int i = 0; i < next.size; i++) {
        nearest.add(next.prefix(i), next.slot(i));
      }
    }
    for (int i = 0; i < nearest.size; i++) {
      places[nearest.slot(i)] = (long) smaller << LEVEL_SHIFT | i;
    }
    of.list.add(nearest);
  }

  /** Parts the nearest level in two. */
  private void part(Levels of) {
    Level far = of.nearest();
    int middle = middle(far);
    far.firstPrefix = far.prefix(middle);
    int first = far.slot(middle);
    far.first = Arrays.copyOfRange(page(first), offset(first), offset(first) + layout.stride());
    Level near = new Level();
    int kept = 0;
    for (int i = 0; i < far.size; i++) {
      long prefix = far.prefix(i);
      int slot = far.slot(i);
      if (isBefore(prefix, slot, far)) {
        put(near, of.list.size(), prefix, slot);
      } else {
        places[slot] = (long) (of.list.size() - 1) << LEVEL_SHIFT | kept;
        far.set(kept++, prefix, slot);
        moves++;
      }
    }
    far.shorten(kept);
    of.list.add(near);
  }

  /** The place of the row in the middle of some that are drawn. */
  private int middle(Level of) {
    int[] drawn = new int[DRAWN];
    for (int i = 0; i < DRAWN; i++) {
      int place = (int) Math.floorMod(hashing.hash(draws++), (long) of.size);
      int at = i;
      while (at > 0 && compare(of, place, drawn[at - 1]) < 0) {
        drawn[at] = drawn[at - 1];
        at--;
      }
      drawn[at] = place;
    }
    return drawn[DRAWN / 2];
  }

  private int compare(Level of, int place, int other) {
    int compared = Long.compare(of.prefix(place), of.prefix(other));
    int a = of.slot(place);
    int b = of.slot(other);
    return compared != 0 ? compared : order.compareRows(page(a), offset(a), page(b), offset(b));
  }

  /** How often a row was put into a level, since there were any: what the order has cost. */
  public long moves() {
    return moves;
  }

  /** About how many bytes rows and levels take. */
  public long bytes() {
    // An array that grows by half is four fifths full, as a rule.
    return rows.bytes() + (long) rows.size() * 5 / 4 * 3L * Long.BYTES;
  }

  /** Adds the dictionary codes that it holds. */
  public void mark(CodeSet live) {
    rows.mark(live);
    for (ObjectCursor<Levels> of : levels.values()) {
      for (Level level : of.value.list) {
        if (level.first.length > 0) {
          layout.mark(level.first, 0, live);
        }
      }
    }
  }

  @Override
  public StateImage capture() {
    return rows.capture();
  }

  @Override
  public void restore(StateReader in) {
    rows.restore(in);
    boolean[] isFree = rows.rows().isFree();
    for (int slot = 0; slot < isFree.length; slot++) {
      if (!isFree[slot]) {
        StateFormat.check(weight(slot) > 0, "weight of a row behind others", weight(slot));
        int partition = partition(slot);
        StateFormat.check(partition >= 0, "partition", partition);
        place(slot, partition);
      }
    }
  }
}
