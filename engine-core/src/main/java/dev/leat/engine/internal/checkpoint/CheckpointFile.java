package dev.leat.engine.internal.checkpoint;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.IoFailure;
import dev.leat.engine.internal.io.IoFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A checkpoint that was published, to be read. Nothing is given out before its checksum was found
 * right. One thread.
 */
public final class CheckpointFile implements AutoCloseable {
  private static final int VERIFIED_AT_ONCE = 1 << 16;

  /**
   * Where a section is.
   *
   * @param number its place in the file, from 0
   * @param end the offset behind its last block
   * @param bytes how many there are, unpacked
   * @param chainedCrc the checksum of the checksums of its blocks
   */
  record Section(int number, long offset, long end, long bytes, int blocks, int chainedCrc) {}

  private final Path path;
  private final IoFile file;
  private final CheckpointHeader header;
  private final long size;
  private final Map<String, Section> sections;

  private CheckpointFile(
      Path path, IoFile file, CheckpointHeader header, long size, Map<String, Section> sections) {
    this.path = path;
    this.file = file;
    this.header = header;
    this.size = size;
    this.sections = sections;
  }

  /**
   * Opens a file and reads what frames its sections.
   *
   * @throws EngineException CORRUPT if it is damaged or no checkpoint; INVALID if another version
   *     wrote it in another format; UNAVAILABLE if it cannot be read
   */
  static CheckpointFile open(Io io, Path path) {
    try {
      IoFile file = io.open(path, Io.Access.READ);
      boolean isGood = false;
      try {
        CheckpointFile checkpoint = read(path, file);
        isGood = true;
        return checkpoint;
      } finally {
        if (!isGood) {
          file.close();
        }
      }
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private static EngineException unreadable(Path path, IOException cause) {
    return IoFailure.of(
        "a checkpoint cannot be read now; try again, or if it stays so put it somewhere else, and an"
            + " older one is used: file="
            + path,
        cause);
  }

  private static CheckpointFile read(Path path, IoFile file) throws IOException {
    byte[] bytes = new byte[CheckpointFormat.HEADER_BYTES];
    CheckpointHeader header =
        CheckpointFormat.readHeader(path, bytes, file.read(0, bytes, 0, bytes.length));
    long size = file.size();
    long footerOffset = size - CheckpointFormat.FOOTER_BYTES;
    byte[] end = new byte[CheckpointFormat.FOOTER_BYTES];
    if (footerOffset < CheckpointFormat.HEADER_BYTES
        || file.read(footerOffset, end, 0, end.length) < end.length) {
      throw CheckpointFormat.corrupt(path, size, "it ends too early");
    }
    CheckpointFormat.Footer footer =
        CheckpointFormat.readFooter(path, end, header.position(), size);
    byte[] directory = new byte[footer.directoryBytes()];
    int length = file.read(footer.directoryOffset(), directory, 0, directory.length);
    if (length < directory.length
        || CheckpointFormat.crc(directory, 0, directory.length) != footer.crc()) {
      throw CheckpointFormat.corrupt(
          path, footer.directoryOffset(), "its list of sections is damaged");
    }
    return new CheckpointFile(
        path, file, header, size, sections(path, directory, footer.directoryOffset()));
  }

  private static Map<String, Section> sections(Path path, byte[] directory, long end) {
    ByteBuffer in = ByteBuffer.wrap(directory).order(ByteOrder.LITTLE_ENDIAN);
    Map<String, Section> sections = new LinkedHashMap<>();
    long offset = CheckpointFormat.HEADER_BYTES;
    try {
      int count = in.getInt();
      for (int i = 0; i < count; i++) {
        int nameBytes = in.getInt();
        String name = new String(directory, in.position(), nameBytes, StandardCharsets.UTF_8);
        in.position(in.position() + nameBytes);
        Section section =
            new Section(i, in.getLong(), in.getLong(), in.getLong(), in.getInt(), in.getInt());
        if (section.offset() != offset || section.end() < offset || section.end() > end) {
          throw CheckpointFormat.corrupt(path, end, "section '" + name + "' is misplaced");
        }
        offset = section.end();
        if (sections.put(name, section) != null) {
          throw CheckpointFormat.corrupt(path, end, "section '" + name + "' is there twice");
        }
      }
    } catch (RuntimeException e) {
      if (e instanceof EngineException) {
        throw e;
      }
      throw CheckpointFormat.corrupt(path, end, "its list of sections cannot be read: " + e);
    }
    if (in.hasRemaining() || offset != end) {
      throw CheckpointFormat.corrupt(path, end, "its list of sections does not fit the rest");
    }
    return sections;
  }

  /** The file, for messages. */
  public Path path() {
    return path;
  }

  /** What it says of itself. */
  public CheckpointHeader header() {
    return header;
  }

  /** The length of the file. */
  public long size() {
    return size;
  }

  /** The names of its sections, in the order in which they were written. */
  public Set<String> sections() {
    return Collections.unmodifiableSet(sections.keySet());
  }

  /**
   * Lets something take over the state in a section.
   *
   * @throws EngineException CORRUPT if there is no such section, it is damaged, or not just what
   *     was read; UNAVAILABLE if it cannot be read
   */
  public void restore(String name, Checkpointed target) {
    Section section = sections.get(name);
    if (section == null) {
      throw CheckpointFormat.corrupt(path, 0, "it has no section '" + name + "'");
    }
    SectionReader reader = new SectionReader(path, file, header.position(), section);
    try {
      target.restore(reader);
      reader.finish();
    } catch (SectionReader.Unreadable e) {
      throw unreadable(path, e.ioException());
    } catch (IndexOutOfBoundsException
        | NegativeArraySizeException
        | IllegalArgumentException
        | IllegalStateException
        | ArithmeticException
        | ClassCastException e) {
      throw new EngineException(
          Kind.CORRUPT,
          "a checkpoint cannot be understood, though its checksums are right: file="
              + path
              + " section="
              + name
              + " cause="
              + e,
          e);
    }
  }

  /**
   * Reads all of it.
   *
   * @throws EngineException CORRUPT if a checksum is wrong, UNAVAILABLE if it cannot be read
   */
  void verify() {
    byte[] buffer = new byte[VERIFIED_AT_ONCE];
    for (Section section : sections.values()) {
      SectionReader reader = new SectionReader(path, file, header.position(), section);
      try {
        for (long left = section.bytes(); left > 0; left -= VERIFIED_AT_ONCE) {
          reader.readBytes(buffer, 0, (int) Math.min(left, VERIFIED_AT_ONCE));
        }
        reader.finish();
      } catch (SectionReader.Unreadable e) {
        throw unreadable(path, e.ioException());
      }
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }
}
