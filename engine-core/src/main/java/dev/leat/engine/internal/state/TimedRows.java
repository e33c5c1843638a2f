package dev.leat.engine.internal.state;

import com.carrotsearch.hppc.IntArrayList;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.plan.Schema;

/**
 * The rows of a relation by some of its columns, each until a time: what a join keeps whose rows
 * match within a time. Rows only come; they are let go of in the order of when they end.
 *
 * <p><b>Structure.</b> A key has a row of {@link GroupKeys}: its words, and which of its rows is
 * the first. A stored row has the words of its columns, a link to the next and the one before of
 * its key, and a word that says its key, and whether it was matched. The newest row of a key comes
 * first. A heap has the rows by when they end. Where somebody asks for rows that nothing has
 * matched, another heap has those. Heaps are made anew on restoring.
 *
 * <p>A row with a null in the key has no key, unless nulls match: no row of another relation will
 * ever ask for it. It is kept only where somebody asks for rows that nothing has matched.
 *
 * <p><b>Threading.</b> One thread.
 */
public final class TimedRows implements Checkpointed {
  /**
   * Which rows, and what of them.
   *
   * @param schema of the relation
   * @param key indexes of the columns by which they are found; none for one key that all have
   * @param matchesNull is null a key like others?
   * @param kept indexes of the columns that are kept, the time's among them
   * @param time the index of the column that says when a row happened; it is never null
   * @param reach how long after that, in microseconds, a row ends; may be less than zero
   * @param tellsUnmatched does somebody ask for rows that nothing has matched?
   */
  public record Layout(
      Schema schema,
      int[] key,
      boolean matchesNull,
      int[] kept,
      int time,
      long reach,
      boolean tellsUnmatched) {}

  private static final int KEY_WORDS = 1;
  private static final int NONE = -1;
  private static final int HALF = 32;
  private static final long LOW = 0xffffffffL;
  private static final long MATCHED = 1L << HALF;

  private final Layout layout;
  private final KeyProbe probe;
  private final GroupKeys keys;
  private final int headWord;
  private final KeyLayout keptLayout;
  private final RowReader reader;
  private final GroupRows rows;
  private final int timeWord;
  private final int linkWord;
  private final int tagWord;
  private final TimeHeap byEnd = new TimeHeap();
  private final TimeHeap unmatched = new TimeHeap();

  /** By row of the last batch: where it is, or -1. */
  private int[] placeOfRow = new int[0];

  /** No rows. */
  public TimedRows(Layout layout, Hashing hashing) {
    this.layout = layout;
    Schema schema = layout.schema();
    this.probe = new KeyProbe(schema, layout.key(), layout.matchesNull());
    boolean isCode = GroupKeys.isCode(schema, layout.key());
    this.keys = GroupKeys.ofJoin(probe.layout(), isCode, KEY_WORDS, hashing);
    this.headWord = probe.layout().stride();
    this.keptLayout = KeyLayout.of(schema, layout.kept());
    this.reader = new RowReader(keptLayout);
    this.timeWord = keptIndex(layout.time());
    this.linkWord = keptLayout.stride();
    this.tagWord = linkWord + 1;
    this.rows = new GroupRows(tagWord + 1);
  }

  /** How the kept columns of a row lie in its words, from the first on. */
  public KeyLayout kept() {
    return keptLayout;
  }

  /** Where a column of the relation, by its index, is among those that are kept; -1 if not. */
  public int keptIndex(int column) {
    for (int k = 0; k < layout.kept().length; k++) {
      if (layout.kept()[k] == column) {
        return k;
      }
    }
    return NONE;
  }

  /** The rows, by place: their first words are those of the kept columns. */
  public GroupRows rows() {
    return rows;
  }

  /** Adds the rows of a batch. */
  public void add(Batch in) {
    if (placeOfRow.length < in.rows()) {
      placeOfRow = new int[in.rows() + (in.rows() >> 1)];
    }
    if (in.isEmpty()) {
      return;
    }
    keys.findOrAdd(probe.keyed(in, placeOfRow), placeOfRow);
    reader.read(in);
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      int key = placeOfRow[row];
      placeOfRow[row] = key == NONE && !layout.tellsUnmatched() ? NONE : add(row, key);
    }
  }

  private int add(int row, int key) {
    int place = rows.add();
    long[] page = rows.writable(place);
    int from = rows.offset(place);
    reader.copy(row, page, from);
    page[from + linkWord] = 0;
    page[from + tagWord] = key + 1L;
    if (key != NONE) {
      int next = head(key);
      page[from + linkWord] = next;
      if (next != 0) {
        setBefore(next - 1, place + 1);
      }
      setHead(key, place + 1);
    }
    note(place);
    return place;
  }

  /** Puts a row into the heaps. */
  private void note(int place) {
    long end = Words.saturatedSum(time(place), layout.reach());
    byEnd.put(place, end);
    if (layout.tellsUnmatched() && !isMatched(place)) {
      unmatched.put(place, end);
    }
  }

  /** Where the row of the last batch that was added is; -1 if it is not kept. */
  public int place(int row) {
    return placeOfRow[row];
  }

  /**
   * Looks up the keys of another relation's rows.
   *
   * @param other what that relation keeps
   * @param slots is given the key of each selected row at the row's index, or -1
   */
  public void find(Batch batch, TimedRows other, int[] slots) {
    keys.find(other.probe.keyed(batch, slots), other.probe.reader(), slots);
  }

  /** The place of the newest row of a key, or -1. */
  public int first(int key) {
    return key < 0 ? NONE : head(key) - 1;
  }

  /** The place of the next row of the same key, or -1. */
  public int next(int place) {
    return (int) (rows.page(place)[rows.offset(place) + linkWord] & LOW) - 1;
  }

  /** When a row happened. */
  public long time(int place) {
    return rows.page(place)[rows.offset(place) + timeWord];
  }

  /** Was a row matched? */
  public boolean isMatched(int place) {
    return (tag(place) & MATCHED) != 0;
  }

  /** Says that a row was matched; was it not before? */
  public boolean match(int place) {
    if (isMatched(place)) {
      return false;
    }
    rows.writable(place)[rows.offset(place) + tagWord] |= MATCHED;
    unmatched.remove(place);
    return true;
  }

  /** The least end of the rows that nothing has matched; the greatest value if there is none. */
  public long firstUnmatchedEnd() {
    return unmatched.size() == 0 ? Long.MAX_VALUE : unmatched.firstTime();
  }

  /** Is there a row that nothing has matched, if somebody asks for them? */
  public boolean hasUnmatched() {
    return unmatched.size() > 0;
  }

  /**
   * The rows that end before a time, in the order of their ends. They are still there, and to be
   * removed next.
   */
  public IntArrayList endingBefore(long time) {
    IntArrayList ending = new IntArrayList();
    while (byEnd.size() > 0 && byEnd.firstTime() < time) {
      int place = byEnd.removeFirst();
      unmatched.remove(place);
      ending.add(place);
    }
    return ending;
  }

  /** Removes a row that ended. */
  public void remove(int place) {
    int key = (int) (tag(place) & LOW) - 1;
    if (key != NONE) {
      unlink(place, key);
    }
    rows.remove(place);
  }

  private void unlink(int place, int key) {
    long link = rows.page(place)[rows.offset(place) + linkWord];
    int next = (int) (link & LOW);
    int before = (int) (link >>> HALF);
    if (next != 0) {
      setBefore(next - 1, before);
    }
    if (before != 0) {
      setNext(before - 1, next);
    } else if (next != 0) {
      setHead(key, next);
    } else {
      keys.remove(key);
    }
  }

  private long tag(int place) {
    return rows.page(place)[rows.offset(place) + tagWord];
  }

  private int head(int key) {
    return (int) keys.rows().page(key)[keys.rows().offset(key) + headWord];
  }

  private void setHead(int key, int head) {
    keys.rows().writable(key)[keys.rows().offset(key) + headWord] = head;
  }

  private void setBefore(int place, long before) {
    long[] page = rows.writable(place);
    int at = rows.offset(place) + linkWord;
    page[at] = (page[at] & LOW) | before << HALF;
  }

  private void setNext(int place, long next) {
    long[] page = rows.writable(place);
    int at = rows.offset(place) + linkWord;
    page[at] = (page[at] & ~LOW) | next;
  }

  /** How many rows there are. */
  public int size() {
    return rows.size();
  }

  /** About how many bytes it takes. */
  public long bytes() {
    return keys.bytes() + rows.bytes() + byEnd.bytes() + unmatched.bytes();
  }

  /** Adds the codes that it holds. */
  public void mark(CodeSet live) {
    keys.mark(live);
    boolean[] isFree = rows.isFree();
    for (int place = 0; place < isFree.length; place++) {
      if (!isFree[place]) {
        keptLayout.mark(rows.page(place), rows.offset(place), live);
      }
    }
  }

  @Override
  public StateImage capture() {
    StateImage ofKeys = keys.capture();
    StateImage ofRows = rows.capture();
    return out -> {
      ofKeys.writeTo(out);
      ofRows.writeTo(out);
    };
  }

  @Override
  public void restore(StateReader in) {
    keys.restore(in);
    rows.restore(in);
    boolean[] isFree = rows.isFree();
    for (int place = 0; place < isFree.length; place++) {
      if (!isFree[place]) {
        long key = (tag(place) & LOW) - 1;
        StateFormat.check(key < keys.bound(), "key of a row", key);
        note(place);
      }
    }
  }
}
