package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import java.util.Arrays;
import java.util.function.ToLongFunction;

/**
 * The flags that rows set, where these follow from one column of dictionary codes: computed once
 * for each code. They are dropped when codes were freed, for a freed code may come to mean another
 * value; a column of many values is given up.
 */
final class FlagsByCode {
  /**
   * What stands in the table for a code that nobody asked for yet: a word with bits that flags
   * never have, neither in 64 bits nor in the lower 32.
   */
  static final long UNKNOWN = Long.MIN_VALUE | 1L << (Integer.SIZE - 1);

  private static final int MAX_CODES = 4096;

  /** There is a word for each code up to the largest. */
  private static final int MAX_CODE = 1 << 20;

  private final int column;
  private final ToLongFunction<Batch> flagsOf;
  private final Dictionary dictionary;
  private final Batch one;
  private long[] flags = new long[64];
  private long ofNull = UNKNOWN;
  private int learned;
  private boolean isGivenUp;
  private int generation;

  /**
   * Flags by the codes of a column.
   *
   * @param columns of a batch
   * @param flagsOf computes them for the row of a batch of one
   */
  FlagsByCode(int column, int columns, ToLongFunction<Batch> flagsOf, Dictionary dictionary) {
    this.column = column;
    this.flagsOf = flagsOf;
    this.dictionary = dictionary;
    this.one = new Batch(columns);
    this.generation = dictionary.generation();
    Arrays.fill(flags, UNKNOWN);
  }

  /** Does it take part, or are there too many codes? The same until it has written a batch. */
  boolean isInUse() {
    return !isGivenUp;
  }

  /** The column of the codes. */
  int column() {
    return column;
  }

  /**
   * The flags by code, UNKNOWN where they were not asked for yet. The last place is no code's, and
   * UNKNOWN: it stands for all codes from there on.
   */
  long[] table() {
    if (generation != dictionary.generation()) {
      generation = dictionary.generation();
      Arrays.fill(flags, UNKNOWN);
      learned = 0;
    }
    return flags;
  }

  /** Sets the flags of a batch's selected rows. */
  void write(Batch rows, long[] out) {
    long[] known = table();
    Column codes = rows.column(column);
    long[] words = codes.words();
    boolean hasNulls = codes.nulls() != null;
    int[] selection = rows.selection();
    int count = rows.count();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      int code = (int) words[row];
      if (hasNulls && codes.isNull(row)) {
        out[row] = ofNull();
        continue;
      }
      long found = known[Math.min(code, known.length - 1)];
      if (found == UNKNOWN) {
        found = learn(code);
        known = flags;
      }
      out[row] = found;
    }
  }

  /** The flags of a code. */
  long of(int code) {
    long found = flags[Math.min(code, flags.length - 1)];
    return found == UNKNOWN ? learn(code) : found;
  }

  private long learn(int code) {
    one.column(column).reset(1);
    one.column(column).set(0, code);
    one.fill(1, null);
    long found = flagsOf.applyAsLong(one);
    if (code >= MAX_CODE || learned == MAX_CODES) {
      isGivenUp = true;
      return found;
    }
    if (code >= flags.length - 1) {
      int length = flags.length;
      flags = Arrays.copyOf(flags, Math.max(code + 2, 2 * length));
      Arrays.fill(flags, length, flags.length, UNKNOWN);
    }
    learned++;
    flags[code] = found;
    return found;
  }

  private long ofNull() {
    if (ofNull == UNKNOWN) {
      one.column(column).reset(1);
      one.column(column).setNull(0);
      one.fill(1, null);
      ofNull = flagsOf.applyAsLong(one);
    }
    return ofNull;
  }
}
