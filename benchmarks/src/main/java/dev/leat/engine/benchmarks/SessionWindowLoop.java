package dev.leat.engine.benchmarks;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Sessions by a gap in time: one cache line for each session, and for each user which is the last.
 * It relies on events coming in the order of their times, and checks that they do.
 */
final class SessionWindowLoop {
  private static final int LINE_BITS = 3;
  private static final int USER = 0;
  private static final int START = 1;
  private static final int LAST = 2;
  private static final int OTHERS = 3;
  private static final int PAGE_VIEWS = 4;
  private static final int CARTS = 5;
  private static final int PURCHASES = 6;

  private final Dictionary dictionary;
  private final long gap;
  private final byte[] counterOfType;
  private final int[] sessionOfUser;
  private long[] lines = new long[1 << 12];
  private long[] result = new long[0];
  private int sessions;

  SessionWindowLoop(Dictionary dictionary, long gap) {
    this.dictionary = dictionary;
    this.gap = gap;
    counterOfType = FunnelLoop.byType(dictionary, OTHERS, PAGE_VIEWS, CARTS, PURCHASES);
    sessionOfUser = new int[dictionary.bound()];
    Arrays.fill(sessionOfUser, -1);
  }

  void fold(Batch batch) {
    long[] user = batch.column(EncodedEvents.USER).words();
    long[] type = batch.column(EncodedEvents.TYPE).words();
    long[] micros = batch.column(EncodedEvents.MICROS).words();
    int rows = batch.rows();
    for (int i = 0; i < rows; i++) {
      int line = sessionOfUser[(int) user[i]];
      if (line < 0 || micros[i] > lines[line + LAST] + gap) {
        line = open((int) user[i], micros[i]);
      } else if (micros[i] < lines[line + LAST]) {
        throw new IllegalStateException("an event before another: micros=" + micros[i]);
      }
      lines[line + LAST] = micros[i];
      lines[line + counterOfType[(int) type[i]]]++;
    }
  }

  private int open(int user, long micros) {
    int line = sessions++ << LINE_BITS;
    if (line == lines.length) {
      lines = Arrays.copyOf(lines, 2 * line);
    }
    lines[line + USER] = user;
    lines[line + START] = micros;
    sessionOfUser[user] = line;
    return line;
  }

  /** Makes the result, as the view of an engine is one. */
  void finish() {
    result = Arrays.copyOf(lines, sessions << LINE_BITS);
  }

  /** How many sessions there are. */
  int sessions() {
    return sessions;
  }

  /** The rows of the result. */
  List<String> rows() {
    List<String> rows = new ArrayList<>();
    for (int line = 0; line < result.length; line += 1 << LINE_BITS) {
      long events =
          result[line + OTHERS]
              + result[line + PAGE_VIEWS]
              + result[line + CARTS]
              + result[line + PURCHASES];
      rows.add(
          String.join(
              "|",
              dictionary.string(result[line + USER]),
              Long.toString(result[line + START]),
              Long.toString(result[line + LAST] + gap),
              Long.toString(events),
              Long.toString(result[line + PAGE_VIEWS]),
              Long.toString(result[line + CARTS]),
              Long.toString(result[line + PURCHASES])));
    }
    Collections.sort(rows);
    return rows;
  }
}
