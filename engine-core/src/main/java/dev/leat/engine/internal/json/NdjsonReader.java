package dev.leat.engine.internal.json;

import dev.leat.engine.internal.batch.StagedRows;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Reads a stream of NDJSON and hands it on in chunks of rows. It holds one buffer, which grows no
 * further than one line may be long; of a longer line the rest is passed over, and the line is
 * rejected once.
 *
 * <p>Rows do not wait for a slow stream: before a read that could block, those that are there are
 * handed on.
 *
 * <p><b>Threading.</b> One thread; reusable, one stream after another.
 */
public final class NdjsonReader {
  private static final int BUFFER_BYTES = 256 << 10;
  private static final int MAX_CHUNK_ROWS = 4096;
  private static final int MAX_CHUNK_BYTES = 1 << 20;
  private static final int MAX_CHUNK_REJECTS = 1000;

  /**
   * How far a stream has been read.
   *
   * @param bytes of the lines so far, with their ends: where the next line begins
   * @param accepted lines that became rows
   * @param rejected lines that did not
   */
  public record Progress(long bytes, long accepted, long rejected) {}

  /** Takes chunks of rows over. */
  @FunctionalInterface
  public interface Receiver {
    /**
     * Takes a chunk over. Lines rejected between its rows have been reported before.
     *
     * @param rows none if all lines since the last chunk were rejected
     * @param progress up to the end of this chunk
     * @return empty rows to go on with: the same after {@link StagedRows#clear}, or others of the
     *     same schema
     */
    StagedRows take(StagedRows rows, Progress progress);
  }

  private final NdjsonDecoder decoder;
  private final int maxBufferBytes;
  private byte[] buffer;

  // The part of the buffer that is yet to be decoded, and how far it is known to have no newline.
  private int from;
  private int to;
  private int searched;

  private long bytes;
  private long accepted;
  private long rejected;
  private long rejectedBefore; // in the chunks that were handed on

  public NdjsonReader(NdjsonDecoder decoder) {
    this.decoder = decoder;
    // A line may be as long as the limit, and its end takes two more bytes.
    maxBufferBytes = decoder.limits().maxRowBytes() + 2;
    buffer = new byte[Math.min(BUFFER_BYTES, maxBufferBytes)];
  }

  /**
   * Reads a stream to its end. The stream is not closed.
   *
   * @param empty rows to start with
   * @param rejects is told of each bad line
   * @param receiver gets the rows
   * @return what was read in all
   * @throws IOException if the stream fails; all lines that were complete by then have been handed
   *     on, the unfinished one not
   */
  public Progress read(InputStream stream, StagedRows empty, Rejects rejects, Receiver receiver)
      throws IOException {
    decoder.startInput();
    from = 0;
    to = 0;
    searched = 0;
    bytes = 0;
    accepted = 0;
    rejected = 0;
    rejectedBefore = 0;
    Rejects counting =
        (reason, line, start, end) -> {
          rejected++;
          rejects.reject(reason, line, start, end);
        };
    StagedRows rows = empty;
    boolean isPassingOver = false;
    try {
      for (int count = fill(stream); count >= 0; count = fill(stream)) {
        if (isPassingOver) {
          isPassingOver = !passOver();
        }
        if (!isPassingOver) {
          rows = decode(rows, false, counting, receiver);
          isPassingOver = to - from == maxBufferBytes;
          if (isPassingOver) {
            decoder.rejectTooLong(buffer, from, to, counting);
          }
        }
        if (mayBlock(stream)) {
          rows = handOn(rows, receiver);
        }
      }
      if (!isPassingOver) {
        rows = decode(rows, true, counting, receiver);
      }
    } catch (IOException e) {
      // Only the stream throws this; a receiver that throws must not be given the same rows again.
      handOn(rows, receiver);
      throw e;
    }
    handOn(rows, receiver);
    return progress();
  }

  /** May the next read wait? A stream that cannot say (a file that is a pipe) may. */
  private static boolean mayBlock(InputStream stream) {
    try {
      return stream.available() == 0;
    } catch (IOException e) {
      return true;
    }
  }

  /** Reads more behind what is left, for which it makes room; -1 at the end of the stream. */
  private int fill(InputStream stream) throws IOException {
    if (from > 0) {
      System.arraycopy(buffer, from, buffer, 0, to - from);
      searched -= from;
      to -= from;
      from = 0;
    }
    if (to == buffer.length) {
      if (to == maxBufferBytes) {
        // A line that is being passed over.
        to = 0;
        searched = 0;
      } else {
        buffer = Arrays.copyOf(buffer, (int) Math.min(maxBufferBytes, 2L * to));
      }
    }
    int count = stream.read(buffer, to, buffer.length - to);
    if (count > 0) {
      to += count;
      bytes += count;
    }
    return count;
  }

  /** Goes on behind the next newline, if there is one yet. */
  private boolean passOver() {
    int newline = Utf8.indexOf((byte) '\n', buffer, searched, to);
    boolean isFound = newline < to;
    from = isFound ? newline + 1 : to;
    searched = from;
    return isFound;
  }

  /** Decodes what lines there are, and hands full chunks on. */
  private StagedRows decode(StagedRows first, boolean isLast, Rejects rejects, Receiver receiver) {
    StagedRows rows = first;
    // Without this look at only what is new, a long line that drips in would be gone through again
    // for every drop.
    boolean hasLine = isLast || Utf8.indexOf((byte) '\n', buffer, searched, to) < to;
    while (hasLine && from < to) {
      int before = rows.size();
      int used = decoder.decode(buffer, from, to, isLast, room(rows), rows, rejects);
      from += used;
      accepted += rows.size() - before;
      hasLine = used > 0;
      if (rows.size() >= MAX_CHUNK_ROWS
          || rows.byteSize() >= MAX_CHUNK_BYTES
          || rejected - rejectedBefore >= MAX_CHUNK_REJECTS) {
        rows = handOn(rows, receiver);
      }
    }
    searched = to;
    return rows;
  }

  /**
   * How many more lines a chunk takes: also of rows that are short in the input and long in memory,
   * and of lines that are rejected.
   */
  private int room(StagedRows rows) {
    long bytesLeft = MAX_CHUNK_BYTES - rows.byteSize();
    long byBytes = bytesLeft / ((long) rows.schema().size() * Long.BYTES);
    long byRejects = MAX_CHUNK_REJECTS - (rejected - rejectedBefore);
    long byRows = (long) MAX_CHUNK_ROWS - rows.size();
    return (int) Math.max(1, Math.min(byRejects, Math.min(byRows, byBytes)));
  }

  private StagedRows handOn(StagedRows rows, Receiver receiver) {
    if (rows.size() == 0 && rejected == rejectedBefore) {
      return rows;
    }
    rejectedBefore = rejected;
    return receiver.take(rows, progress());
  }

  private Progress progress() {
    return new Progress(bytes - (to - from), accepted, rejected);
  }
}
