package dev.leat.engine.benchmarks;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Page traffic: pages numbered as they come, for each a bitmap over the codes of users and
 * sessions.
 */
final class TrafficLoop implements HandWritten {
  private static final int RESULT_WORDS = 3;

  private final Dictionary dictionary;
  private final long pageView;
  private final int bitmapWords;
  private final int[] slotOfPage;
  private final Touched touched;
  private int slots;
  private long[] pages = new long[256];
  private long[] views = new long[256];
  private long[] users = new long[256];
  private long[] sessions = new long[256];
  private long[] userBits;
  private long[] sessionBits;
  private long[] result = new long[256 * RESULT_WORDS];

  TrafficLoop(Dictionary dictionary) {
    this.dictionary = dictionary;
    pageView = dictionary.intern("page_view");
    int bound = dictionary.bound();
    bitmapWords = (bound + 63) >>> 6;
    slotOfPage = new int[bound];
    Arrays.fill(slotOfPage, -1);
    touched = new Touched(bound);
    userBits = new long[256 * bitmapWords];
    sessionBits = new long[256 * bitmapWords];
  }

  private int newSlot(long page) {
    int slot = slots++;
    if (slot == pages.length) {
      pages = Arrays.copyOf(pages, 2 * slot);
      views = Arrays.copyOf(views, 2 * slot);
      users = Arrays.copyOf(users, 2 * slot);
      sessions = Arrays.copyOf(sessions, 2 * slot);
      userBits = Arrays.copyOf(userBits, 2 * slot * bitmapWords);
      sessionBits = Arrays.copyOf(sessionBits, 2 * slot * bitmapWords);
      result = Arrays.copyOf(result, 2 * slot * RESULT_WORDS);
    }
    pages[slot] = page;
    slotOfPage[(int) page] = slot;
    return slot;
  }

  private int add(int page, long user, long session) {
    int slot = slotOfPage[page];
    if (slot < 0) {
      slot = newSlot(page);
    }
    views[slot]++;
    users[slot] += set(userBits, slot * bitmapWords, user);
    sessions[slot] += set(sessionBits, slot * bitmapWords, session);
    return slot;
  }

  private static long set(long[] bits, int base, long code) {
    int at = base + (int) (code >>> 6);
    long old = bits[at];
    bits[at] = old | 1L << code;
    return ~old >>> code & 1;
  }

  @Override
  public void fold(Batch batch) {
    long[] type = batch.column(EncodedEvents.TYPE).words();
    long[] page = batch.column(EncodedEvents.PAGE).words();
    long[] user = batch.column(EncodedEvents.USER).words();
    long[] session = batch.column(EncodedEvents.SESSION).words();
    int rows = batch.rows();
    for (int i = 0; i < rows; i++) {
      if (type[i] == pageView) {
        add((int) page[i], user[i], session[i]);
      }
    }
  }

  @Override
  public void finish() {
    for (int slot = 0; slot < slots; slot++) {
      publish(slot);
    }
  }

  private void publish(int slot) {
    int at = slot * RESULT_WORDS;
    result[at] = views[slot];
    result[at + 1] = users[slot];
    result[at + 2] = sessions[slot];
  }

  @Override
  public void maintain(Batch batch) {
    long[] type = batch.column(EncodedEvents.TYPE).words();
    long[] page = batch.column(EncodedEvents.PAGE).words();
    long[] user = batch.column(EncodedEvents.USER).words();
    long[] session = batch.column(EncodedEvents.SESSION).words();
    int rows = batch.rows();
    touched.startBatch();
    for (int i = 0; i < rows; i++) {
      if (type[i] == pageView) {
        touched.add(add((int) page[i], user[i], session[i]));
      }
    }
    for (int t = 0; t < touched.count(); t++) {
      publish(touched.slot(t));
    }
  }

  @Override
  public List<String> rows() {
    List<String> rows = new ArrayList<>();
    for (int slot = 0; slot < slots; slot++) {
      int at = slot * RESULT_WORDS;
      rows.add(
          dictionary.string(pages[slot])
              + "|"
              + result[at]
              + "|"
              + result[at + 1]
              + "|"
              + result[at + 2]);
    }
    Collections.sort(rows);
    return rows;
  }
}
