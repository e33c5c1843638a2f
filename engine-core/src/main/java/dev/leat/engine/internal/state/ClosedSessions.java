package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.plan.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Of each line of sessions the one that closed last. A row that comes later, a gap behind it at
 * most, would be of it: it must not begin a session that overlaps one that was told as final.
 *
 * <p>The last is enough. Sessions of a line close in the order of their times, so that a row near
 * an older one is before all that is open, and late for that reason alone.
 *
 * <p><b>How long.</b> Until rows so old are late anyway. Then only a row near an open session of
 * the line could still be taken, so as long as there is one the entry stays; when that closes, it
 * takes the entry's place. And when a line without an entry begins a session, it gets one that says
 * how old rows were late then: what is older than that may be near a session that closed long ago,
 * and is late however near the open one it is.
 */
public final class ClosedSessions {
  private static final int NONE = -1;

  /** The first time of an entry that is of no session. */
  private static final long NO_SESSION = Long.MAX_VALUE;

  /** The last time of an entry when nothing was late. */
  private static final long NOTHING_LATE = Long.MIN_VALUE;

  private final long gap;

  /** By the columns of the key; null for one line. */
  private final @Nullable GroupKeys keys;

  /** Of each entry, behind its key, the time of the session's first row, and of its last. */
  private final GroupRows rows;

  private final int startWord;
  private final long[] key;
  private final int[] oneSlot = new int[1];

  /** Those that may be freed when time has passed, by the time of their last row. */
  private final TimeHeap toFree = new TimeHeap();

  /**
   * No sessions.
   *
   * @param columns of the key, by index
   * @param gap in microseconds
   */
  public ClosedSessions(Schema schema, int[] columns, long gap, Hashing hashing) {
    this.gap = gap;
    this.keys = columns.length == 0 ? null : GroupKeys.of(schema, columns, 2, hashing);
    this.rows = keys == null ? new GroupRows(2) : keys.rows();
    this.startWord = keys == null ? 0 : keys.layout().stride();
    this.key = new long[startWord];
  }

  /**
   * Takes a session that is closed now.
   *
   * @param key a batch whose one row has the columns of the key
   * @param last the time of its last row, later than that of any of its line before
   */
  public void add(Batch key, long start, long last) {
    set(slotOf(key), start, last);
  }

  /**
   * A line has an open session, perhaps its first one.
   *
   * @param key a batch whose one row has the columns of the key
   * @param until sessions that end here or before are closed
   * @param isKnown is there such a time yet?
   */
  public void begin(Batch key, long until, boolean isKnown) {
    if (find(key, 0) >= 0) {
      return;
    }
    boolean anyIsLate = isKnown && until >= Long.MIN_VALUE + gap + gap;
    set(slotOf(key), NO_SESSION, anyIsLate ? until - gap - gap : NOTHING_LATE);
  }

  private int slotOf(Batch key) {
    if (keys != null) {
      keys.findOrAdd(key, oneSlot);
      return oneSlot[0];
    }
    if (rows.size() == 0) {
      return rows.add();
    }
    return 0;
  }

  private void set(int slot, long start, long last) {
    long[] page = rows.writable(slot);
    int at = rows.offset(slot) + startWord;
    page[at] = start;
    page[at + 1] = last;
    toFree.put(slot, last);
  }

  /** The entry of the line of a row, or -1. */
  public int find(Batch batch, int row) {
    if (keys == null) {
      return rows.size() == 0 ? NONE : 0;
    }
    SessionKeys.gather(keys.layout(), batch, row, key);
    return keys.find(key);
  }

  /** Is a time so early that what is there or before is late, for an entry? */
  public boolean isBehind(int slot, long time) {
    long last = last(slot);
    return last != NOTHING_LATE && time <= last + gap;
  }

  /** Is an entry of a session, and not of how late rows were when the line began one? */
  public boolean isSession(int slot) {
    return start(slot) != NO_SESSION;
  }

  /** The time of the first row of an entry's session. */
  public long start(int slot) {
    return rows.page(slot)[rows.offset(slot) + startWord];
  }

  /** The time of the last row of an entry's session. */
  public long last(int slot) {
    return rows.page(slot)[rows.offset(slot) + startWord + 1];
  }

  /**
   * Frees entries that no row can be near any more.
   *
   * @param until sessions that end here or before are closed, so a row is late whose time plus the
   *     gap is not greater
   * @param open the sessions that are open
   */
  public void free(long until, SessionKeys open) {
    while (toFree.size() > 0 && isBehind(toFree.firstTime(), until)) {
      int slot = toFree.removeFirst();
      System.arraycopy(rows.page(slot), rows.offset(slot), key, 0, startWord);
      if (open.hasSessions(key)) {
        continue;
      }
      if (keys == null) {
        rows.remove(slot);
      } else {
        keys.remove(slot);
      }
    }
  }

  /** Is a row a gap behind a time late, and so any that could be near? */
  private boolean isBehind(long last, long until) {
    // The end of a session fits, but not always another gap.
    long end = last + gap;
    return end <= Long.MAX_VALUE - gap && end + gap <= until;
  }

  /** How many there are. */
  public int size() {
    return rows.size();
  }

  /** Adds the codes that the keys hold. */
  public void mark(CodeSet live) {
    if (keys != null) {
      keys.mark(live);
    }
  }

  /** About how many bytes it takes. */
  public long bytes() {
    return (keys == null ? rows.bytes() : keys.bytes()) + toFree.bytes();
  }

  /** The entries as they are now. */
  public StateImage capture() {
    return rows.capture();
  }

  /** Takes over entries that were captured; there must be none yet. */
  public void restore(StateReader in) {
    if (keys == null) {
      rows.restore(in);
    } else {
      keys.restore(in);
    }
    boolean[] isFree = rows.isFree();
    for (int slot = 0; slot < isFree.length; slot++) {
      if (!isFree[slot]) {
        StateFormat.check(
            start(slot) <= last(slot) || !isSession(slot), "span of a closed session", slot);
        toFree.put(slot, last(slot));
      }
    }
  }
}
