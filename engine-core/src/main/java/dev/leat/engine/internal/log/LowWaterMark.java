package dev.leat.engine.internal.log;

import dev.leat.engine.EngineException;
import dev.leat.engine.internal.io.Io;
import java.io.IOException;
import java.nio.file.Path;

/*
 * It tells a segment that was released from one that is lost: the log begins where it says, and
 * nowhere else. It is written before files are deleted, into both slots, since an old slot would name
 * segments that are gone; what a crash leaves below it is deleted at the next opening.
 */
/** The file that remembers where the log begins. Used by one thread at a time. */
final class LowWaterMark implements AutoCloseable {
  private static final int MAGIC = 0x4D574F4C; // "LOWM", little-endian

  private static final String NAME = "the low-water mark";

  private final SlotFile file;

  private LowWaterMark(SlotFile file) {
    this.file = file;
  }

  /** Creates the file for a log that begins at position 1, complete or not at all. */
  static void create(Io io, Path path) throws IOException {
    SlotFile.create(io, path, MAGIC, 1);
  }

  /**
   * Opens and reads the file.
   *
   * @throws EngineException CORRUPT if neither slot is good
   */
  static LowWaterMark open(Io io, Path path) throws IOException {
    return new LowWaterMark(SlotFile.open(io, path, MAGIC, 1, NAME));
  }

  /** What a file says that somebody else may have open; see {@link #first}. */
  static long look(Io io, Path path) throws IOException {
    try (SlotFile file = SlotFile.look(io, path, MAGIC, 1, NAME)) {
      return file.value(0);
    }
  }

  /** The first position of the first segment that is kept. */
  long first() {
    return file.value(0);
  }

  /** Moves it; when this returns, it is durable and the segments before it may go. */
  void write(long first) throws IOException {
    file.write(first);
    file.write(first);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
