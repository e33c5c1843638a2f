package dev.leat.engine.internal.checkpoint;

import static dev.leat.engine.internal.checkpoint.CheckpointFormat.BLOCK_BYTES;
import static dev.leat.engine.internal.checkpoint.CheckpointFormat.BLOCK_HEADER_BYTES;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Writes the file of a checkpoint, from its beginning to its end, in blocks. A number is never
 * divided between two blocks; arrays and texts are.
 */
final class CheckpointWriter implements StateWriter {
  /**
   * So much is forced at a time, to keep what others force meanwhile from waiting for all of it.
   */
  private static final long FORCE_BYTES = 32L << 20;

  private static final int KEPT_FOR_PACKING = BLOCK_BYTES / 8;

  private record Section(
      String name, long offset, long end, long bytes, int blocks, int chainedCrc) {}

  private final Io io;
  private final Path path;
  private final IoFile file;
  private final CheckpointHeader header;
  private final long minFreeBytes;
  private final byte[] block = new byte[BLOCK_HEADER_BYTES + BLOCK_BYTES];
  private final byte[] packed = new byte[BLOCK_HEADER_BYTES + BLOCK_BYTES + Long.BYTES];
  private final ByteBuffer view = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
  private final byte[] scratch = new byte[16];
  private final CRC32C crc = new CRC32C();
  private final CRC32C chained = new CRC32C();
  private final List<Section> sections = new ArrayList<>();
  private int at = BLOCK_HEADER_BYTES;
  private long offset;
  private long forced;
  private long sectionBytes;
  private int sectionBlocks;

  private CheckpointWriter(
      Io io, Path path, IoFile file, CheckpointHeader header, long minFreeBytes) {
    this.io = io;
    this.path = path;
    this.file = file;
    this.header = header;
    this.minFreeBytes = minFreeBytes;
  }

  /**
   * Writes a file, and forces it.
   *
   * @param minFreeBytes leaves so much usable space on the file system
   * @param expectedBytes does not begin without space for so much
   * @return its length
   * @throws EngineException FULL if there is no space, UNAVAILABLE if it cannot be written; what is
   *     there of the file then is of no use
   */
  static long write(
      Io io,
      Path path,
      CheckpointHeader header,
      Map<String, StateImage> sections,
      long minFreeBytes,
      long expectedBytes) {
    try (IoFile file = io.open(path, Io.Access.CREATE)) {
      file.truncate(0);
      CheckpointWriter writer = new CheckpointWriter(io, path, file, header, minFreeBytes);
      writer.checkSpace(expectedBytes);
      writer.writeAll(sections);
      return writer.offset;
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  private static EngineException failed(Path path, IOException cause) {
    return IoFailure.of("a checkpoint cannot be written: file=" + path, cause);
  }

  private void writeAll(Map<String, StateImage> images) throws IOException {
    append(CheckpointFormat.header(header), CheckpointFormat.HEADER_BYTES);
    for (Map.Entry<String, StateImage> image : images.entrySet()) {
      long begin = offset;
      chained.reset();
      sectionBytes = 0;
      sectionBlocks = 0;
      image.getValue().writeTo(this);
      flushBlock();
      sections.add(
          new Section(
              image.getKey(),
              begin,
              offset,
              sectionBytes,
              sectionBlocks,
              (int) chained.getValue()));
    }
    byte[] directory = directory();
    CheckpointFormat.Footer footer =
        new CheckpointFormat.Footer(
            offset, directory.length, CheckpointFormat.crc(directory, 0, directory.length));
    append(directory, directory.length);
    append(CheckpointFormat.footer(header.position(), footer), CheckpointFormat.FOOTER_BYTES);
    file.force();
  }

  private byte[] directory() {
    int size = Integer.BYTES;
    List<byte[]> names = new ArrayList<>();
    for (Section section : sections) {
      byte[] name = section.name().getBytes(StandardCharsets.UTF_8);
      names.add(name);
      size += name.length + 3 * Integer.BYTES + 3 * Long.BYTES;
    }
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(sections.size());
    for (int i = 0; i < names.size(); i++) {
      Section section = sections.get(i);
      out.putInt(names.get(i).length).put(names.get(i));
      out.putLong(section.offset()).putLong(section.end()).putLong(section.bytes());
      out.putInt(section.blocks()).putInt(section.chainedCrc());
    }
    return out.array();
  }

  private void append(byte[] bytes, int length) throws IOException {
    file.write(offset, bytes, 0, length);
    offset += length;
    if (offset - forced >= FORCE_BYTES) {
      file.force();
      forced = offset;
      checkSpace(FORCE_BYTES);
    }
  }

  private void checkSpace(long needed) throws IOException {
    Path directory = path.getParent();
    long usable = io.usableSpace(directory == null ? path : directory);
    if (usable - minFreeBytes < needed) {
      throw new EngineException(
          Kind.FULL,
          "there is no space for a checkpoint; free some: file="
              + path
              + " usable_bytes="
              + usable
              + " needed_bytes="
              + needed
              + " min_free_bytes="
              + minFreeBytes);
    }
  }

  private void flushBlock() throws IOException {
    int size = at - BLOCK_HEADER_BYTES;
    if (size == 0) {
      return;
    }
    int limit = size - Math.min(size / 8, KEPT_FOR_PACKING);
    int length =
        BlockPacking.pack(block, BLOCK_HEADER_BYTES, size, packed, BLOCK_HEADER_BYTES, limit);
    boolean isPacked = length >= 0;
    byte[] stored = isPacked ? packed : block;
    int storedBytes = isPacked ? length : size;
    CheckpointFormat.putInt(stored, 0, storedBytes);
    CheckpointFormat.putInt(stored, 4, size);
    CheckpointFormat.putInt(
        stored,
        8,
        (isPacked ? CheckpointFormat.PACKED : CheckpointFormat.PLAIN) | sections.size() << 8);
    int sum =
        CheckpointFormat.blockCrc(crc, scratch, header.position(), offset, stored, storedBytes);
    CheckpointFormat.putInt(stored, 12, sum);
    CheckpointFormat.putInt(scratch, 0, sum);
    chained.update(scratch, 0, Integer.BYTES);
    sectionBytes += size;
    sectionBlocks++;
    at = BLOCK_HEADER_BYTES;
    append(stored, BLOCK_HEADER_BYTES + storedBytes);
  }

  /** Makes room in the block, at least so many bytes, and says how many there are. */
  private int room(int needed) {
    if (block.length - at < needed) {
      try {
        flushBlock();
      } catch (IOException e) {
        throw failed(path, e);
      }
    }
    return block.length - at;
  }

  @Override
  public void writeInt(int value) {
    room(Integer.BYTES);
    CheckpointFormat.putInt(block, at, value);
    at += Integer.BYTES;
  }

  @Override
  public void writeLong(long value) {
    room(Long.BYTES);
    CheckpointFormat.putLong(block, at, value);
    at += Long.BYTES;
  }

  @Override
  public void writeLongs(long[] words, int from, int count) {
    int done = 0;
    while (done < count) {
      int part = Math.min(count - done, room(Long.BYTES) / Long.BYTES);
      view.position(at).asLongBuffer().put(words, from + done, part);
      at += part * Long.BYTES;
      done += part;
    }
  }

  @Override
  public void writeInts(int[] values, int from, int count) {
    int done = 0;
    while (done < count) {
      int part = Math.min(count - done, room(Integer.BYTES) / Integer.BYTES);
      view.position(at).asIntBuffer().put(values, from + done, part);
      at += part * Integer.BYTES;
      done += part;
    }
  }

  @Override
  public void writeBytes(byte[] bytes, int from, int count) {
    int done = 0;
    while (done < count) {
      int part = Math.min(count - done, room(1));
      System.arraycopy(bytes, from + done, block, at, part);
      at += part;
      done += part;
    }
  }

  @Override
  public void writeString(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    writeInt(utf8.length);
    writeBytes(utf8, 0, utf8.length);
  }
}
