package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.internal.state.RowChanges;
import dev.leat.engine.internal.state.RowsByKey;
import dev.leat.engine.plan.AsOfJoin;
import dev.leat.engine.plan.Joined;
import dev.leat.engine.plan.JoinedColumns;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Joins each row with the version of its key that was valid at its time.
 *
 * <p><b>How.</b> As in {@link JoinOperator}: changed left rows get the versions as they were, then
 * the left rows as they are get other versions where those changed. For each key that was asked for
 * there is a list of its versions by time, which is made anew from the index when it is missing, so
 * it is no part of the state. Where a key's versions changed, each of its left rows is looked at.
 */
public final class AsOfOperator implements Operator {
  private final JoinSide left;
  private final JoinSide right;
  private final int leftTime;
  private final int leftKeptTime;
  private final int rightTime;
  private final int rightKeptTime;
  private final RowPairs ofLeft = new RowPairs();
  private final Corrections corrections;
  private final PairOutput output;

  /** By key of the right: its versions; null where nobody asked. */
  private @Nullable Versions[] versions = new Versions[0];

  private long versionCount;

  public AsOfOperator(AsOfJoin join, JoinOperator.Wiring wiring) {
    this.left = JoinSide.of(join, Joined.Side.LEFT, wiring.left());
    this.right = JoinSide.of(join, Joined.Side.RIGHT, wiring.right());
    this.leftTime = join.left().schema().find(join.leftTime());
    this.leftKeptTime = left.kept().keptIndex(leftTime);
    this.rightTime = join.right().schema().find(join.rightTime());
    this.rightKeptTime = right.kept().keptIndex(rightTime);
    Joined.Side keySide = join.isNumbered() ? Joined.Side.LEFT : null;
    this.output = new PairOutput(join, keySide, left, right, wiring.isRead(), wiring.dictionary());
    this.corrections = new Corrections(join.columns().sources(), wiring.isRead());
  }

  @Override
  public void step() {
    ofLeft.clear();
    corrections.clear();
    if (left.changes().count() > 0) {
      left.lookUp(right);
      collectLeft();
    }
    if (right.changes().count() > 0) {
      right.lookUp(left);
      correct();
    }
    output.emit(ofLeft, corrections);
  }

  /** The changed rows of the left, with the versions as they were. */
  private void collectLeft() {
    RowChanges changes = left.changes();
    Column times = left.batch().column(leftTime);
    for (int c = 0; c < changes.count(); c++) {
      int row = changes.row(c);
      int key = left.otherKey(row);
      int place = key < 0 || times.isNull(row) ? -1 : before(key).at(times.word(row));
      ofLeft.add(row, place, changes.weight(c));
    }
  }

  /** The versions that a key had before this epoch. */
  private Versions before(int key) {
    if (key >= versions.length) {
      versions = Arrays.copyOf(versions, key + 16 + (key >> 1));
    }
    Versions known = versions[key];
    if (known != null) {
      return known;
    }
    Versions made = new Versions();
    RowsByKey rows = right.kept();
    for (int place = rows.first(key); place >= 0; place = rows.next(place)) {
      if (rows.weightBefore(place) > 0) {
        add(made, place);
      }
    }
    RowChanges changes = right.changes();
    int touched = changes.touched(key);
    for (int c = touched < 0 ? -1 : changes.firstOf(touched); c >= 0; c = changes.nextOf(c)) {
      if (rows.isGone(c)) {
        add(made, changes.place(c));
      }
    }
    versions[key] = made;
    versionCount += made.count();
    return made;
  }

  private void add(Versions to, int place) {
    RowsByKey rows = right.kept();
    if (!isNull(rows, place, rightKeptTime)) {
      to.add(word(rows, place, rightKeptTime), place);
    }
  }

  private static boolean isNull(RowsByKey rows, int place, int kept) {
    KeyLayout layout = rows.kept();
    return layout.isNull(rows.rows().page(place), rows.rows().offset(place), kept);
  }

  private static long word(RowsByKey rows, int place, int kept) {
    return rows.rows().page(place)[rows.rows().offset(place) + kept];
  }

  /** Gives the left rows of keys whose versions changed the versions that are valid now. */
  private void correct() {
    RowChanges changes = right.changes();
    for (int t = 0; t < changes.touchedKeys(); t++) {
      int first = changes.firstOf(t);
      int key = changes.key(first);
      int leftKey = right.otherKey(changes.row(first));
      if (leftKey < 0 && (key >= versions.length || versions[key] == null)) {
        continue;
      }
      Versions now = before(key);
      Versions before = now.copy();
      apply(now, first);
      correct(changes.row(first), leftKey, before, now);
      if (now.count() == 0) {
        // The key may go, and another get its number.
        versions[key] = null;
      }
    }
  }

  private void apply(Versions to, int first) {
    RowChanges changes = right.changes();
    Column times = right.batch().column(rightTime);
    versionCount -= to.count();
    // First those that go: a version is replaced by another of the same time.
    for (int c = first; c >= 0; c = changes.nextOf(c)) {
      if (changes.weight(c) < 0 && !times.isNull(changes.row(c))) {
        to.remove(times.word(changes.row(c)));
      }
    }
    for (int c = first; c >= 0; c = changes.nextOf(c)) {
      if (changes.weight(c) > 0 && !times.isNull(changes.row(c))) {
        to.add(times.word(changes.row(c)), changes.place(c));
      }
    }
    versionCount += to.count();
  }

  private void correct(int row, int leftKey, Versions before, Versions now) {
    RowsByKey rows = left.kept();
    for (int place = rows.first(leftKey); place >= 0; place = rows.next(place)) {
      if (isNull(rows, place, leftKeptTime)) {
        continue;
      }
      long time = word(rows, place, leftKeptTime);
      int old = before.at(time);
      int valid = now.at(time);
      if (old != valid) {
        corrections.add(row, place, old, -rows.weight(place));
        corrections.add(row, place, valid, rows.weight(place));
      }
    }
  }

  /** Pairs of kept rows of both sides, and a row of the right batch that has their key. */
  private final class Corrections implements PairOutput.Others {
    private final RowPairs pairs = new RowPairs();
    private int[] rightPlaces = new int[16];
    private final KeptColumns ofLeft = new KeptColumns(left.kept().rows(), left.kept().kept());
    private final KeptColumns ofRight = new KeptColumns(right.kept().rows(), right.kept().kept());

    /** By column: the key column of the right batch that it is, or -1. */
    private final int[] keyColumn;

    private final boolean[] isRightsAlone;

    private Corrections(List<JoinedColumns.Source> sources, boolean[] isRead) {
      this.keyColumn = new int[isRead.length];
      this.isRightsAlone = new boolean[isRead.length];
      for (int c = 0; c < isRead.length; c++) {
        JoinedColumns.Source source = sources.get(c);
        keyColumn[c] = -1;
        isRightsAlone[c] = source.left() < 0;
        int key = source.left() < 0 ? right.keyIndex(source.right()) : left.keyIndex(source.left());
        if (isRead[c] && key >= 0) {
          keyColumn[c] = right.keyColumn(key);
        } else if (isRead[c]) {
          if (isRightsAlone[c]) {
            ofRight.add(c, right.kept().keptIndex(source.right()));
          } else {
            ofLeft.add(c, left.kept().keptIndex(source.left()));
          }
        }
      }
    }

    private void clear() {
      pairs.clear();
    }

    private void add(int row, int leftPlace, int rightPlace, long weight) {
      if (pairs.count() == rightPlaces.length) {
        rightPlaces = Arrays.copyOf(rightPlaces, 2 * rightPlaces.length);
      }
      rightPlaces[pairs.count()] = rightPlace;
      pairs.add(row, leftPlace, weight);
    }

    @Override
    public int count() {
      return pairs.count();
    }

    @Override
    public void gather(Batch out, int at) {
      ofLeft.gather(pairs.places(), 0, pairs.count(), out, at, null);
      ofRight.gather(rightPlaces, 0, pairs.count(), out, at, null);
      for (int c = 0; c < keyColumn.length; c++) {
        for (int i = 0; i < pairs.count() && keyColumn[c] >= 0; i++) {
          if (isRightsAlone[c] && rightPlaces[i] < 0) {
            out.column(c).setNull(at + i);
          } else {
            out.column(c).copy(at + i, right.batch().column(keyColumn[c]), pairs.rows()[i]);
          }
        }
      }
    }

    @Override
    public long[] weights() {
      return pairs.weights();
    }

    @Override
    public void number(int[] numbers, int at) {
      for (int i = 0; i < pairs.count(); i++) {
        numbers[at + i] = left.kept().number(pairs.places()[i]);
      }
    }
  }

  @Override
  public Batch output() {
    return output.batch();
  }

  @Override
  public long stateBytes() {
    return versionCount * (Long.BYTES + Integer.BYTES) + (long) versions.length * Long.BYTES;
  }

  @Override
  public StateImage capture() {
    return StateImage.EMPTY;
  }

  @Override
  public void restore(StateReader in) {
    // What it keeps is made anew from the indexes.
  }
}
