package dev.leat.engine.internal.log;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.IoFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/*
 * Two slots, each in a page of its own, written in turn and forced: a power cut can tear the slot
 * being written, never the one before it. The slot with the higher generation counts. It is written
 * after the records it speaks of were forced, so it never promises what the disk does not have; the
 * position it holds is acknowledged only after it was forced itself, so a log that ends before it
 * has lost something that was acknowledged.
 *
 * A slot is 48 bytes, little-endian: CRC32C of the rest (int), magic (int), generation, position,
 * first position of the segment, offset of the record's document (longs), closed (int), 0 (int).
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
  private static final int SLOT_BYTES = 48;
  private static final int SLOT_STRIDE = 4096;
  private static final int SLOTS = 2;

  private final IoFile file;
  private final byte[] slot = new byte[SLOT_BYTES];
  private final CRC32C crc = new CRC32C();
  private long generation;
  private Mark mark = Mark.NONE;

  private HighWaterMark(IoFile file) {
    this.file = file;
  }

  /** Creates the file, complete or not at all. */
  static void create(Io io, Path path) throws IOException {
    Path draft = path.resolveSibling(path.getFileName() + ".new");
    try (IoFile file = io.open(draft, Io.Access.CREATE)) {
      HighWaterMark empty = new HighWaterMark(file);
      empty.write(Mark.NONE);
      empty.write(Mark.NONE);
    }
    io.rename(draft, path);
    Path directory = path.getParent();
    if (directory != null) {
      io.forceDirectory(directory);
    }
  }

  /**
   * Opens and reads the file.
   *
   * @throws EngineException CORRUPT if neither slot is good
   */
  static HighWaterMark open(Io io, Path path) throws IOException {
    IoFile file = io.open(path, Io.Access.WRITE);
    boolean isGood = false;
    try {
      HighWaterMark result = new HighWaterMark(file);
      result.read(path);
      isGood = true;
      return result;
    } finally {
      if (!isGood) {
        file.close();
      }
    }
  }

  Mark mark() {
    return mark;
  }

  /** Writes a new mark; when this returns, it is durable. */
  void write(Mark next) throws IOException {
    RecordFormat.putInt(slot, 4, MAGIC);
    RecordFormat.putLong(slot, 8, generation + 1);
    RecordFormat.putLong(slot, 16, next.position());
    RecordFormat.putLong(slot, 24, next.segment());
    RecordFormat.putLong(slot, 32, next.offset());
    RecordFormat.putInt(slot, 40, next.isClosed() ? 1 : 0);
    RecordFormat.putInt(slot, 44, 0);
    RecordFormat.putInt(slot, 0, sum());
    file.write((generation + 1) % SLOTS * SLOT_STRIDE, slot, 0, SLOT_BYTES);
    file.force();
    generation++;
    mark = next;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private void read(Path path) throws IOException {
    @Nullable Mark newest = null;
    for (int i = 0; i < SLOTS; i++) {
      int length = file.read((long) i * SLOT_STRIDE, slot, 0, SLOT_BYTES);
      boolean isGood =
          length == SLOT_BYTES
              && RecordFormat.intAt(slot, 4) == MAGIC
              && RecordFormat.intAt(slot, 0) == sum();
      if (isGood && RecordFormat.longAt(slot, 8) > generation) {
        generation = RecordFormat.longAt(slot, 8);
        newest =
            new Mark(
                RecordFormat.longAt(slot, 16),
                RecordFormat.longAt(slot, 24),
                RecordFormat.longAt(slot, 32),
                RecordFormat.intAt(slot, 40) == 1);
      }
    }
    if (newest == null) {
      throw new EngineException(
          Kind.CORRUPT,
          "the high-water mark of the event log is damaged in both copies; restore the directory"
              + " from a backup: file="
              + path);
    }
    mark = newest;
  }

  private int sum() {
    crc.reset();
    crc.update(slot, 4, SLOT_BYTES - 4);
    return (int) crc.getValue();
  }
}
