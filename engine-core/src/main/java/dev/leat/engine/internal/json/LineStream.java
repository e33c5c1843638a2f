package dev.leat.engine.internal.json;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Hands one line after another to a parser that stays open. If the parser asks for more than the
 * line, then the line's JSON is not complete, and it gets an exception; so a value never runs on
 * into the next line. Blanks follow each line: the parser is quicker where it need not fear the end
 * of its buffer, and what it leaves unread tells whether it stopped at the line's end.
 */
final class LineStream extends InputStream {
  private static final byte[] PADDING = "\n               ".getBytes(StandardCharsets.US_ASCII);

  /** Thrown when the parser wants to read on past the end of the line. */
  static final class LineEnded extends IOException {
    private static final long serialVersionUID = 1L;

    LineEnded() {
      super("the line ends");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  private byte[] line = {};
  private int at;
  private int end;
  private int padding;
  private long given;
  private long givenBefore;
  private int lineLength;

  /** Starts with blanks, in which a new parser finds no reason to guess at another encoding. */
  LineStream() {
    padding = PADDING.length;
  }

  /** Sets the line to be read next. */
  void open(byte[] buffer, int from, int to) {
    line = buffer;
    at = from;
    end = to;
    padding = PADDING.length;
    givenBefore = given;
    lineLength = to - from;
  }

  int lineLength() {
    return lineLength;
  }

  /** Where in the line a place is that the parser counts from its own first byte. */
  long offsetInLine(long parserOffset) {
    return parserOffset - givenBefore;
  }

  /**
   * Did the parser stop right behind the line?
   *
   * @param unread bytes that the parser took and did not use
   */
  boolean isAtEnd(int unread) {
    return at == end && unread + padding == PADDING.length;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int count = Math.min(length, end - at);
    System.arraycopy(line, at, target, offset, count);
    at += count;
    int blanks = Math.min(length - count, padding);
    System.arraycopy(PADDING, PADDING.length - padding, target, offset + count, blanks);
    padding -= blanks;
    if (count + blanks == 0) {
      throw new LineEnded();
    }
    given += count + blanks;
    return count + blanks;
  }
}
