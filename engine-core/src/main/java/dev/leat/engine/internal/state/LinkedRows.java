package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.plan.Schema;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The rows of a relation, each kept once, which are found by each of several keys. Of each key it
 * is known which row of another relation it matches.
 *
 * <p><b>Structure.</b> A key has a row of {@link GroupKeys}: its words, then one with its match and
 * with the newest of its rows. A stored row has its columns' words; for each key a word with the
 * key's slot and the next row of it; where rows can go, the ones before, two to a word, and its
 * number. A row whose key has a null that matches nothing is in no chain of that key.
 *
 * <p><b>Numbers.</b> Rows that only come have their places for numbers. Others have those that
 * their relation gives them.
 *
 * <p><b>Threading.</b> One thread.
 */
public final class LinkedRows implements Checkpointed {
  /**
   * A key by which rows are found.
   *
   * @param columns indexes of its columns; none for one key that all rows have
   * @param matchesNull is null a value like others?
   */
  public record Key(int[] columns, boolean matchesNull) {}

  /** What is told of a key that is new. */
  public static final int UNKNOWN = -2;

  private static final int NONE = -1;
  private static final int HALF = 32;
  private static final long LOW = 0xffffffffL;

  /** The newest row of a key that has none, until it is removed. */
  private static final long EMPTIED = LOW;

  private final KeyLayout columns;
  private final RowReader reader;
  private final KeyProbe[] probes;
  private final GroupKeys[] keys;

  /** By key: the word of its row that has its match, above, and its newest row plus one. */
  private final int[] headWord;

  private final GroupRows rows;
  private final int linkWord;
  private final int beforeWord;
  private final int numberWord;
  private final boolean isNumbered;

  /** Where rows have numbers: by number, the place of the row plus one. */
  private int[] placeOfNumber = new int[0];

  /** By key and by row of the batch: the slot of its key, or -1. */
  private final int[][] slots;

  private int removedCount;
  private int[] removed = new int[0];
  private final int[] emptiedCount;
  private final int[][] emptied;

  /**
   * No rows.
   *
   * @param isNumbered does the relation give its rows numbers? Else rows only come
   */
  public LinkedRows(Schema schema, List<Key> keys, boolean isNumbered, Hashing hashing) {
    int count = keys.size();
    this.columns = KeyLayout.of(schema);
    this.reader = new RowReader(columns);
    this.isNumbered = isNumbered;
    this.probes = new KeyProbe[count];
    this.keys = new GroupKeys[count];
    this.headWord = new int[count];
    for (int k = 0; k < count; k++) {
      Key key = keys.get(k);
      probes[k] = new KeyProbe(schema, key.columns(), key.matchesNull());
      this.keys[k] =
          GroupKeys.ofJoin(probes[k].layout(), GroupKeys.isCode(schema, key.columns()), 1, hashing);
      headWord[k] = probes[k].layout().stride();
    }
    this.linkWord = columns.stride();
    this.beforeWord = linkWord + count;
    this.numberWord = beforeWord + (count + 1) / 2;
    this.rows = new GroupRows(isNumbered ? numberWord + 1 : beforeWord);
    this.slots = new int[count][0];
    this.emptied = new int[count][0];
    this.emptiedCount = new int[count];
  }

  /** Finds the keys of all rows of a batch; of new ones the match is {@link #UNKNOWN}. */
  public void findKeys(Batch in) {
    for (int k = 0; k < keys.length; k++) {
      if (slots[k].length < in.rows()) {
        slots[k] = new int[in.rows() + (in.rows() >> 1)];
      }
      keys[k].findOrAdd(probes[k].keyed(in, slots[k]), slots[k]);
    }
    reader.read(in);
  }

  /** By row of the batch, the key that was found for it, or -1 if it matches nothing. */
  public int[] keysOfRows(int k) {
    return slots[k];
  }

  /** How many keys there are. */
  public int keyCount(int k) {
    return keys[k].size();
  }

  /** How the keys lie in the batches that are added. */
  public KeyProbe probe(int k) {
    return probes[k];
  }

  /**
   * Looks up the keys of another relation's rows.
   *
   * @param other how they lie in its batches
   * @param found is given the key of each selected row at the row's index, or -1
   */
  public void find(int k, Batch batch, KeyProbe other, int[] found) {
    keys[k].find(other.keyed(batch, found), other.reader(), found);
  }

  private long head(int k, int key) {
    return keys[k].rows().page(key)[keys[k].rows().offset(key) + headWord[k]];
  }

  /** What a key matches: what was set, or {@link #UNKNOWN}; -1 for no key. */
  public int match(int k, int key) {
    return key < 0 ? NONE : (int) (head(k, key) >>> HALF) + UNKNOWN;
  }

  /**
   * Sets what a key matches.
   *
   * @param match a place of the other relation, or -1
   */
  public void match(int k, int key, int match) {
    long[] page = keys[k].rows().writable(key);
    int at = keys[k].rows().offset(key) + headWord[k];
    page[at] = (page[at] & LOW) | (long) (match - UNKNOWN) << HALF;
  }

  /** The place of the newest row of a key, or -1. */
  public int first(int k, int key) {
    return (int) head(k, key) - 1;
  }

  /** The place of the next row of the same key, or -1. */
  public int next(int k, int place) {
    return (int) rows.page(place)[rows.offset(place) + linkWord + k] - 1;
  }

  /** The key of a row, or -1 if it matches nothing. */
  public int key(int k, int place) {
    return (int) (rows.page(place)[rows.offset(place) + linkWord + k] >>> HALF) - 1;
  }

  /** The place of the row of a number. */
  public int place(int number) {
    return isNumbered ? placeOfNumber[number] - 1 : number;
  }

  /** The number of the row at a place. */
  public int number(int place) {
    return isNumbered ? (int) rows.page(place)[rows.offset(place) + numberWord] : place;
  }

  /** All places are below this. */
  public int bound() {
    return rows.bound();
  }

  /**
   * Adds a row of the batch whose keys were found.
   *
   * @param number what the relation calls it; not used where rows only come
   * @return its place
   */
  public int add(int row, int number) {
    int place = rows.add();
    long[] page = rows.writable(place);
    int from = rows.offset(place);
    reader.copy(row, page, from);
    for (int k = 0; k < keys.length; k++) {
      int key = slots[k][row];
      page[from + linkWord + k] = key < 0 ? 0 : (key + 1L) << HALF | link(k, key, place);
    }
    if (isNumbered) {
      page[from + numberWord] = number;
      if (number >= placeOfNumber.length) {
        placeOfNumber = Arrays.copyOf(placeOfNumber, number + 16 + (number >> 1));
      }
      placeOfNumber[number] = place + 1;
    }
    return place;
  }

  /** Makes a row the newest of a key; gives the one that was plus one. */
  private long link(int k, int key, int place) {
    GroupRows of = keys[k].rows();
    long[] page = of.writable(key);
    int at = of.offset(key) + headWord[k];
    long next = page[at] & LOW;
    page[at] = (page[at] & ~LOW) | (place + 1);
    if (next != 0 && isNumbered) {
      setBefore(k, (int) next - 1, place + 1);
    }
    return next;
  }

  private void setBefore(int k, int place, long before) {
    long[] page = rows.writable(place);
    int at = rows.offset(place) + beforeWord + (k >> 1);
    page[at] = (k & 1) == 0 ? (page[at] & ~LOW) | before : (page[at] & LOW) | before << HALF;
  }

  private long before(int k, int place) {
    long word = rows.page(place)[rows.offset(place) + beforeWord + (k >> 1)];
    return (k & 1) == 0 ? word & LOW : word >>> HALF;
  }

  /**
   * Takes a row out of the chains of its keys. It can be read at its place until {@link #release}.
   */
  public void remove(int place) {
    assert isNumbered : "rows of this relation only come";
    placeOfNumber[number(place)] = 0;
    for (int k = 0; k < keys.length; k++) {
      int key = key(k, place);
      if (key >= 0) {
        unlink(k, key, place);
      }
    }
    if (removedCount == removed.length) {
      removed = Arrays.copyOf(removed, removedCount + 16 + (removedCount >> 1));
    }
    removed[removedCount++] = place;
  }

  private void unlink(int k, int key, int place) {
    long next = rows.page(place)[rows.offset(place) + linkWord + k] & LOW;
    long before = before(k, place);
    if (next != 0) {
      setBefore(k, (int) next - 1, before);
    }
    if (before != 0) {
      long[] page = rows.writable((int) before - 1);
      int at = rows.offset((int) before - 1) + linkWord + k;
      page[at] = (page[at] & ~LOW) | next;
      return;
    }
    long[] page = keys[k].rows().writable(key);
    int at = keys[k].rows().offset(key) + headWord[k];
    page[at] = (page[at] & ~LOW) | next;
    if (next == 0) {
      if (emptiedCount[k] == emptied[k].length) {
        emptied[k] = Arrays.copyOf(emptied[k], emptiedCount[k] + 16 + (emptiedCount[k] >> 1));
      }
      emptied[k][emptiedCount[k]++] = key;
    }
  }

  /** Lets go of the rows that were removed, and of the keys that no row has any more. */
  public void release() {
    for (int i = 0; i < removedCount; i++) {
      rows.remove(removed[i]);
    }
    removedCount = 0;
    for (int k = 0; k < keys.length; k++) {
      // A key may have become empty several times, and have rows again.
      for (int i = 0; i < emptiedCount[k]; i++) {
        int key = emptied[k][i];
        long[] page = keys[k].rows().writable(key);
        int at = keys[k].rows().offset(key) + headWord[k];
        boolean isEmpty = (page[at] & LOW) == 0;
        emptied[k][i] = isEmpty ? key : NONE;
        page[at] |= isEmpty ? EMPTIED : 0;
      }
      for (int i = 0; i < emptiedCount[k]; i++) {
        if (emptied[k][i] >= 0) {
          keys[k].remove(emptied[k][i]);
        }
      }
      emptiedCount[k] = 0;
    }
  }

  /** The rows, by place: their first words are those of the columns. */
  public GroupRows rows() {
    return rows;
  }

  /** How the columns of a row lie in its words. */
  public KeyLayout columns() {
    return columns;
  }

  /** The numbers of a batch's rows, by row. */
  public int[] numbers(Batch in) {
    assert isNumbered : "rows that only come have their places for numbers";
    return Objects.requireNonNull(in.slots(), "the relation numbers its rows");
  }

  /** About how many bytes it takes. */
  public long stateBytes() {
    long bytes = rows.bytes() + (long) placeOfNumber.length * Integer.BYTES;
    for (GroupKeys of : keys) {
      bytes += of.bytes();
    }
    return bytes;
  }

  /** Adds the codes that it holds. */
  public void mark(CodeSet live) {
    for (GroupKeys of : keys) {
      of.mark(live);
    }
    boolean[] isFree = rows.isFree();
    for (int place = 0; place < isFree.length; place++) {
      if (!isFree[place]) {
        columns.mark(rows.page(place), rows.offset(place), live);
      }
    }
  }

  @Override
  public StateImage capture() {
    StateImage ofRows = rows.capture();
    List<StateImage> ofKeys = Arrays.stream(keys).map(GroupKeys::capture).toList();
    return out -> {
      ofRows.writeTo(out);
      ofKeys.forEach(image -> image.writeTo(out));
    };
  }

  @Override
  public void restore(StateReader in) {
    rows.restore(in);
    for (GroupKeys of : keys) {
      of.restore(in);
    }
    boolean[] isFree = rows.isFree();
    for (int place = 0; place < isFree.length; place++) {
      if (!isFree[place]) {
        restored(place);
      }
    }
  }

  private void restored(int place) {
    for (int k = 0; k < keys.length; k++) {
      int key = key(k, place);
      StateFormat.check(key < keys[k].bound(), "key of a row", key);
      StateFormat.check(next(k, place) < rows.bound(), "row of a key", next(k, place));
    }
    if (isNumbered) {
      int number = number(place);
      StateFormat.check(number >= 0, "number of a row", number);
      if (number >= placeOfNumber.length) {
        placeOfNumber = Arrays.copyOf(placeOfNumber, number + 1 + (number >> 1));
      }
      placeOfNumber[number] = place + 1;
    }
  }
}
