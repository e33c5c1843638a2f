package dev.leat.engine.benchmarks;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Session summary: one cache line for each session, at the place that its code says. It relies on a
 * session having one user, device and country, and checks that it has.
 */
final class SessionsLoop implements HandWritten {
  private static final int LINE_BITS = 3;
  private static final int KEY = 0;
  private static final int START = 1;
  private static final int END = 2;
  private static final int PAGE_VIEWS = 3;
  private static final int OTHERS = 4;
  private static final int CARTS = 5;
  private static final int PURCHASES = 6;
  private static final int CODE_BITS = 21;
  private static final int CODE_MASK = (1 << CODE_BITS) - 1;

  private final Dictionary dictionary;
  private final int bound;
  private final byte[] counterOfType;
  private final long[] lines;
  private final long[] result;
  private final Touched touched;

  SessionsLoop(Dictionary dictionary) {
    this.dictionary = dictionary;
    counterOfType = FunnelLoop.byType(dictionary, OTHERS, PAGE_VIEWS, CARTS, PURCHASES);
    bound = dictionary.bound();
    if (bound > CODE_MASK) {
      throw new IllegalArgumentException("too many codes for this loop: " + bound);
    }
    lines = new long[bound << LINE_BITS];
    result = new long[bound << LINE_BITS];
    touched = new Touched(bound);
  }

  private void add(int session, long key, long micros, int counter) {
    int line = session << LINE_BITS;
    if (lines[line + KEY] == 0) {
      lines[line + KEY] = key;
      lines[line + START] = micros;
      lines[line + END] = micros;
    } else if (lines[line + KEY] != key) {
      throw new IllegalStateException("a session of two users: " + dictionary.string(session));
    }
    lines[line + START] = Math.min(lines[line + START], micros);
    lines[line + END] = Math.max(lines[line + END], micros);
    lines[line + counter]++;
  }

  /** Not zero, because the three codes are not all zero. */
  private static long key(long user, long device, long country) {
    return (user << CODE_BITS | device) << CODE_BITS | country;
  }

  @Override
  public void fold(Batch batch) {
    long[] session = batch.column(EncodedEvents.SESSION).words();
    long[] user = batch.column(EncodedEvents.USER).words();
    long[] device = batch.column(EncodedEvents.DEVICE).words();
    long[] country = batch.column(EncodedEvents.COUNTRY).words();
    long[] type = batch.column(EncodedEvents.TYPE).words();
    long[] micros = batch.column(EncodedEvents.MICROS).words();
    int rows = batch.rows();
    for (int i = 0; i < rows; i++) {
      add(
          (int) session[i],
          key(user[i], device[i], country[i]),
          micros[i],
          counterOfType[(int) type[i]]);
    }
  }

  @Override
  public void finish() {
    System.arraycopy(lines, 0, result, 0, lines.length);
  }

  @Override
  public void maintain(Batch batch) {
    fold(batch);
    long[] session = batch.column(EncodedEvents.SESSION).words();
    int rows = batch.rows();
    touched.startBatch();
    for (int i = 0; i < rows; i++) {
      touched.add((int) session[i]);
    }
    for (int t = 0; t < touched.count(); t++) {
      int line = touched.slot(t) << LINE_BITS;
      for (int w = 0; w < 1 << LINE_BITS; w++) {
        result[line + w] = lines[line + w];
      }
    }
  }

  @Override
  public List<String> rows() {
    List<String> rows = new ArrayList<>();
    for (int session = 0; session < bound; session++) {
      int line = session << LINE_BITS;
      long key = result[line + KEY];
      if (key != 0) {
        long events =
            result[line + PAGE_VIEWS]
                + result[line + OTHERS]
                + result[line + CARTS]
                + result[line + PURCHASES];
        rows.add(
            String.join(
                "|",
                dictionary.string(session),
                dictionary.string(key >>> (2 * CODE_BITS)),
                dictionary.string((key >>> CODE_BITS) & CODE_MASK),
                dictionary.string(key & CODE_MASK),
                Long.toString(result[line + START]),
                Long.toString(result[line + END]),
                Long.toString(events),
                Long.toString(result[line + PAGE_VIEWS]),
                Long.toString(result[line + CARTS]),
                Long.toString(result[line + PURCHASES])));
      }
    }
    Collections.sort(rows);
    return rows;
  }
}
