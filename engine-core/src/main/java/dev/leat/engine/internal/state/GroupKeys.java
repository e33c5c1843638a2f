package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.plan.Schema;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gives each distinct key a slot: a small number by which operators know it, and a row of {@link
 * GroupRows} in which they keep all that they know of it, behind the words of the key. Slots count
 * up in the order in which keys come; those of removed keys are given out again, the last removed
 * first. So slots depend on the rows alone, not on hashes or codes.
 */
public abstract class GroupKeys {
  private final KeyLayout layout;
  private final GroupRows rows;
  private final Hashing hashing;
  private @Nullable RowIndex forReaders;

  /** The slots of keys whose rows are still to be made, and where each key is found. */
  private int[] reserved = new int[16];

  private int[] sources = new int[16];
  private int reservedCount;

  GroupKeys(KeyLayout layout, int payloadWords, Hashing hashing) {
    this.layout = layout;
    this.rows = new GroupRows(layout.stride() + payloadWords);
    this.hashing = hashing;
  }

  /** Keys of some columns, by index, of a schema, and words that are kept of each. */
  public static GroupKeys of(Schema schema, int[] columns, int payloadWords, Hashing hashing) {
    return isCode(schema, columns)
        ? new CodeKeyTable(layout(schema, columns), payloadWords, hashing)
        : new KeyTable(layout(schema, columns), payloadWords, hashing);
  }

  /**
   * Keys for joins: rows of another relation can be looked up in them. Equal are keys of any two
   * relations whose columns have the same types, in the same order.
   *
   * @param layout how they lie in the rows, see {@link #joinLayout}
   * @param isCode is a key one dictionary code?
   * @param payloadWords words that are kept of each
   */
  static GroupKeys ofJoin(KeyLayout layout, boolean isCode, int payloadWords, Hashing hashing) {
    return isCode
        ? new CodeKeyTable(layout, payloadWords, hashing)
        : new KeyTable(layout, payloadWords, hashing);
  }

  /** How the keys of a join lie in the rows of one of its relations. */
  static KeyLayout joinLayout(Schema schema, int[] columns, boolean matchesNull) {
    if (isCode(schema, columns)) {
      return KeyLayout.ofCode(columns[0]);
    }
    return matchesNull
        ? KeyLayout.ofNullable(schema, columns)
        : KeyLayout.ofNotNull(schema, columns);
  }

  /** How keys of some columns, by index, of a schema lie in the rows. */
  public static KeyLayout layout(Schema schema, int[] columns) {
    return isCode(schema, columns) ? KeyLayout.ofCode(columns[0]) : KeyLayout.of(schema, columns);
  }

  static boolean isCode(Schema schema, int[] columns) {
    return columns.length == 1 && schema.field(columns[0]).type().isEncoded();
  }

  /**
   * Finds the slots of the selected rows' keys; makes new ones for new keys.
   *
   * @param slots is given the slot of each selected row, at the row's index
   */
  public abstract void findOrAdd(Batch batch, int[] slots);

  /**
   * The same for keys that are one dictionary code, none of them null.
   *
   * @param slots is given the slot of each code, at the code's index
   * @throws IllegalStateException if keys are something else
   */
  public void findOrAdd(int[] codes, int count, int[] slots) {
    throw new IllegalStateException("keys are not one dictionary code");
  }

  /**
   * Finds the slots of the keys of another relation's rows, laid out in the same way; -1 where
   * there is none.
   *
   * @param rows reads the keys of the batch
   * @param slots is given the slot of each selected row, at the row's index
   */
  abstract void find(Batch batch, RowReader rows, int[] slots);

  /**
   * Like {@link #findOrAdd}, but some of the slots may be guesses that nobody has compared with the
   * rows' keys: the caller reads the rows anyway, and {@link #areRight} compares them then.
   */
  public void guess(Batch batch, int[] slots) {
    findOrAdd(batch, slots);
  }

  /**
   * Are the slots that were guessed right? If not, nothing happened, and the caller asks again,
   * with {@link #findOrAdd}.
   *
   * @param batch what was guessed for
   * @param touched copies of the slots' rows, all of which are of the batch
   * @param at where the row of each selected row's slot begins, at the row's index
   */
  public boolean areRight(Batch batch, TouchedRows touched, int[] at) {
    return true;
  }

  /** The slot of a key, or -1. */
  public abstract int find(long[] key);

  /** Removes the key of a slot; the slot may be given to another key. */
  public final void remove(int slot) {
    if (forReaders != null) {
      forReaders.remove(slot, hash(rows.page(slot), rows.offset(slot)));
    }
    forget(slot);
    rows.remove(slot);
  }

  /** Makes the key of a slot one that is not found. */
  abstract void forget(int slot);

  /** The slot of a new row with a key, which is to be made one that is found. */
  final int newRow(long[] key) {
    int slot = rows.add();
    int from = rows.offset(slot);
    long[] page = rows.writable(slot);
    for (int i = 0; i < layout.stride(); i++) {
      page[from + i] = key[i];
    }
    if (forReaders != null) {
      addForReaders(slot);
    }
    return slot;
  }

  /**
   * A slot for a new key whose row is made with those of others, by {@link #makeReserved}, because
   * many rows are made faster than one at a time: what they wait for, they wait for together.
   *
   * @param source says where the key is found then
   */
  final int reserve(int source) {
    if (reservedCount == reserved.length) {
      reserved = Arrays.copyOf(reserved, 2 * reservedCount);
      sources = Arrays.copyOf(sources, 2 * reservedCount);
    }
    int slot = rows.reserve();
    reserved[reservedCount] = slot;
    sources[reservedCount++] = source;
    return slot;
  }

  /**
   * Where the slots of new keys begin, if they come one behind the other; -1 if slots of removed
   * keys are to be given out first. Makes room for some.
   */
  final int reserving(int most) {
    assert reservedCount == 0 : "others are reserved";
    if (reserved.length < most) {
      reserved = new int[most + (most >> 1)];
      sources = new int[reserved.length];
    }
    return rows.nextReserved();
  }

  /** Where the sources of those are to be written, for whoever reserves one behind the other. */
  final int[] sources() {
    return sources;
  }

  /** Reserves slots from the next on, whose sources were written, and makes their rows. */
  final void reserveNext(int count) {
    for (int i = 0; i < count; i++) {
      reserved[i] = rows.reserve();
    }
    reservedCount = count;
    makeReserved();
  }

  /** Makes the rows of reserved slots. */
  final void makeReserved() {
    if (reservedCount == 0) {
      return;
    }
    rows.makeReserved(reserved, reservedCount);
    writeKeys(reserved, sources, reservedCount);
    for (int i = 0; i < reservedCount && forReaders != null; i++) {
      addForReaders(reserved[i]);
    }
    reservedCount = 0;
  }

  /** Writes the keys of some rows, each of which comes from a source. */
  abstract void writeKeys(int[] slots, int[] from, int count);

  private void addForReaders(int slot) {
    RowIndex known = Objects.requireNonNull(forReaders);
    if (known.isFull()) {
      forReaders = indexForReaders();
    } else {
      known.add(slot, hash(rows.page(slot), rows.offset(slot)));
    }
  }

  private RowIndex indexForReaders() {
    RowIndex made = new RowIndex(rows.size());
    boolean[] isFree = rows.isFree();
    for (int slot = 0; slot < isFree.length; slot++) {
      if (!isFree[slot]) {
        made.add(slot, hash(rows.page(slot), rows.offset(slot)));
      }
    }
    return made;
  }

  /** The hash of a key. */
  final long hash(long[] words, int from) {
    long hash = hashing.start();
    for (int i = 0; i < layout.stride(); i++) {
      hash = Hashing.mix(hash, words[from + i]);
    }
    return Hashing.finish(hash);
  }

  /** Is a key that of a row? */
  final boolean isKey(long[] page, int from, long[] key) {
    for (int i = 0; i < layout.stride(); i++) {
      if (page[from + i] != key[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Finds the slots of keys in a snapshot of the rows, for tables that keep behind the key a word
   * which is zero if a row does not exist.
   */
  public final class Finder {
    private final GroupRows.Snapshot snapshot;
    private final RowIndex.@Nullable Entries index;

    private Finder(GroupRows.Snapshot snapshot, RowIndex.@Nullable Entries index) {
      this.snapshot = snapshot;
      this.index = index;
    }

    /** The slot of a key, or -1. */
    public int find(long[] key) {
      if (index != null) {
        return index.find(hash(key, 0), slot -> isAt(slot, key));
      }
      for (int slot = 0; slot < snapshot.bound(); slot++) {
        if (isAt(slot, key)) {
          return slot;
        }
      }
      return -1;
    }

    private boolean isAt(int slot, long[] key) {
      long[] page = snapshot.page(slot);
      int from = snapshot.offset(slot);
      return page[from + layout.stride()] != 0 && isKey(page, from, key);
    }
  }

  /** Finds keys in a snapshot that was just taken, by looking at every row. */
  public final Finder finder(GroupRows.Snapshot snapshot) {
    return new Finder(snapshot, null);
  }

  /** The same by an index, which is made when it is first asked for, and kept up from then on. */
  public final Finder indexedFinder(GroupRows.Snapshot snapshot) {
    if (forReaders == null) {
      forReaders = indexForReaders();
    }
    return new Finder(snapshot, forReaders.snapshot());
  }

  /** Makes the key of a slot, whose row is there, one that is found. */
  abstract void index(int slot);

  /** How keys lie in the rows: from the first word on. */
  public final KeyLayout layout() {
    return layout;
  }

  /** The rows, by slot. */
  public final GroupRows rows() {
    return rows;
  }

  /** All slots are below this. */
  public final int bound() {
    return rows.bound();
  }

  /** How many keys there are. */
  public final int size() {
    return rows.size();
  }

  /** About how many bytes keys and rows take. */
  public final long bytes() {
    return rows.bytes()
        + lookupBytes()
        + (forReaders == null ? 0 : (long) RowIndex.WORDS_OF_ROW * Long.BYTES * rows.size());
  }

  /** About how many bytes is taken by what finds the keys. */
  abstract long lookupBytes();

  /** Adds the codes that its keys hold. */
  public final void mark(CodeSet live) {
    boolean[] isFree = rows.isFree();
    for (int slot = 0; slot < isFree.length; slot++) {
      if (!isFree[slot]) {
        layout.mark(rows.page(slot), rows.offset(slot), live);
      }
    }
  }

  /** The keys and their rows as they are now. */
  public final StateImage capture() {
    return rows.capture();
  }

  /** Takes over keys and rows that were captured; there must be none yet. */
  public final void restore(StateReader in) {
    rows.restore(in);
    boolean[] isFree = rows.isFree();
    for (int slot = 0; slot < isFree.length; slot++) {
      if (!isFree[slot]) {
        index(slot);
      }
    }
  }
}
