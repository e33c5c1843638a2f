package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.plan.Schema;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of append-only rows as keys of groups: some columns, whose values make a <i>line</i>
 * of sessions, and the session's start. A row finds the session of its line that it belongs to,
 * makes one, or makes one of two.
 *
 * <p><b>Structure.</b> Of each session there is, beside its row, from when to when it lasts. Most
 * rows belong to the newest session of their line, which is found without a search. The sessions of
 * a line stand in a treap by their start (R. Seidel and C. Aragon, Randomized Search Trees, 1996),
 * in which all others are found. Sessions of a line are more than the gap apart, so a row concerns
 * at most two: the last one that begins no later, and the first one that begins later.
 *
 * <p><b>Merges.</b> Where a row puts two sessions into one, or comes before the first of a session,
 * the one that begins earlier stays and takes the other in. {@link #mergeFrom} and {@link #mergeTo}
 * say which, in order; the other's row stays until the caller removes its slot.
 *
 * <p>All this follows from the keys and from a word of each row that has the session's end. It is
 * made anew from them when rows are restored.
 */
public final class SessionKeys extends GroupKeys {
  private static final int NONE = -1;

  private final int timeColumn;
  private final int timeKey;
  private final long gap;
  private final int endWord;
  private final Hashing hashing;

  /** By the columns of the key; null for one line. */
  private final @Nullable GroupKeys lines;

  private final long[] key;
  private final long[] lineKey;
  private final Batch oneRow;
  private int[] lineOf = new int[0];

  // By slot: start and last row of the session, its line, or none if it has been taken in by
  // another, and its children in the treap.
  private long[] spans = new long[32];
  private int[] owners = new int[16];
  private int[] left = new int[16];
  private int[] right = new int[16];

  // By line.
  private int[] roots = new int[16];
  private int[] newest = new int[16];

  private int merges;
  private int[] from = new int[16];
  private int[] to = new int[16];

  /** By slot: which session took it in, in this step. */
  private int[] takenBy = new int[0];

  /**
   * No sessions.
   *
   * @param columns of the key, by index, and the time, last
   * @param payloadWords what is kept of each session behind its key
   */
  public SessionKeys(Schema schema, int[] columns, int payloadWords, Span span, Hashing hashing) {
    super(KeyLayout.of(schema, columns), payloadWords, hashing);
    this.timeKey = columns.length - 1;
    this.timeColumn = columns[timeKey];
    this.gap = span.gap();
    this.endWord = span.endWord();
    this.hashing = hashing;
    int[] ofLine = Arrays.copyOf(columns, timeKey);
    this.lines = timeKey == 0 ? null : GroupKeys.of(schema, ofLine, 0, hashing);
    this.key = new long[layout().stride()];
    this.lineKey = new long[lines == null ? 0 : lines.layout().stride()];
    this.oneRow = new Batch(IntStream.of(columns).max().orElse(0) + 1);
    Arrays.fill(roots, NONE);
    Arrays.fill(newest, NONE);
  }

  /**
   * How long sessions last.
   *
   * @param endWord which word of a row has the time of the session's last row plus the gap
   * @param gap in microseconds; every row's time plus the gap must fit
   */
  public record Span(int endWord, long gap) {}

  @Override
  public void findOrAdd(Batch batch, int[] slots) {
    merges = 0;
    findLines(batch);
    long[] times = batch.column(timeColumn).words();
    int[] selection = batch.selection();
    int count = batch.count();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      int line = lineOf[row];
      long time = times[row];
      int slot = newest[line];
      if (slot >= 0 && time >= spans[2 * slot] && time <= spans[2 * slot + 1] + gap) {
        spans[2 * slot + 1] = Math.max(spans[2 * slot + 1], time);
        slots[row] = slot;
      } else {
        slots[row] = findOrAdd(batch, row, line, time);
      }
    }
    if (merges > 0) {
      follow(batch, slots);
    }
  }

  private void findLines(Batch batch) {
    if (lineOf.length < batch.rows()) {
      lineOf = new int[batch.rows() + (batch.rows() >> 1)];
    }
    int bound = 1;
    if (lines != null) {
      lines.findOrAdd(batch, lineOf);
      bound = lines.bound();
    }
    ensureLines(bound);
  }

  private void ensureLines(int bound) {
    if (bound > roots.length) {
      int known = roots.length;
      int size = Math.max(bound, known + (known >> 1));
      roots = Arrays.copyOf(roots, size);
      newest = Arrays.copyOf(newest, size);
      Arrays.fill(roots, known, size, NONE);
      Arrays.fill(newest, known, size, NONE);
    }
  }

  /** The session of a row that may be of any, or of none yet. */
  private int findOrAdd(Batch batch, int row, int line, long time) {
    int before = floor(line, time);
    int behind = higher(line, time);
    boolean isNearBehind = behind >= 0 && start(behind) <= time + gap;
    if (before >= 0 && time <= last(before) + gap) {
      if (time > last(before)) {
        spans[2 * before + 1] = time;
        if (isNearBehind) {
          merge(behind, before);
        }
      }
      return before;
    }
    layout().gather(batch, row, key);
    int slot = newRow(key);
    add(slot, line, time, time);
    if (isNearBehind) {
      merge(behind, slot);
    }
    return slot;
  }

  private void add(int slot, int line, long start, long last) {
    if (slot >= owners.length) {
      int size = Math.max(slot + 1, 2 * owners.length);
      owners = Arrays.copyOf(owners, size);
      left = Arrays.copyOf(left, size);
      right = Arrays.copyOf(right, size);
      spans = Arrays.copyOf(spans, 2 * size);
    }
    spans[2 * slot] = start;
    spans[2 * slot + 1] = last;
    owners[slot] = line;
    left[slot] = NONE;
    right[slot] = NONE;
    roots[line] = insert(roots[line], slot);
    if (newest[line] < 0 || start > start(newest[line])) {
      newest[line] = slot;
    }
  }

  /** Has a session take in the one behind it. */
  private void merge(int slot, int into) {
    spans[2 * into + 1] = last(slot);
    takeOut(slot);
    if (merges == from.length) {
      from = Arrays.copyOf(from, 2 * merges);
      to = Arrays.copyOf(to, 2 * merges);
    }
    from[merges] = slot;
    to[merges++] = into;
  }

  private void takeOut(int slot) {
    int line = owners[slot];
    owners[slot] = NONE;
    roots[line] = remove(roots[line], slot);
    if (newest[line] == slot) {
      newest[line] = greatest(roots[line]);
    }
  }

  /** Gives rows whose session was taken in the one that took it in. */
  private void follow(Batch batch, int[] slots) {
    if (takenBy.length < bound()) {
      int known = takenBy.length;
      takenBy = Arrays.copyOf(takenBy, Math.max(bound(), 2 * known));
      Arrays.fill(takenBy, known, takenBy.length, NONE);
    }
    for (int m = 0; m < merges; m++) {
      takenBy[from[m]] = to[m];
    }
    // From the last on, so that where a session went is where it is in the end.
    for (int m = merges - 1; m >= 0; m--) {
      int end = takenBy[to[m]];
      if (end >= 0) {
        takenBy[from[m]] = end;
      }
    }
    for (int i = 0; i < batch.count(); i++) {
      int row = batch.row(i);
      int end = takenBy[slots[row]];
      if (end >= 0) {
        slots[row] = end;
      }
    }
    for (int m = 0; m < merges; m++) {
      takenBy[from[m]] = NONE;
    }
  }

  /** How many sessions the last batch had taken in by others. */
  public int merges() {
    return merges;
  }

  /** A session that another took in. */
  public int mergeFrom(int merge) {
    return from[merge];
  }

  /** The session that took it in; a later merge may have that taken in, too. */
  public int mergeTo(int merge) {
    return to[merge];
  }

  // The treap.

  /** The last session of a line that begins at a time or before; none if there is none. */
  private int floor(int line, long time) {
    int found = NONE;
    int at = roots[line];
    while (at >= 0) {
      if (start(at) <= time) {
        found = at;
        at = right[at];
      } else {
        at = left[at];
      }
    }
    return found;
  }

  /** The first session of a line that begins after a time; none if there is none. */
  private int higher(int line, long time) {
    int found = NONE;
    int at = roots[line];
    while (at >= 0) {
      if (start(at) > time) {
        found = at;
        at = left[at];
      } else {
        at = right[at];
      }
    }
    return found;
  }

  private int greatest(int root) {
    int at = root;
    while (at >= 0 && right[at] >= 0) {
      at = right[at];
    }
    return at;
  }

  private int insert(int node, int slot) {
    if (node < 0) {
      return slot;
    }
    if (start(slot) < start(node)) {
      left[node] = insert(left[node], slot);
      return isAbove(left[node], node) ? raiseLeft(node) : node;
    }
    right[node] = insert(right[node], slot);
    return isAbove(right[node], node) ? raiseRight(node) : node;
  }

  private int raiseLeft(int node) {
    int child = left[node];
    left[node] = right[child];
    right[child] = node;
    return child;
  }

  private int raiseRight(int node) {
    int child = right[node];
    right[node] = left[child];
    left[child] = node;
    return child;
  }

  /** Which of two stands above follows from their slots alone. */
  private boolean isAbove(int a, int b) {
    long x = hashing.hash(a);
    long y = hashing.hash(b);
    return x == y ? a < b : x > y;
  }

  private int remove(int node, int slot) {
    if (node == slot) {
      return join(left[node], right[node]);
    }
    if (start(slot) < start(node)) {
      left[node] = remove(left[node], slot);
    } else {
      right[node] = remove(right[node], slot);
    }
    return node;
  }

  /** One tree of two, all of the first being before all of the second. */
  private int join(int first, int second) {
    if (first < 0 || second < 0) {
      return first < 0 ? second : first;
    }
    if (isAbove(first, second)) {
      right[first] = join(right[first], second);
      return first;
    }
    left[second] = join(first, left[second]);
    return second;
  }

  // What closes sessions.

  /** Is a row at most a gap away from a session that is there? */
  public boolean isNear(Batch batch, int row) {
    if (lines != null) {
      gather(lines.layout(), batch, row, lineKey);
    }
    int line = line(lineKey);
    if (line < 0) {
      return false;
    }
    long time = batch.column(timeColumn).word(row);
    int before = floor(line, time);
    int behind = higher(line, time);
    return (before >= 0 && time <= last(before) + gap)
        || (behind >= 0 && start(behind) <= time + gap);
  }

  /** Is there a session of the line with a key? */
  boolean hasSessions(long[] key) {
    int line = line(key);
    return line >= 0 && roots[line] >= 0;
  }

  private int line(long[] key) {
    int line = lines == null ? 0 : lines.find(key);
    return line < roots.length ? line : NONE;
  }

  /** Copies the columns of a row that a layout is of into words. */
  static void gather(KeyLayout layout, Batch batch, int row, long[] out) {
    layout.gather(batch, row, out);
    for (int k = 0; k < layout.columns(); k++) {
      if (batch.column(layout.column(k)).isNull(row)) {
        layout.setNull(out, 0, k);
      }
    }
  }

  /** Is there a session with this slot, which no other has taken in? */
  public boolean isSession(int slot) {
    return slot < owners.length && owners[slot] >= 0;
  }

  /** The time of the first row of a session. */
  public long start(int slot) {
    return spans[2 * slot];
  }

  /** The time of the last row of a session. */
  public long last(int slot) {
    return spans[2 * slot + 1];
  }

  /** A batch whose one row has the columns of the key of a session; until it is asked again. */
  public Batch key(int slot) {
    long[] page = rows().page(slot);
    int at = rows().offset(slot);
    for (int k = 0; k < timeKey; k++) {
      Column column = oneRow.column(layout().column(k));
      column.reset(1);
      if (layout().isNull(page, at, k)) {
        column.setNull(0);
      } else {
        column.set(0, page[at + k]);
      }
    }
    oneRow.fill(1, null);
    return oneRow;
  }

  // What all keys can do.

  @Override
  public int find(long[] session) {
    if (layout().isNull(session, 0, timeKey)) {
      return NONE;
    }
    int line = 0;
    if (lines != null) {
      Arrays.fill(lineKey, 0);
      for (int k = 0; k < timeKey; k++) {
        if (layout().isNull(session, 0, k)) {
          lines.layout().setNull(lineKey, 0, k);
        } else {
          lineKey[k] = session[k];
        }
      }
      line = lines.find(lineKey);
    }
    if (line < 0 || line >= roots.length) {
      return NONE;
    }
    int slot = floor(line, session[timeKey]);
    return slot >= 0 && start(slot) == session[timeKey] ? slot : NONE;
  }

  @Override
  void find(Batch batch, RowReader other, int[] slots) {
    throw new IllegalStateException("sessions are no keys of joins");
  }

  @Override
  void writeKeys(int[] slots, int[] sources, int count) {
    throw new IllegalStateException("the rows of sessions are made one by one");
  }

  @Override
  void forget(int slot) {
    int line = owners[slot];
    if (line < 0) {
      return;
    }
    takeOut(slot);
    if (roots[line] < 0 && lines != null) {
      lines.remove(line);
    }
  }

  @Override
  void index(int slot) {
    long[] page = rows().page(slot);
    int at = rows().offset(slot);
    long start = page[at + timeKey];
    long last = page[at + endWord] - gap;
    StateFormat.check(start <= last, "span of a session", slot);
    findLines(key(slot));
    add(slot, lines == null ? 0 : lineOf[0], start, last);
  }

  @Override
  long lookupBytes() {
    long ofSession = 2L * Long.BYTES + 3L * Integer.BYTES;
    return ofSession * owners.length
        + 2L * Integer.BYTES * roots.length
        + (lines == null ? 0 : lines.bytes());
  }
}
