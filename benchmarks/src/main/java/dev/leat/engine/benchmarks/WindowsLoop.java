package dev.leat.engine.benchmarks;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Windows of ten minutes with five distinct counts of sessions, one of them all and one for each
 * type of event, written by hand: a bitmap of codes for each window and count.
 */
final class WindowsLoop {
  static final List<String> TYPES = List.of("page_view", "click", "add_to_cart", "purchase");

  private static final long WINDOW_MICROS = 600_000_000L;

  private final long[] types;
  private final int bitmapWords;
  private final int counts;
  private long firstWindow = Long.MIN_VALUE;
  private long[][] bits = new long[0][];
  private long[] results = new long[0];

  WindowsLoop(Dictionary dictionary) {
    this.types = TYPES.stream().mapToLong(dictionary::intern).toArray();
    this.bitmapWords = (dictionary.bound() + 63) >>> 6;
    this.counts = types.length + 1;
  }

  void fold(Batch batch) {
    long[] micros = batch.column(EncodedEvents.MICROS).words();
    long[] type = batch.column(EncodedEvents.TYPE).words();
    long[] session = batch.column(EncodedEvents.SESSION).words();
    for (int i = 0; i < batch.rows(); i++) {
      int window = window(Math.floorDiv(micros[i], WINDOW_MICROS));
      long[] sets = bits[window];
      add(sets, window, 0, session[i]);
      for (int t = 0; t < types.length; t++) {
        if (type[i] == types[t]) {
          add(sets, window, t + 1, session[i]);
        }
      }
    }
  }

  private int window(long number) {
    if (firstWindow == Long.MIN_VALUE) {
      firstWindow = number;
    }
    if (number < firstWindow) {
      throw new IllegalStateException("events come in the order of time");
    }
    int window = (int) (number - firstWindow);
    if (window >= bits.length) {
      int from = bits.length;
      bits = Arrays.copyOf(bits, 2 * window + 1);
      for (int w = from; w < bits.length; w++) {
        bits[w] = new long[counts * bitmapWords];
      }
      results = Arrays.copyOf(results, bits.length * counts);
    }
    return window;
  }

  private void add(long[] sets, int window, int count, long code) {
    int at = count * bitmapWords + (int) (code >>> 6);
    long old = sets[at];
    sets[at] = old | 1L << code;
    results[window * counts + count] += ~old >>> code & 1;
  }

  /** The counts of each window that has rows, in the order of time. */
  List<List<Long>> rows() {
    List<List<Long>> rows = new ArrayList<>();
    for (int w = 0; w < bits.length; w++) {
      List<Long> row = new ArrayList<>();
      row.add((firstWindow + w) * WINDOW_MICROS);
      for (int c = 0; c < counts; c++) {
        row.add(results[w * counts + c]);
      }
      if (row.get(1) > 0) {
        rows.add(row);
      }
    }
    return rows;
  }
}
