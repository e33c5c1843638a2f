package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.checkpoint.StateWriter;

/**
 * How often each owner has each value in each pane of time, and in which panes around one it has
 * it. Panes follow on each other by a step; an owner is a number.
 *
 * <p><b>Structure.</b> An entry for each owner, pane and value that is there, and one for each
 * owner and value: in how many panes it is, and a pane behind which it is in none. Rows mostly come
 * in the order of time, so the pane before is mostly that one, and there is none behind; only for
 * rows that are out of order the panes around are tried one by one. Entries are {@link GroupRows},
 * found by hash.
 */
public final class PaneSets {
  private static final int OWNER = 0;
  private static final int VALUE = 1;
  private static final int PANE = 2;
  private static final int COUNT = 3;
  private static final int WORDS = 4;

  /** Of an owner and value: in how many panes it is, and that it is in none behind which. */
  private static final int PANES = 2;

  private static final int LAST = 3;

  private static final int NONE = -1;

  /** Panes that are over are forgotten when there are twice as many entries as were left. */
  private static final int MIN_FORGET = 256;

  private final Hashing hashing;
  private final long step;
  private final boolean isAppendOnly;
  private final GroupRows entries = new GroupRows(WORDS);
  private final SlotIndex index = new SlotIndex();
  private final GroupRows values = new GroupRows(WORDS);
  private final SlotIndex valueIndex = new SlotIndex();
  private int left;

  /** What changed last, and behind which pane the value was in none before. */
  private int owner;

  private long pane;
  private long value;
  private long last;
  private boolean isExact;
  private boolean isAnywhere;

  /**
   * Sets without values.
   *
   * @param step from a pane to the next
   * @param isAppendOnly if nothing is taken back; counts are then not kept
   */
  public PaneSets(Hashing hashing, long step, boolean isAppendOnly) {
    this.hashing = hashing;
    this.step = step;
    this.isAppendOnly = isAppendOnly;
  }

  /**
   * Adds to the count of a value.
   *
   * @return 1 if the value is in the pane since, -1 if it is not any more, else 0
   */
  public int add(int ofOwner, long inPane, long ofValue, long weight) {
    owner = ofOwner;
    pane = inPane;
    value = ofValue;
    long hash = hash(ofOwner, ofValue);
    int found = findValue(ofOwner, ofValue, hash);
    isAnywhere = found != NONE;
    last = isAnywhere ? word(values, found, LAST) : 0;
    isExact = isAppendOnly;
    int change;
    if (isAppendOnly && (!isAnywhere || inPane > last)) {
      addEntry(1);
      change = 1;
    } else if (isAppendOnly) {
      change = inPane == last || find(inPane) != NONE ? 0 : 1;
      if (change > 0) {
        addEntry(1);
      }
    } else {
      change = addCount(weight);
    }
    if (change > 0) {
      enter(found, hash);
    } else if (change < 0) {
      leave(found, hash);
    }
    return change;
  }

  /** Adds to the count of the entry; gives whether the value came or went. */
  private int addCount(long weight) {
    int entry = find(pane);
    long before = entry == NONE ? 0 : word(entries, entry, COUNT);
    long now = before + weight;
    if (entry == NONE) {
      addEntry(weight);
    } else if (now == 0) {
      removeEntry(entry);
    } else {
      entries.writable(entry)[entries.offset(entry) + COUNT] = now;
    }
    return (now > 0 ? 1 : 0) - (before > 0 ? 1 : 0);
  }

  private void enter(int found, long hash) {
    if (found == NONE) {
      int slot = values.add();
      set(values, slot, pane, 1, LAST, PANES);
      valueIndex.add(hash, slot);
    } else {
      long[] page = values.writable(found);
      int at = values.offset(found);
      page[at + PANES]++;
      page[at + LAST] = Math.max(page[at + LAST], pane);
    }
  }

  private void leave(int found, long hash) {
    long[] page = values.writable(found);
    int at = values.offset(found);
    page[at + PANES]--;
    if (page[at + PANES] == 0) {
      valueIndex.remove(hash, found);
      values.remove(found);
    }
  }

  private void addEntry(long count) {
    int slot = entries.add();
    set(entries, slot, pane, count, PANE, COUNT);
    index.add(hash(owner, pane, value), slot);
  }

  /** Sets the words of a new row of what changed last. */
  private void set(GroupRows rows, int slot, long a, long b, int wordOfA, int wordOfB) {
    long[] page = rows.writable(slot);
    int at = rows.offset(slot);
    page[at + OWNER] = owner;
    page[at + VALUE] = value;
    page[at + wordOfA] = a;
    page[at + wordOfB] = b;
  }

  private void removeEntry(int slot) {
    long[] page = entries.page(slot);
    int at = entries.offset(slot);
    index.remove(hash((int) page[at + OWNER], page[at + PANE], page[at + VALUE]), slot);
    entries.remove(slot);
  }

  /**
   * How many panes before the one that changed last its owner had the value last; 0 if not within
   * some.
   */
  public int before(int within) {
    if (!isAnywhere) {
      return 0;
    }
    if (isExact && last < pane) {
      long distance = (pane - last) / step;
      return distance > 0 && distance <= within ? (int) distance : 0;
    }
    long first = Math.min(pane - step, last);
    for (long at = first; at >= pane - within * step && at < pane; at -= step) {
      if (isIn(at)) {
        return (int) ((pane - at) / step);
      }
    }
    return 0;
  }

  /** How many panes behind it its owner has the value next; 0 if not within some. */
  public int behind(int within) {
    if (!isAnywhere || last <= pane) {
      return 0;
    }
    long end = Math.min(last, pane + within * step);
    for (long at = pane + step; at <= end; at += step) {
      if (isIn(at)) {
        return (int) ((at - pane) / step);
      }
    }
    return 0;
  }

  private boolean isIn(long other) {
    int entry = find(other);
    return entry != NONE && word(entries, entry, COUNT) > 0;
  }

  /**
   * Forgets panes, sooner or later, that nobody asks for again.
   *
   * @param end that of the last of them, which itself is not forgotten
   */
  public void forgetBefore(long end) {
    if (entries.size() < MIN_FORGET + 2 * left) {
      return;
    }
    boolean[] isFree = entries.isFree();
    for (int slot = 0; slot < isFree.length; slot++) {
      if (!isFree[slot] && word(entries, slot, PANE) < end) {
        forget(slot);
      }
    }
    left = entries.size();
  }

  private void forget(int slot) {
    int of = (int) word(entries, slot, OWNER);
    long what = word(entries, slot, VALUE);
    boolean isThere = word(entries, slot, COUNT) > 0;
    removeEntry(slot);
    if (isThere) {
      long hash = hash(of, what);
      leave(findValue(of, what, hash), hash);
    }
  }

  private static long word(GroupRows rows, int slot, int word) {
    return rows.page(slot)[rows.offset(slot) + word];
  }

  private long hash(int of, long what) {
    return Hashing.finish(Hashing.mix(hashing.start() + of, what));
  }

  private long hash(int of, long in, long what) {
    return Hashing.finish(Hashing.mix(Hashing.mix(hashing.start() + of, in), what));
  }

  private int findValue(int of, long what, long hash) {
    long[] table = valueIndex.entries();
    int mask = table.length - 1;
    int at = SlotIndex.home(hash, mask);
    for (long entry = table[at]; entry != 0; entry = table[at]) {
      if (SlotIndex.isOf(entry, hash)) {
        int slot = SlotIndex.slot(entry);
        long[] page = values.page(slot);
        int from = values.offset(slot);
        if (page[from + OWNER] == of && page[from + VALUE] == what) {
          return slot;
        }
      }
      at = (at + 1) & mask;
    }
    return NONE;
  }

  /** The entry of what changed last in a pane. */
  private int find(long in) {
    long hash = hash(owner, in, value);
    long[] table = index.entries();
    int mask = table.length - 1;
    int at = SlotIndex.home(hash, mask);
    for (long entry = table[at]; entry != 0; entry = table[at]) {
      if (SlotIndex.isOf(entry, hash)) {
        int slot = SlotIndex.slot(entry);
        long[] page = entries.page(slot);
        int from = entries.offset(slot);
        if (page[from + OWNER] == owner && page[from + PANE] == in && page[from + VALUE] == value) {
          return slot;
        }
      }
      at = (at + 1) & mask;
    }
    return NONE;
  }

  /** Adds the values to a set of codes. */
  public void mark(CodeSet live) {
    boolean[] isFree = entries.isFree();
    for (int slot = 0; slot < isFree.length; slot++) {
      if (!isFree[slot]) {
        live.add(word(entries, slot, VALUE));
      }
    }
  }

  /** About how many bytes it takes. */
  public long bytes() {
    return entries.bytes() + index.bytes() + values.bytes() + valueIndex.bytes();
  }

  /** The sets as they are now. */
  public StateImage capture() {
    StateImage ofEntries = entries.capture();
    StateImage ofValues = values.capture();
    int lastLeft = left;
    return (StateWriter out) -> {
      out.writeInt(lastLeft);
      ofEntries.writeTo(out);
      ofValues.writeTo(out);
    };
  }

  /** Takes over sets that were captured; there must be none yet. */
  public void restore(StateReader in) {
    left = StateFormat.readCount(in, "entries of panes");
    entries.restore(in);
    values.restore(in);
    boolean[] isFree = entries.isFree();
    for (int slot = 0; slot < isFree.length; slot++) {
      if (!isFree[slot]) {
        int of = (int) word(entries, slot, OWNER);
        index.add(hash(of, word(entries, slot, PANE), word(entries, slot, VALUE)), slot);
      }
    }
    boolean[] isFreeValue = values.isFree();
    for (int slot = 0; slot < isFreeValue.length; slot++) {
      if (!isFreeValue[slot]) {
        int of = (int) word(values, slot, OWNER);
        valueIndex.add(hash(of, word(values, slot, VALUE)), slot);
      }
    }
  }
}
