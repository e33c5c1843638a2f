package dev.leat.engine.internal.json;

import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.plan.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Decodes NDJSON into staged rows of one schema.
 *
 * <p>Each line is one object. Its fields are the columns of the same name; others are passed over.
 * A field that is missing or null is null. A line is rejected, and leaves nothing behind, if it is
 * not strict JSON in strict UTF-8, goes beyond a limit, has a value that is not its column's, lacks
 * a column that must not be null, or has a name twice at the top level (whether it is a column or
 * not; inside values that are passed over, names are not compared). Lines end with {@code \n} or
 * {@code \r\n}; blank ones are skipped, and so is a byte order mark at the start of the input.
 *
 * <p><b>Structure.</b> A line first goes to the {@link RowScanner}, which reads what most producers
 * write in one pass, and gives up at all else. Then the line's end is looked for, its length and
 * its UTF-8 are checked, and {@link JacksonRow} reads it; it alone says that a line is bad and why.
 * Both hand their values to the {@link FieldDecoder} of the column. {@link NdjsonReader} brings the
 * bytes of a stream.
 *
 * <p><b>Cost.</b> The scanner allocates nothing; Jackson allocates nothing for a row it accepts,
 * but names that are no columns and values that are objects beside the batch. A rejected line costs
 * a new parser, some microseconds.
 *
 * <p><b>Threading.</b> One thread; reusable, see {@link #startInput}.
 */
public final class NdjsonDecoder {
  // A producer whose lines all have escapes, say, should not pay for two ways through each: after
  // some misses in a row the scanner pauses, for twice as long each time up to 256 lines.
  private static final int FREE_MISSES = 4;
  static final int MAX_MISSES = 8;

  private final JsonLimits limits;
  private final int freeMisses;
  private final JacksonRow jackson;
  private final @Nullable RowScanner scanner;
  private boolean isAtStart = true;

  /** How often in a row the scanner has given up, and how many lines it is not to try for that. */
  private int misses;

  private int linesToSkip;

  public NdjsonDecoder(Schema schema, JsonLimits limits) {
    this(schema, limits, FREE_MISSES);
  }

  /**
   * A decoder that pauses the scanner sooner or later, which makes a difference in speed only.
   *
   * @param freeMisses misses in a row before the first pause; 0 to use no scanner, more than {@link
   *     #MAX_MISSES} for no pauses
   */
  NdjsonDecoder(Schema schema, JsonLimits limits, int freeMisses) {
    this.freeMisses = freeMisses;
    this.limits = limits;
    FieldDecoder[] fields = new FieldDecoder[schema.size()];
    for (int i = 0; i < fields.length; i++) {
      fields[i] = new FieldDecoder(i, schema.field(i), limits);
    }
    jackson = new JacksonRow(schema, fields, limits);
    scanner = freeMisses > 0 ? new RowScanner(schema, fields, limits) : null;
  }

  /** What a line may cost. */
  public JsonLimits limits() {
    return limits;
  }

  /** Says that the next bytes are the first of another input, where a byte order mark may stand. */
  public void startInput() {
    isAtStart = true;
  }

  /**
   * Decodes lines until the bytes are used up or enough lines have been taken.
   *
   * @param isLast is an unterminated last line complete?
   * @param maxRows how many lines to take at most, rejected ones counted, blank ones not
   * @param rows gets a row for each good line
   * @param rejects is told of each bad line
   * @return how many bytes were used; the rest is wanted again, with what follows it
   */
  public int decode(
      byte[] buffer,
      int from,
      int to,
      boolean isLast,
      int maxRows,
      StagedRows rows,
      Rejects rejects) {
    int at = from;
    for (int taken = 0; taken < maxRows && at < to; ) {
      int next = scanLine(buffer, at, to, rows);
      if (next >= 0) {
        at = next;
        taken++;
        continue;
      }
      int newline = Utf8.indexOf((byte) '\n', buffer, at, to);
      if (newline == to && !isLast) {
        break;
      }
      if (decodeLine(buffer, at, newline, rows, rejects)) {
        taken++;
      }
      isAtStart = false;
      at = Math.min(newline + 1, to);
    }
    return at - from;
  }

  /**
   * Takes a row with the scanner; returns where the next line starts, or {@link
   * RowScanner#GIVEN_UP}.
   */
  private int scanLine(byte[] buffer, int at, int to, StagedRows rows) {
    if (scanner == null) {
      return RowScanner.GIVEN_UP;
    }
    if (linesToSkip > 0) {
      linesToSkip--;
      return RowScanner.GIVEN_UP;
    }
    int next = scanner.scan(buffer, at, to, rows);
    if (next >= 0) {
      rows.commit(StagedRows.PUT);
      isAtStart = false;
      misses = 0;
    } else {
      rows.rollback(rows.size());
      misses = Math.min(misses + 1, MAX_MISSES);
      linesToSkip = misses < freeMisses ? 0 : 1 << misses;
    }
    return next;
  }

  /** Decodes a line without its newline; false if it is blank. */
  private boolean decodeLine(
      byte[] buffer, int from, int newline, StagedRows rows, Rejects rejects) {
    int to = newline > from && buffer[newline - 1] == '\r' ? newline - 1 : newline;
    int start = isAtStart && hasMark(buffer, from, to) ? from + 3 : from;
    try {
      if (to - from > limits.maxRowBytes()) {
        throw new BadRow(tooLong());
      }
      int end = to;
      while (end > start && isBlank(buffer[end - 1])) {
        end--;
      }
      if (end == start) {
        return false;
      }
      if (!Utf8.isValid(buffer, start, end)) {
        throw new BadRow("not valid UTF-8");
      }
      jackson.read(buffer, start, end, rows);
      rows.commit(StagedRows.PUT);
      if (scanner != null && !jackson.otherNames().isEmpty()) {
        scanner.learn(jackson.otherNames());
      }
    } catch (BadRow e) {
      rows.rollback(rows.size());
      rejects.reject(e.reason(), buffer, start, to);
    }
    return true;
  }

  private String tooLong() {
    return "a line of more than " + limits.maxRowBytes() + " bytes";
  }

  /** Rejects a line that is known to be too long, of which a beginning is there. */
  void rejectTooLong(byte[] buffer, int from, int to, Rejects rejects) {
    isAtStart = false;
    rejects.reject(tooLong(), buffer, from, to);
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t' || b == '\r';
  }

  private static boolean hasMark(byte[] buffer, int from, int to) {
    return to - from >= 3
        && buffer[from] == (byte) 0xef
        && buffer[from + 1] == (byte) 0xbb
        && buffer[from + 2] == (byte) 0xbf;
  }
}
