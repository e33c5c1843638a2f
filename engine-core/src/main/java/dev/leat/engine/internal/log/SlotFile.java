package dev.leat.engine.internal.log;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.IoFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;

/*
 * Two slots, each in a page of its own, written in turn and forced: a power cut can tear the slot
 * being written, never the one before it. The slot with the higher generation counts.
 *
 * A slot is little-endian: CRC32C of the rest (int), magic (int), generation (long), then the values
 * (longs). Once both slots were written the file grows no more, so that a full disk cannot keep a
 * mark from being moved.
 */
/** A small file of some numbers that are replaced all at once. Used by one thread at a time. */
final class SlotFile implements AutoCloseable {
  private static final int HEAD_BYTES = 16;
  private static final int SLOT_STRIDE = 4096;
  private static final int SLOTS = 2;

  private final IoFile file;
  private final int magic;
  private final byte[] slot;
  private final CRC32C crc = new CRC32C();
  private long generation;
  private final long[] values;

  private SlotFile(IoFile file, int magic, int valueCount) {
    this.file = file;
    this.magic = magic;
    this.slot = new byte[HEAD_BYTES + valueCount * Long.BYTES];
    this.values = new long[valueCount];
  }

  /** Creates the file, complete or not at all. */
  static void create(Io io, Path path, int magic, long... values) throws IOException {
    Path draft = path.resolveSibling(path.getFileName() + ".new");
    try (IoFile file = io.open(draft, Io.Access.CREATE)) {
      SlotFile first = new SlotFile(file, magic, values.length);
      first.write(values);
      first.write(values);
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
   * @param what the file is, for the message
   * @throws EngineException CORRUPT if neither slot is good
   */
  static SlotFile open(Io io, Path path, int magic, int valueCount, String what)
      throws IOException {
    return read(io.open(path, Io.Access.WRITE), path, magic, valueCount, what);
  }

  /** Opens the file only to read it, and reads it; otherwise as {@link #open}. */
  static SlotFile look(Io io, Path path, int magic, int valueCount, String what)
      throws IOException {
    return read(io.open(path, Io.Access.READ), path, magic, valueCount, what);
  }

  private static SlotFile read(IoFile file, Path path, int magic, int valueCount, String what)
      throws IOException {
    boolean isGood = false;
    try {
      SlotFile result = new SlotFile(file, magic, valueCount);
      if (!result.read()) {
        throw new EngineException(
            Kind.CORRUPT,
            what
                + " of the event log is damaged in both copies; restore the directory from a"
                + " backup: file="
                + path
                + " offset=0");
      }
      isGood = true;
      return result;
    } finally {
      if (!isGood) {
        file.close();
      }
    }
  }

  /** A value of the newest slot. */
  long value(int index) {
    return values[index];
  }

  /** Writes new values; when this returns, they are durable. */
  void write(long... next) throws IOException {
    RecordFormat.putInt(slot, 4, magic);
    RecordFormat.putLong(slot, 8, generation + 1);
    for (int i = 0; i < next.length; i++) {
      RecordFormat.putLong(slot, HEAD_BYTES + i * Long.BYTES, next[i]);
    }
    RecordFormat.putInt(slot, 0, sum());
    file.write((generation + 1) % SLOTS * SLOT_STRIDE, slot, 0, slot.length);
    file.force();
    generation++;
    System.arraycopy(next, 0, values, 0, values.length);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private boolean read() throws IOException {
    for (int i = 0; i < SLOTS; i++) {
      Arrays.fill(slot, (byte) 0);
      int length = file.read((long) i * SLOT_STRIDE, slot, 0, slot.length);
      boolean isGood =
          length == slot.length
              && RecordFormat.intAt(slot, 4) == magic
              && RecordFormat.intAt(slot, 0) == sum();
      if (isGood && RecordFormat.longAt(slot, 8) > generation) {
        generation = RecordFormat.longAt(slot, 8);
        for (int v = 0; v < values.length; v++) {
          values[v] = RecordFormat.longAt(slot, HEAD_BYTES + v * Long.BYTES);
        }
      }
    }
    return generation > 0;
  }

  private int sum() {
    crc.reset();
    crc.update(slot, 4, slot.length - 4);
    return (int) crc.getValue();
  }
}
