package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import java.util.BitSet;

/**
 * Counts pairs of a slot and a value: the multiset of values of each group. An entry stays until
 * {@link #remove}, also at count 0, so that other structures can hold on to it. Entries are {@link
 * GroupRows}, found by a {@link SlotIndex}.
 */
public final class CountedSet {
  private static final int SLOT = 0;
  private static final int VALUE = 1;
  private static final int COUNT = 2;
  private static final int WORDS = 3;

  /** Takes the entries one by one. */
  public interface Visitor {
    void visit(int slot, long value, long count);
  }

  private final Hashing hashing;
  private final GroupRows entries = new GroupRows(WORDS);
  private final SlotIndex index = new SlotIndex();

  public CountedSet(Hashing hashing) {
    this.hashing = hashing;
  }

  private long hash(int slot, long value) {
    return Hashing.finish(Hashing.mix(hashing.start() + slot, value));
  }

  private int find(int slot, long value, long hash) {
    long[] table = index.entries();
    int mask = table.length - 1;
    int at = SlotIndex.home(hash, mask);
    for (long entry = table[at]; entry != 0; entry = table[at]) {
      if (SlotIndex.isOf(entry, hash)) {
        int found = SlotIndex.slot(entry);
        long[] page = entries.page(found);
        int from = entries.offset(found);
        if (page[from + SLOT] == slot && page[from + VALUE] == value) {
          return found;
        }
      }
      at = (at + 1) & mask;
    }
    return -1;
  }

  /** The count of a value in a slot; 0 if there is no entry. */
  public long count(int slot, long value) {
    int found = find(slot, value, hash(slot, value));
    return found < 0 ? 0 : entries.page(found)[entries.offset(found) + COUNT];
  }

  /** Is there an entry, maybe with count 0? */
  public boolean contains(int slot, long value) {
    return find(slot, value, hash(slot, value)) >= 0;
  }

  /** Adds to the count and returns the new one; makes an entry if need be. */
  public long add(int slot, long value, long weight) {
    long hash = hash(slot, value);
    int found = find(slot, value, hash);
    if (found >= 0) {
      return entries.writable(found)[entries.offset(found) + COUNT] += weight;
    }
    int entry = entries.add();
    long[] page = entries.writable(entry);
    int from = entries.offset(entry);
    page[from + SLOT] = slot;
    page[from + VALUE] = value;
    page[from + COUNT] = weight;
    index.add(hash, entry);
    return weight;
  }

  /** Removes an entry. */
  public void remove(int slot, long value) {
    long hash = hash(slot, value);
    int found = find(slot, value, hash);
    assert found >= 0 : "no entry: slot=" + slot + " value=" + value;
    index.remove(hash, found);
    entries.remove(found);
  }

  /** Removes all entries of some slots; looks at all entries. */
  public void removeAll(BitSet slots) {
    boolean[] isFree = entries.isFree();
    for (int entry = 0; entry < isFree.length; entry++) {
      if (!isFree[entry]) {
        long[] page = entries.page(entry);
        int from = entries.offset(entry);
        int slot = (int) page[from + SLOT];
        if (slots.get(slot)) {
          index.remove(hash(slot, page[from + VALUE]), entry);
          entries.remove(entry);
        }
      }
    }
  }

  /** How many entries there are. */
  public int size() {
    return entries.size();
  }

  /** About how many bytes it takes. */
  public long bytes() {
    return entries.bytes() + index.bytes();
  }

  /** Visits all entries, in no order that means anything. */
  public void forEach(Visitor visitor) {
    boolean[] isFree = entries.isFree();
    for (int entry = 0; entry < isFree.length; entry++) {
      if (!isFree[entry]) {
        long[] page = entries.page(entry);
        int from = entries.offset(entry);
        visitor.visit((int) page[from + SLOT], page[from + VALUE], page[from + COUNT]);
      }
    }
  }

  /** Adds the values of all entries to a set of codes. */
  public void mark(CodeSet live) {
    forEach((slot, value, count) -> live.add(value));
  }

  /** The entries as they are now. */
  public StateImage capture() {
    return entries.capture();
  }

  /** Takes over entries that were captured; there must be none yet. */
  public void restore(StateReader in) {
    entries.restore(in);
    boolean[] isFree = entries.isFree();
    for (int entry = 0; entry < isFree.length; entry++) {
      if (!isFree[entry]) {
        long[] page = entries.page(entry);
        int from = entries.offset(entry);
        index.add(hash((int) page[from + SLOT], page[from + VALUE]), entry);
      }
    }
  }
}
