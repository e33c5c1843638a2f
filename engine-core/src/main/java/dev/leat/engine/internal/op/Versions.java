package dev.leat.engine.internal.op;

import java.util.Arrays;

/** The versions of one key by the time since when each is valid, and where its row is. */
final class Versions {
  private static final int NONE = -1;

  private long[] times;
  private int[] places;
  private int count;

  Versions() {
    times = new long[4];
    places = new int[4];
  }

  private Versions(Versions other) {
    times = Arrays.copyOf(other.times, Math.max(1, other.count));
    places = Arrays.copyOf(other.places, times.length);
    count = other.count;
  }

  Versions copy() {
    return new Versions(this);
  }

  int count() {
    return count;
  }

  /** The place of the version that is valid at a time, or -1. */
  int at(long time) {
    int index = Arrays.binarySearch(times, 0, count, time);
    int valid = index >= 0 ? index : -index - 2;
    return valid < 0 ? NONE : places[valid];
  }

  /** Adds a version; mostly it is the latest. No other has its time. */
  void add(long time, int place) {
    int index = -Arrays.binarySearch(times, 0, count, time) - 1;
    assert index >= 0 : "two versions of one time: " + time;
    if (count == times.length) {
      times = Arrays.copyOf(times, 2 * count);
      places = Arrays.copyOf(places, 2 * count);
    }
    System.arraycopy(times, index, times, index + 1, count - index);
    System.arraycopy(places, index, places, index + 1, count - index);
    times[index] = time;
    places[index] = place;
    count++;
  }

  /** Removes the version of a time. */
  void remove(long time) {
    int index = Arrays.binarySearch(times, 0, count, time);
    assert index >= 0 : "no version of this time: " + time;
    System.arraycopy(times, index + 1, times, index, count - index - 1);
    System.arraycopy(places, index + 1, places, index, count - index - 1);
    count--;
  }
}
