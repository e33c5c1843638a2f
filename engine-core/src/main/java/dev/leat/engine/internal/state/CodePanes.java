package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import java.util.BitSet;

/**
 * Which dictionary codes each owner has in each pane of time, where none is ever taken back, and in
 * which panes around one. Panes follow on each other by a step; an owner is a number.
 *
 * <p><b>Structure.</b> The codes of each pane of an owner are a set of {@link CodeBitmaps}, and
 * {@link CodeTimes} has the last pane of each owner and code. Rows mostly come in the order of
 * time: the pane before is the last one then, and there is none behind. Only for rows that are out
 * of order the panes around are tried one by one.
 */
public final class CodePanes {
  private static final int OWNER = 0;
  private static final int START = 1;
  private static final int WORDS = 2;
  private static final int NONE = -1;

  /** Panes that are over are forgotten when there are twice as many as were left. */
  private static final int MIN_FORGET = 64;

  private final Hashing hashing;
  private final long step;
  private final CodeBitmaps codes;
  private final CodeTimes last;
  private final GroupRows panes = new GroupRows(WORDS);
  private final SlotIndex index = new SlotIndex();
  private int left;

  private int owner;
  private long start;
  private long code;
  private boolean isAnywhere;
  private long lastBefore;

  /**
   * Panes without codes.
   *
   * @param step from a pane to the next
   */
  public CodePanes(Hashing hashing, long step) {
    this.hashing = hashing;
    this.step = step;
    this.codes = new CodeBitmaps(hashing);
    this.last = new CodeTimes(hashing);
  }

  /** The number of a pane, for {@link #add}. */
  public int pane(int ofOwner, long at) {
    int found = find(ofOwner, at);
    if (found != NONE) {
      return found;
    }
    int slot = panes.add();
    long[] page = panes.writable(slot);
    page[panes.offset(slot) + OWNER] = ofOwner;
    page[panes.offset(slot) + START] = at;
    index.add(hash(ofOwner, at), slot);
    return slot;
  }

  /**
   * Adds codes to panes that begin at the same time. Of each that is new {@link #enter} is to be
   * told before codes are added to others.
   *
   * @param panesOf the number of the pane, by row
   * @param of the codes, by row
   * @param rows the rows that count
   * @param isNew is given for each of the rows, by its place among them, 1 if its code was not in
   *     its pane, else 0
   */
  public void add(int[] panesOf, long[] of, int[] rows, int count, int[] isNew) {
    codes.add(panesOf, of, rows, count, isNew);
  }

  /** Says that a code is new in a pane of an owner; asked is then about this. */
  public void enter(int ofOwner, long inPane, long newCode) {
    owner = ofOwner;
    start = inPane;
    code = newCode;
    int at = last.find(ofOwner, newCode);
    isAnywhere = last.isThere(at);
    lastBefore = isAnywhere ? last.time(at) : inPane;
    if (!isAnywhere || inPane > lastBefore) {
      last.set(at, ofOwner, newCode, inPane);
    }
  }

  /**
   * How many panes before the one that it came into last its owner had the code; 0 if not within
   * some.
   */
  public int before(int within) {
    if (!isAnywhere) {
      return 0;
    }
    if (lastBefore < start) {
      long distance = (start - lastBefore) / step;
      return distance > 0 && distance <= within ? (int) distance : 0;
    }
    for (int distance = 1; distance <= within; distance++) {
      if (isIn(start - distance * step)) {
        return distance;
      }
    }
    return 0;
  }

  /** How many panes behind it its owner has the code next; 0 if not within some. */
  public int behind(int within) {
    if (!isAnywhere || lastBefore <= start) {
      return 0;
    }
    long most = (lastBefore - start) / step;
    int end = most > 0 ? (int) Math.min(within, most) : within;
    for (int distance = 1; distance <= end; distance++) {
      if (isIn(start + distance * step)) {
        return distance;
      }
    }
    return 0;
  }

  private boolean isIn(long other) {
    int pane = find(owner, other);
    return pane != NONE && codes.contains(pane, code);
  }

  /**
   * Forgets panes, sooner or later, that nobody asks for again.
   *
   * @param end where the first begins that is not forgotten
   */
  public void forgetBefore(long end) {
    if (panes.size() < MIN_FORGET + 2 * left) {
      return;
    }
    BitSet forgotten = new BitSet();
    boolean[] isFree = panes.isFree();
    for (int slot = 0; slot < isFree.length; slot++) {
      long[] page = panes.page(slot);
      int at = panes.offset(slot);
      if (!isFree[slot] && page[at + START] < end) {
        forgotten.set(slot);
        index.remove(hash((int) page[at + OWNER], page[at + START]), slot);
        panes.remove(slot);
      }
    }
    codes.removeAll(forgotten);
    last.forgetBefore(end);
    left = panes.size();
  }

  private long hash(int of, long at) {
    return Hashing.finish(Hashing.mix(hashing.start() + of, at));
  }

  private int find(int of, long at) {
    long hash = hash(of, at);
    long[] table = index.entries();
    int mask = table.length - 1;
    int place = SlotIndex.home(hash, mask);
    for (long entry = table[place]; entry != 0; entry = table[place]) {
      if (SlotIndex.isOf(entry, hash)) {
        int slot = SlotIndex.slot(entry);
        long[] page = panes.page(slot);
        int from = panes.offset(slot);
        if (page[from + OWNER] == of && page[from + START] == at) {
          return slot;
        }
      }
      place = (place + 1) & mask;
    }
    return NONE;
  }

  /** Adds the codes to a set. */
  public void mark(CodeSet live) {
    codes.mark(live);
  }

  /** About how many bytes it takes. */
  public long bytes() {
    return codes.bytes() + last.bytes() + panes.bytes() + index.bytes();
  }

  /** The panes as they are now. */
  public StateImage capture() {
    StateImage ofCodes = codes.capture();
    StateImage ofTimes = last.capture();
    StateImage ofPanes = panes.capture();
    int lastLeft = left;
    return out -> {
      out.writeInt(lastLeft);
      ofPanes.writeTo(out);
      ofCodes.writeTo(out);
      ofTimes.writeTo(out);
    };
  }

  /** Takes over panes that were captured; there must be none yet. */
  public void restore(StateReader in) {
    left = StateFormat.readCount(in, "panes");
    panes.restore(in);
    codes.restore(in);
    last.restore(in);
    boolean[] isFree = panes.isFree();
    for (int slot = 0; slot < isFree.length; slot++) {
      if (!isFree[slot]) {
        long[] page = panes.page(slot);
        int from = panes.offset(slot);
        index.add(hash((int) page[from + OWNER], page[from + START]), slot);
      }
    }
  }
}
