package dev.leat.engine.internal.log;

import dev.leat.engine.EngineException;
import dev.leat.engine.internal.io.Io;
import java.io.IOException;
import java.nio.file.Path;

/*
 * The mark is written after the records it speaks of were forced, so it never promises what the disk
 * does not have; the position it holds is acknowledged only after it was forced itself, so a log
 * that ends before it has lost something that was acknowledged.
 *
 * The values of its slots: position, first position of the segment, offset of the record's document,
 * closed (1 or 0). When the log is closed both slots say so: the loss of one then costs nothing.
 */
/** The file that remembers how far the log is durable. Used by one thread at a time. */
final class HighWaterMark implements AutoCloseable {
  /**
   * What the file says.
   *
   * @param position the last durable position, 0 if there is none
   * @param segment the first position of the segment it is in, 0 if there is none
   * @param offset where the document of that record begins in the segment's file
   * @param isClosed whether the log was closed with nothing behind that record
   */
  record Mark(long position, long segment, long offset, boolean isClosed) {
    static final Mark NONE = new Mark(0, 0, 0, false);
  }

  private static final int MAGIC = 0x4B52414D; // "MARK", little-endian
  private static final int VALUES = 4;

  private final SlotFile file;

  private HighWaterMark(SlotFile file) {
    this.file = file;
  }

  /** Creates the file, complete or not at all. */
  static void create(Io io, Path path) throws IOException {
    SlotFile.create(io, path, MAGIC, 0, 0, 0, 0);
  }

  /**
   * Opens and reads the file.
   *
   * @throws EngineException CORRUPT if neither slot is good
   */
  static HighWaterMark open(Io io, Path path) throws IOException {
    return new HighWaterMark(SlotFile.open(io, path, MAGIC, VALUES, "the high-water mark"));
  }

  Mark mark() {
    return new Mark(file.value(0), file.value(1), file.value(2), file.value(3) == 1);
  }

  /** Writes a new mark; when this returns, it is durable. */
  void write(Mark next) throws IOException {
    file.write(next.position(), next.segment(), next.offset(), next.isClosed() ? 1 : 0);
  }

  /** Says that the log ends at the mark and is closed. */
  void writeClosed() throws IOException {
    Mark mark = mark();
    Mark closed = new Mark(mark.position(), mark.segment(), mark.offset(), true);
    write(closed);
    write(closed);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
