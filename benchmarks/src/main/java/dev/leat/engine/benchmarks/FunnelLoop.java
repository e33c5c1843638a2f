package dev.leat.engine.benchmarks;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import java.util.Arrays;
import java.util.List;

/** Funnel: a byte of flags for each session, and how many sessions have each combination. */
final class FunnelLoop implements HandWritten {
  private static final int SEEN = 1;
  private static final int VIEWED = 2;
  private static final int CARTED = 4;
  private static final int PURCHASED = 8;
  private static final int COMBINATIONS = 16;

  private final byte[] flagsOfType;
  private final byte[] flags;
  private final long[] sessions = new long[COMBINATIONS];
  private final long[] result = new long[4];

  FunnelLoop(Dictionary dictionary) {
    flagsOfType = byType(dictionary, SEEN, SEEN | VIEWED, SEEN | CARTED, SEEN | PURCHASED);
    flags = new byte[dictionary.bound()];
  }

  /** An array from a type's code to a number. */
  static byte[] byType(Dictionary dictionary, int other, int pageView, int cart, int purchase) {
    int[] codes = {
      dictionary.intern("page_view"),
      dictionary.intern("add_to_cart"),
      dictionary.intern("purchase")
    };
    byte[] numbers = new byte[dictionary.bound()];
    Arrays.fill(numbers, (byte) other);
    numbers[codes[0]] = (byte) pageView;
    numbers[codes[1]] = (byte) cart;
    numbers[codes[2]] = (byte) purchase;
    return numbers;
  }

  @Override
  public void fold(Batch batch) {
    long[] session = batch.column(EncodedEvents.SESSION).words();
    long[] type = batch.column(EncodedEvents.TYPE).words();
    int rows = batch.rows();
    for (int i = 0; i < rows; i++) {
      flags[(int) session[i]] |= flagsOfType[(int) type[i]];
    }
  }

  @Override
  public void finish() {
    Arrays.fill(sessions, 0);
    for (byte some : flags) {
      sessions[some]++;
    }
    publish();
  }

  private void publish() {
    Arrays.fill(result, 0);
    // Those without a flag are codes of something else.
    for (int some = SEEN; some < COMBINATIONS; some++) {
      result[0] += sessions[some];
      result[1] += has(some, VIEWED) ? sessions[some] : 0;
      result[2] += has(some, VIEWED | CARTED) ? sessions[some] : 0;
      result[3] += has(some, VIEWED | CARTED | PURCHASED) ? sessions[some] : 0;
    }
  }

  private static boolean has(int some, int wanted) {
    return (some & wanted) == wanted;
  }

  @Override
  public void maintain(Batch batch) {
    long[] session = batch.column(EncodedEvents.SESSION).words();
    long[] type = batch.column(EncodedEvents.TYPE).words();
    int rows = batch.rows();
    for (int i = 0; i < rows; i++) {
      int code = (int) session[i];
      byte old = flags[code];
      byte now = (byte) (old | flagsOfType[(int) type[i]]);
      if (now != old) {
        flags[code] = now;
        sessions[old]--;
        sessions[now]++;
      }
    }
    publish();
  }

  @Override
  public List<String> rows() {
    return List.of(result[0] + "|" + result[1] + "|" + result[2] + "|" + result[3]);
  }
}
