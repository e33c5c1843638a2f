package dev.leat.engine.internal.log;

import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.IoFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/*
 * Reads a Chronicle file without Chronicle. A .cq4 file is a sequence of documents: a 4-byte header
 * word, aligned to 4, then as many bytes as its lower 30 bits say. Bit 31 says "being written", bit
 * 30 "metadata" (the store's own header and its index pages, which lie between the records and are
 * skipped here), and a word of zero says that nothing follows yet.
 *
 * Why not Chronicle's tailer: it takes damage for the end of the queue, it maps files, so that a
 * file cut short is a SIGBUS, and it wants the metadata file, which a kill can leave locked. Here a
 * file is only ever read, and whatever is not a good record stops the scan with a reason and an
 * offset. Whether stopping there is right is for the caller to know: the scanner does not.
 */
/** Reads the records of one segment file, in order, and says where and why it stopped. */
final class SegmentScanner implements AutoCloseable {
  private static final int WORD_BYTES = 4;
  private static final int NOT_COMPLETE = 1 << 31;
  private static final int METADATA = 1 << 30;
  private static final int LENGTH_MASK = METADATA - 1;
  private static final int READ_BYTES = 256 << 10;

  private final Path path;
  private final IoFile file;
  private final long size;
  private final CRC32C crc = new CRC32C();

  private byte[] buffer = new byte[READ_BYTES];
  private long bufferStart;
  private int bufferLength;

  private long offset;
  private long position;
  private long recordOffset;
  private int recordBytes;
  private String problem = "";
  private boolean isAtEnd;

  /**
   * Opens a file to read.
   *
   * @param position the position that the first record must have
   * @param offset where to start, the header word of some document
   */
  SegmentScanner(Io io, Path path, long position, long offset) throws IOException {
    this.path = path;
    this.file = io.open(path, Io.Access.READ);
    this.position = position;
    this.offset = offset;
    long length;
    try {
      length = file.size();
    } catch (IOException e) {
      file.close();
      throw e;
    }
    this.size = length;
  }

  /**
   * Goes to the next record.
   *
   * @param verify whether to check the sum; the header is checked always
   * @return false if there is no good record; {@link #stop()} says why
   */
  boolean next(boolean verify) throws IOException {
    while (true) {
      offset = (offset + WORD_BYTES - 1) & -WORD_BYTES;
      if (!isLoaded(offset, WORD_BYTES)) {
        return stopAtEnd("the file ends");
      }
      int word = RecordFormat.intAt(buffer, at(offset));
      if (word == 0) {
        return stopAtEnd("no document follows");
      }
      int length = word & LENGTH_MASK;
      if ((word & NOT_COMPLETE) != 0) {
        return stopDamaged("header word " + Integer.toHexString(word) + " of no finished document");
      }
      if (offset + WORD_BYTES + length > size) {
        return stopDamaged("a document of " + length + " bytes in a file of " + size);
      }
      if ((word & METADATA) == 0) {
        return nextRecord(length, verify);
      }
      offset += WORD_BYTES + length;
    }
  }

  private boolean nextRecord(int length, boolean verify) throws IOException {
    long start = offset + WORD_BYTES;
    if (length < RecordFormat.HEADER_BYTES) {
      return stopDamaged("a document of " + length + " bytes is too short for a record");
    }
    if (!isLoaded(start, RecordFormat.HEADER_BYTES)) {
      return stopDamaged("the file ended while it was read");
    }
    String wrong = RecordFormat.headerProblem(buffer, at(start), position, length);
    if (!wrong.isEmpty()) {
      return stopDamaged(wrong);
    }
    if (verify) {
      if (!isLoaded(start, length)) {
        return stopDamaged("the file ended while it was read");
      }
      if (!RecordFormat.isSumRight(buffer, at(start), length, crc)) {
        return stopDamaged("CRC mismatch");
      }
    }
    recordOffset = offset;
    recordBytes = length;
    offset = start + length;
    position++;
    return true;
  }

  /** Shows the record that {@link #next} verified. */
  void show(RecordVisitor visitor) {
    int start = at(recordOffset + WORD_BYTES);
    visitor.record(
        position - 1,
        buffer,
        start + RecordFormat.HEADER_BYTES,
        recordBytes - RecordFormat.HEADER_BYTES);
  }

  /** The position of the last good record, or one before the first. */
  long lastPosition() {
    return position - 1;
  }

  /** Where the document of the last good record begins. */
  long recordOffset() {
    return recordOffset;
  }

  /** Where the next document begins, or would. */
  long offset() {
    return offset;
  }

  /** Whether the scan stopped at what looks like an end, and not at something broken. */
  boolean isAtEnd() {
    return isAtEnd;
  }

  /** Why the scan stopped, with position, file and offset. */
  String stop() {
    return problem + ": position=" + position + " file=" + path + " offset=" + offset;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private boolean stopAtEnd(String reason) {
    isAtEnd = true;
    return stopDamaged(reason);
  }

  private boolean stopDamaged(String reason) {
    problem = reason;
    return false;
  }

  private int at(long fileOffset) {
    return (int) (fileOffset - bufferStart);
  }

  /** Brings a stretch of the file into the buffer; false if the file ends before. */
  private boolean isLoaded(long from, int length) throws IOException {
    if (from >= bufferStart && from + length <= bufferStart + bufferLength) {
      return true;
    }
    if (from + length > size) {
      return false;
    }
    int keep = 0;
    byte[] target = length <= buffer.length ? buffer : new byte[length + length / 4];
    if (from >= bufferStart && from < bufferStart + bufferLength) {
      int start = at(from);
      keep = bufferLength - start;
      System.arraycopy(buffer, start, target, 0, keep);
    }
    buffer = target;
    bufferStart = from;
    int wanted = (int) Math.min(buffer.length, size - from);
    bufferLength = keep + file.read(from + keep, buffer, keep, wanted - keep);
    return length <= bufferLength;
  }
}
