package dev.leat.engine.internal.state;

import java.util.Arrays;

/**
 * What one epoch changed in {@link RowsByKey}: a change for each row that came or went, or whose
 * count is another now. By key it says how many rows there were before.
 *
 * <p>What joins ask for by key is made when it is asked for: where only one side changes, nobody
 * does.
 */
public final class RowChanges {
  private static final int NONE = -1;

  private int count;
  private int[] rows = new int[16];
  private long[] weights = new long[16];
  private int[] keys = new int[16];
  private int[] places = new int[16];

  /** By place: the change of the row there plus one. */
  private int[] changeAt = new int[0];

  private int boundBefore;
  private int goneCount;
  private int[] gonePlaces = new int[16];
  private int[] goneKeys = new int[16];

  private boolean isByKey;
  private int touchedCount;
  private int[] firsts = new int[0];
  private int[] nexts = new int[0];
  private long[] keyWeights = new long[0];

  /** By key: which of the touched keys it is, plus one. */
  private int[] touchOf = new int[0];

  /** Forgets all changes. */
  void start(int bound) {
    for (int c = 0; c < count; c++) {
      if (places[c] >= 0 && places[c] < changeAt.length) {
        changeAt[places[c]] = 0;
      }
    }
    for (int t = 0; t < touchedCount; t++) {
      touchOf[keys[firsts[t]]] = 0;
    }
    count = 0;
    goneCount = 0;
    touchedCount = 0;
    isByKey = false;
    boundBefore = bound;
  }

  /** A change of a row that is not kept, or whose place nobody asks for. */
  void add(int row, long weight, int key, int place) {
    if (count == rows.length) {
      int size = 2 * count;
      rows = Arrays.copyOf(rows, size);
      weights = Arrays.copyOf(weights, size);
      keys = Arrays.copyOf(keys, size);
      places = Arrays.copyOf(places, size);
    }
    rows[count] = row;
    weights[count] = weight;
    keys[count] = key;
    places[count++] = place;
  }

  /** A change of a row whose place is asked for. */
  void addAt(int place, int row, long weight, int key) {
    add(row, weight, key, place);
    if (place >= changeAt.length) {
      changeAt = Arrays.copyOf(changeAt, place + 16 + (place >> 1));
    }
    changeAt[place] = count;
  }

  /** Adds to the change of a row that may have one. */
  void addTo(int place, int row, long weight, int key) {
    int change = at(place);
    if (change == NONE) {
      addAt(place, row, weight, key);
    } else {
      weights[change] += weight;
    }
  }

  /** Leaves out the changes that came to nothing. */
  void dropUnchanged() {
    int kept = 0;
    for (int c = 0; c < count; c++) {
      int place = places[c];
      if (weights[c] == 0) {
        if (place != NONE) {
          changeAt[place] = 0;
        }
        continue;
      }
      rows[kept] = rows[c];
      weights[kept] = weights[c];
      keys[kept] = keys[c];
      places[kept++] = place;
      if (place != NONE) {
        changeAt[place] = kept;
      }
    }
    count = kept;
  }

  /** Says that a row is not there any more; its words stay at its place until the next epoch. */
  void gone(int place, int key) {
    if (goneCount == gonePlaces.length) {
      gonePlaces = Arrays.copyOf(gonePlaces, 2 * goneCount);
      goneKeys = Arrays.copyOf(goneKeys, 2 * goneCount);
    }
    gonePlaces[goneCount] = place;
    goneKeys[goneCount++] = key;
  }

  int goneCount() {
    return goneCount;
  }

  int gonePlace(int index) {
    return gonePlaces[index];
  }

  /** Notes a key, in the place of one that was asked for before. */
  void emptied(int index, int key) {
    goneKeys[index] = key;
  }

  int goneKey(int index) {
    return goneKeys[index];
  }

  /** How many changes there are; they are in the order of the batch. */
  public int count() {
    return count;
  }

  /** A row of the batch that has the columns of the row that changed. */
  public int row(int change) {
    return rows[change];
  }

  /** The rows of the batch, by change; ascending. */
  public int[] rows() {
    return rows;
  }

  /** How often the row came; less than zero if it went. */
  public long weight(int change) {
    return weights[change];
  }

  /** The key of the row, or -1 if it matches nothing. */
  public int key(int change) {
    return keys[change];
  }

  /** Where the row is, or was; -1 where it is not kept. */
  public int place(int change) {
    return places[change];
  }

  /** The change of the row at a place, or -1. */
  int at(int place) {
    return place < changeAt.length ? changeAt[place] - 1 : NONE;
  }

  /** Has a place been given out in this epoch, where places are never given out again? */
  boolean isNew(int place) {
    return place >= boundBefore;
  }

  private void byKey() {
    if (isByKey) {
      return;
    }
    isByKey = true;
    if (nexts.length < count) {
      nexts = new int[count + (count >> 1)];
      firsts = new int[nexts.length];
      keyWeights = new long[nexts.length];
    }
    for (int c = 0; c < count; c++) {
      int key = keys[c];
      if (key == NONE) {
        continue;
      }
      if (key >= touchOf.length) {
        touchOf = Arrays.copyOf(touchOf, key + 16 + (key >> 1));
      }
      int touch = touchOf[key] - 1;
      if (touch == NONE) {
        touch = touchedCount++;
        touchOf[key] = touchedCount;
        firsts[touch] = c;
        keyWeights[touch] = 0;
        nexts[c] = NONE;
      } else {
        // Behind the first, so that the first stays the first.
        nexts[c] = nexts[firsts[touch]];
        nexts[firsts[touch]] = c;
      }
      keyWeights[touch] += weights[c];
    }
  }

  /** How many keys have changes; the first to be touched comes first. */
  public int touchedKeys() {
    byKey();
    return touchedCount;
  }

  /** How many rows more there are of a touched key. */
  public long keyWeight(int touched) {
    return keyWeights[touched];
  }

  /** The first change of a touched key. */
  public int firstOf(int touched) {
    return firsts[touched];
  }

  /** Another change of the same key, or -1. */
  public int nextOf(int change) {
    return nexts[change];
  }

  /** Which of the touched keys a key is, or -1. */
  public int touched(int key) {
    byKey();
    return key >= 0 && key < touchOf.length ? touchOf[key] - 1 : NONE;
  }
}
