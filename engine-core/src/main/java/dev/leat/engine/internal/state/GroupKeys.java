package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.plan.Schema;

/**
 * Gives each distinct key a slot: a small number by which operators know it, and a row of {@link
 * GroupRows} in which they keep all that they know of it, behind the words of the key. Slots count
 * up in the order in which keys come; those of removed keys are given out again, the last removed
 * first. So slots depend on the rows alone, not on hashes or codes.
 */
public abstract class GroupKeys {
  /** What joins keep of a key: how many rows it has, and the first. */
  private static final int JOIN_PAYLOAD = 2;

  private final KeyLayout layout;
  private final GroupRows rows;

  GroupKeys(KeyLayout layout, int payloadWords) {
    this.layout = layout;
    this.rows = new GroupRows(layout.stride() + payloadWords);
  }

  /** Keys of some columns, by index, of a schema, and words that are kept of each. */
  public static GroupKeys of(Schema schema, int[] columns, int payloadWords, Hashing hashing) {
    return isCode(schema, columns)
        ? new CodeKeyTable(layout(schema, columns), payloadWords)
        : new KeyTable(layout(schema, columns), payloadWords, hashing);
  }

  /**
   * Keys for joins: rows of another relation can be looked up in them. Equal are keys of any two
   * relations whose columns have the same types, in the same order.
   *
   * @param layout how they lie in the rows, see {@link #joinLayout}
   * @param isCode is a key one dictionary code?
   */
  static GroupKeys ofJoin(KeyLayout layout, boolean isCode, Hashing hashing) {
    return isCode
        ? new CodeKeyTable(layout, JOIN_PAYLOAD)
        : new KeyTable(layout, JOIN_PAYLOAD, hashing);
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
   * @param words copies of the slots' rows
   * @param at where the row of each selected row's slot begins, at the row's index
   */
  public boolean areRight(Batch batch, long[] words, int[] at) {
    return true;
  }

  /** Removes the key of a slot; the slot may be given to another key. */
  public abstract void remove(int slot);

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
    return rows.bytes() + lookupBytes();
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
