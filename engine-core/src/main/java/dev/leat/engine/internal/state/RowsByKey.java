package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.plan.Schema;
import java.util.Arrays;
import java.util.Objects;

/**
 * The rows of a relation by some of its columns: what joins keep. Of a row it has the columns that
 * somebody reads; those of the key are with the key.
 *
 * <p><b>Structure.</b> A key has a row of {@link GroupKeys}: its words, how many rows there are of
 * it, and which is the first. A stored row has its columns' words, a link to the next and the one
 * before of its key, and a tag: its number where the relation numbers its rows, how often it is
 * there where equal rows are counted. The newest row of a key comes first.
 *
 * <p><b>Old and new.</b> A join of changes on both sides needs one of them as it was before the
 * epoch. So the rows that an epoch takes away stay where they are, out of their chains, until the
 * next one, and the {@link RowChanges} say what was there before. Places are given out again in an
 * order that depends on the rows alone.
 *
 * <p>Rows with a null in the key are changes like others, but are not kept unless nulls match: no
 * row of another relation will ever ask for them.
 *
 * <p><b>Threading.</b> One thread.
 */
public final class RowsByKey implements Checkpointed {
  /** How rows are told apart. */
  public enum Identity {
    /** Not at all, because they only come. */
    APPENDED,
    /** By the numbers that the relation gives to its keys. */
    NUMBERED,
    /** By their columns; equal rows are one, and counted. */
    COUNTED
  }

  /**
   * Which rows, and what of them.
   *
   * @param schema of the relation
   * @param key indexes of the columns by which they are found; none for one key that all have
   * @param kept indexes of the columns that are kept beside
   * @param matchesNull is null a key like others?
   * @param identity how rows are told apart
   * @param isUnique has a key one row at most?
   */
  public record Layout(
      Schema schema,
      int[] key,
      int[] kept,
      boolean matchesNull,
      Identity identity,
      boolean isUnique) {}

  /** What is kept of a key: how many rows it has, and the first. */
  private static final int KEY_WORDS = 2;

  private static final int NONE = -1;
  private static final long GONE = -1;
  private static final int HALF = 32;
  private static final long LOW = 0xffffffffL;

  private final Layout layout;
  private final KeyLayout keptLayout;
  private final GroupKeys keys;
  private final int countWord;
  private final int headWord;
  private final GroupRows rows;
  private final int linkWord;
  private final int tagWord;
  private final RowReader keptReader;
  private final Hashing hashing;

  /** Where equal rows are counted: finds them. */
  private final SlotIndex byValue = new SlotIndex();

  /** Where the relation has numbers: by number, the place of the row plus one. */
  private int[] placeOfNumber = new int[0];

  /**
   * Where rows only come: by row of the batch, a number for each. Those of rows that are kept are
   * even, and follow from their places; those of others are odd, and count up.
   */
  private int[] numberOfRow = new int[0];

  private int unkeyed;

  /** Where a key has one row at most: by key, the place of its row plus one, as its head says. */
  private int[] placeOfKey = new int[0];

  /** Where equal rows are counted: by place, the key of the row. */
  private int[] keyOfPlace = new int[0];

  private final RowChanges changes = new RowChanges();
  private final KeyProbe probe;
  private int[] keyOfRow = new int[0];

  /** An empty index. */
  public RowsByKey(Layout layout, Hashing hashing) {
    this.layout = layout;
    this.hashing = hashing;
    Schema schema = layout.schema();
    boolean isCode = GroupKeys.isCode(schema, layout.key());
    this.probe = new KeyProbe(schema, layout.key(), layout.matchesNull());
    this.keys = GroupKeys.ofJoin(probe.layout(), isCode, KEY_WORDS, hashing);
    this.countWord = probe.layout().stride();
    this.headWord = countWord + 1;
    this.keptLayout = KeyLayout.of(schema, layout.kept());
    this.keptReader = new RowReader(keptLayout);
    this.linkWord = keptLayout.stride();
    this.tagWord = linkWord + 1;
    this.rows = new GroupRows(layout.identity() == Identity.APPENDED ? tagWord : tagWord + 1);
  }

  /** How the kept columns of a row lie in its words, from the first on. */
  public KeyLayout kept() {
    return keptLayout;
  }

  /**
   * Where a column of the relation, by its index, is among those that are kept; -1 if it is not.
   */
  public int keptIndex(int column) {
    for (int k = 0; k < layout.kept().length; k++) {
      if (layout.kept()[k] == column) {
        return k;
      }
    }
    return NONE;
  }

  /** What the last step changed. */
  public RowChanges changes() {
    return changes;
  }

  /** Takes the changes of an epoch. */
  public void apply(Batch in) {
    settle();
    changes.start(rows.bound());
    if (in.isEmpty()) {
      return;
    }
    findKeys(in);
    keptReader.read(in);
    switch (layout.identity()) {
      case APPENDED -> append(in);
      case NUMBERED -> applyByNumber(in);
      case COUNTED -> applyCounted(in);
    }
  }

  /** Finds the keys of all rows; of those with a null that matches nothing it is -1. */
  private void findKeys(Batch in) {
    if (keyOfRow.length < in.rows()) {
      keyOfRow = new int[in.rows() + (in.rows() >> 1)];
    }
    keys.findOrAdd(probe.keyed(in, keyOfRow), keyOfRow);
  }

  private void append(Batch in) {
    if (numberOfRow.length < in.rows()) {
      numberOfRow = new int[in.rows() + (in.rows() >> 1)];
    }
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      int key = keyOfRow[row];
      long weight = in.weight(row);
      assert weight == 1 : "a row of an append-only relation comes once: weight=" + weight;
      int place = key == NONE ? NONE : add(row, key, 0);
      numberOfRow[row] = key == NONE ? 2 * unkeyed++ + 1 : 2 * place;
      changes.add(row, 1, key, place);
    }
  }

  private void applyByNumber(Batch in) {
    int[] numbers = Objects.requireNonNull(in.slots(), "a relation with a key has numbers");
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      if (in.weight(row) > 0) {
        addNumbered(row, numbers[row]);
        continue;
      }
      int next = i + 1 < in.count() ? in.row(i + 1) : row;
      if (next != row && numbers[next] == numbers[row] && isSame(in, row, next)) {
        i++;
        continue;
      }
      int key = keyOfRow[row];
      if (key == NONE) {
        changes.add(row, -1, NONE, NONE);
        continue;
      }
      int place = placeOfNumber[numbers[row]] - 1;
      placeOfNumber[numbers[row]] = 0;
      unlink(place, key);
      addCount(key, -1);
      changes.addAt(place, row, -1, key);
      changes.gone(place, key);
    }
  }

  private void addNumbered(int row, int number) {
    int key = keyOfRow[row];
    if (key == NONE) {
      changes.add(row, 1, NONE, NONE);
      return;
    }
    int place = add(row, key, number);
    if (number >= placeOfNumber.length) {
      placeOfNumber = Arrays.copyOf(placeOfNumber, number + 1 + (number >> 1));
    }
    placeOfNumber[number] = place + 1;
    changes.addAt(place, row, 1, key);
  }

  /** Have two rows of a batch the same key and the same kept columns? */
  private boolean isSame(Batch in, int row, int other) {
    return keyOfRow[row] == keyOfRow[other]
        && (keyOfRow[row] != NONE || probe.isEqual(in, row, other))
        && KeyProbe.isEqual(in, layout.kept(), row, other);
  }

  private void applyCounted(Batch in) {
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      int key = keyOfRow[row];
      if (key == NONE) {
        changes.add(row, in.weight(row), NONE, NONE);
        continue;
      }
      long hash = hash(key, row);
      int place = find(row, key, hash);
      if (place == NONE) {
        place = add(row, key, 0);
        byValue.add(hash, place);
      }
      long[] page = rows.writable(place);
      page[rows.offset(place) + tagWord] += in.weight(row);
      addCount(key, in.weight(row));
      changes.addTo(place, row, in.weight(row), key);
    }
    for (int c = 0; c < changes.count(); c++) {
      int place = changes.place(c);
      if (place != NONE && tag(place) == 0) {
        byValue.remove(hash(changes.key(c), changes.row(c)), place);
        unlink(place, changes.key(c));
        changes.gone(place, changes.key(c));
      }
    }
    // Those that came and went within the epoch were never there.
    changes.dropUnchanged();
  }

  private long hash(int key, int row) {
    long hash = Hashing.mix(hashing.start(), key);
    for (int k = 0; k < keptLayout.columns(); k++) {
      hash = Hashing.mix(hash, keptReader.words(k)[row]);
    }
    for (int m = 0; m < keptLayout.maskWords(); m++) {
      hash = Hashing.mix(hash, keptReader.mask(row, m));
    }
    return Hashing.finish(hash);
  }

  private long hashOfPlace(int key, int place) {
    long hash = Hashing.mix(hashing.start(), key);
    long[] page = rows.page(place);
    int from = rows.offset(place);
    for (int w = 0; w < keptLayout.stride(); w++) {
      hash = Hashing.mix(hash, page[from + w]);
    }
    return Hashing.finish(hash);
  }

  private int find(int row, int key, long hash) {
    long[] entries = byValue.entries();
    int mask = entries.length - 1;
    int at = SlotIndex.home(hash, mask);
    for (long entry = entries[at]; entry != 0; entry = entries[at]) {
      int place = SlotIndex.slot(entry);
      if (SlotIndex.isOf(entry, hash)
          && keptReader.isEqual(row, rows.page(place), rows.offset(place))
          && keyOfPlace[place] == key) {
        return place;
      }
      at = (at + 1) & mask;
    }
    return NONE;
  }

  /** Puts a row in front of those of its key. */
  private int add(int row, int key, long tag) {
    int place = rows.add();
    long[] page = rows.writable(place);
    int from = rows.offset(place);
    keptReader.copy(row, page, from);
    if (layout.identity() != Identity.APPENDED) {
      page[from + tagWord] = tag;
    }
    link(place, key, page, from);
    if (layout.identity() == Identity.COUNTED) {
      if (place >= keyOfPlace.length) {
        keyOfPlace = Arrays.copyOf(keyOfPlace, place + 16 + (place >> 1));
      }
      keyOfPlace[place] = key;
    } else {
      addCount(key, 1);
    }
    return place;
  }

  private void link(int place, int key, long[] page, int from) {
    long next = keys.rows().page(key)[keys.rows().offset(key) + headWord];
    page[from + linkWord] = next;
    if (next != 0 && layout.identity() != Identity.APPENDED) {
      setBefore((int) next - 1, place + 1);
    }
    setHead(key, place + 1L);
  }

  private void setHead(int key, long head) {
    keys.rows().writable(key)[keys.rows().offset(key) + headWord] = head;
    if (layout.isUnique()) {
      if (key >= placeOfKey.length) {
        placeOfKey = Arrays.copyOf(placeOfKey, key + 16 + (key >> 1));
      }
      placeOfKey[key] = (int) head;
    }
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

  private void addCount(int key, long weight) {
    keys.rows().writable(key)[keys.rows().offset(key) + countWord] += weight;
  }

  /** Takes a row out of the chain of its key; its words stay until the next step. */
  private void unlink(int place, int key) {
    long link = rows.page(place)[rows.offset(place) + linkWord];
    long next = link & LOW;
    long before = link >>> HALF;
    if (before == 0) {
      setHead(key, next);
    } else {
      setNext((int) before - 1, next);
    }
    if (next != 0) {
      setBefore((int) next - 1, before);
    }
  }

  /** Lets go of the rows and keys that the last epoch took away. */
  private void settle() {
    int emptied = 0;
    for (int i = 0; i < changes.goneCount(); i++) {
      rows.remove(changes.gonePlace(i));
      int key = changes.goneKey(i);
      long[] page = keys.rows().writable(key);
      int from = keys.rows().offset(key);
      if (page[from + countWord] == 0 && page[from + headWord] == 0) {
        // So that it is removed once, though several of its rows went.
        page[from + headWord] = GONE;
        changes.emptied(emptied++, key);
      }
    }
    for (int i = 0; i < emptied; i++) {
      keys.remove(changes.goneKey(i));
    }
    changes.start(rows.bound());
  }

  /**
   * Looks up the keys of another relation's rows.
   *
   * @param other how that relation's keys lie in its batches
   * @param slots is given the key of each selected row at the row's index, or -1
   */
  public void find(Batch batch, KeyProbe other, int[] slots) {
    keys.find(other.keyed(batch, slots), other.reader(), slots);
  }

  /** How many rows there are of a key, equal ones counted; 0 for -1. */
  public long count(int key) {
    return key < 0 ? 0 : keys.rows().page(key)[keys.rows().offset(key) + countWord];
  }

  /** The place of the newest row of a key, or -1. */
  public int first(int key) {
    if (key < 0) {
      return NONE;
    }
    return layout.isUnique() ? placeOfKey[key] - 1 : head(key) - 1;
  }

  private int head(int key) {
    return (int) keys.rows().page(key)[keys.rows().offset(key) + headWord];
  }

  /** Has a key one row at most? */
  public boolean isUnique() {
    return layout.isUnique();
  }

  /**
   * Looks up the one row of the key of each of another relation's rows.
   *
   * @param other how that relation's keys lie in its batches
   * @param places is given the row's place at the index of each selected row, or -1
   */
  public void findRows(Batch batch, KeyProbe other, int[] places) {
    assert layout.isUnique() : "a key has several rows";
    find(batch, other, places);
    int[] selection = batch.selection();
    int count = batch.count();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      int key = places[row];
      places[row] = key < 0 ? NONE : placeOfKey[key] - 1;
    }
  }

  /** The place of the next row of the same key, or -1. */
  public int next(int place) {
    // Where a key has one row, that need not be looked at for this.
    return layout.isUnique() ? NONE : link(place);
  }

  private int link(int place) {
    return (int) (rows.page(place)[rows.offset(place) + linkWord] & LOW) - 1;
  }

  /** How often the row at a place is there. */
  public long weight(int place) {
    return layout.identity() == Identity.COUNTED ? tag(place) : 1;
  }

  /** How often the row at a place, which may have gone, was there before the last step. */
  public long weightBefore(int place) {
    if (layout.identity() == Identity.APPENDED) {
      return changes.isNew(place) ? 0 : 1;
    }
    int change = changes.at(place);
    if (layout.identity() == Identity.COUNTED) {
      return tag(place) - (change == NONE ? 0 : changes.weight(change));
    }
    return change == NONE || changes.weight(change) < 0 ? 1 : 0;
  }

  /** Has the row of a change gone for good? Its words are still there. */
  public boolean isGone(int change) {
    return switch (layout.identity()) {
      case APPENDED -> false;
      case NUMBERED -> changes.weight(change) < 0;
      case COUNTED -> tag(changes.place(change)) == 0;
    };
  }

  /** The number of the row at a place; where rows are counted there is none. */
  public int number(int place) {
    return layout.identity() == Identity.APPENDED ? 2 * place : (int) tag(place);
  }

  /** The numbers of the rows of the last batch, by row; where rows are counted there are none. */
  public int[] numbers(Batch in) {
    return layout.identity() == Identity.APPENDED
        ? numberOfRow
        : Objects.requireNonNull(in.slots(), "the relation numbers its rows");
  }

  private long tag(int place) {
    return rows.page(place)[rows.offset(place) + tagWord];
  }

  /** The rows, by place: their first words are those of the kept columns. */
  public GroupRows rows() {
    return rows;
  }

  /** About how many bytes it takes. */
  public long stateBytes() {
    return keys.bytes()
        + rows.bytes()
        + byValue.bytes()
        + (long) (placeOfNumber.length + placeOfKey.length + keyOfPlace.length) * Integer.BYTES;
  }

  /** Adds the codes that it holds. */
  public void mark(CodeSet live) {
    settle();
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
    settle();
    StateImage ofKeys = keys.capture();
    StateImage ofRows = rows.capture();
    int unkeyedRows = unkeyed;
    return out -> {
      out.writeInt(unkeyedRows);
      ofKeys.writeTo(out);
      ofRows.writeTo(out);
    };
  }

  @Override
  public void restore(StateReader in) {
    unkeyed = StateFormat.readCount(in, "rows without a key");
    keys.restore(in);
    rows.restore(in);
    if (layout.identity() == Identity.COUNTED) {
      keyOfPlace = new int[rows.bound()];
    }
    boolean[] isFree = keys.rows().isFree();
    for (int key = 0; key < isFree.length; key++) {
      if (!isFree[key]) {
        setHead(key, head(key));
        for (int place = first(key); place >= 0; place = link(place)) {
          StateFormat.check(place < rows.bound(), "row of a key", place);
          restored(key, place);
        }
      }
    }
    changes.start(rows.bound());
  }

  private void restored(int key, int place) {
    switch (layout.identity()) {
      case APPENDED -> {
        return;
      }
      case NUMBERED -> {
        int number = number(place);
        if (number >= placeOfNumber.length) {
          placeOfNumber = Arrays.copyOf(placeOfNumber, number + 1 + (number >> 1));
        }
        placeOfNumber[number] = place + 1;
      }
      case COUNTED -> {
        keyOfPlace[place] = key;
        byValue.add(hashOfPlace(key, place), place);
      }
    }
  }
}
