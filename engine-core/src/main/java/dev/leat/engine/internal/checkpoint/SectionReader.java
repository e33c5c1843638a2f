package dev.leat.engine.internal.checkpoint;

import static dev.leat.engine.internal.checkpoint.CheckpointFormat.BLOCK_BYTES;
import static dev.leat.engine.internal.checkpoint.CheckpointFormat.BLOCK_HEADER_BYTES;

import dev.leat.engine.EngineException;
import dev.leat.engine.internal.io.IoFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** Reads a section of a checkpoint, block by block, and believes no block before its checksum. */
final class SectionReader implements StateReader {
  /** The file could not be read; a {@link StateReader} throws no checked exceptions. */
  static final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final IOException ioException;

    Unreadable(IOException ioException) {
      super(ioException);
      this.ioException = ioException;
    }

    IOException ioException() {
      return ioException;
    }
  }

  private final Path path;
  private final IoFile file;
  private final long position;
  private final CheckpointFile.Section section;
  private final byte[] stored = new byte[BLOCK_HEADER_BYTES + BLOCK_BYTES + Long.BYTES];
  private final byte[] unpacked;
  private final byte[] scratch = new byte[16];
  private final CRC32C crc = new CRC32C();
  private final CRC32C chained = new CRC32C();
  private byte[] block;
  private ByteBuffer view;
  private int at;
  private int end;
  private long offset;
  private long bytesLeft;
  private int blocksLeft;

  SectionReader(Path path, IoFile file, long position, CheckpointFile.Section section) {
    this.path = path;
    this.file = file;
    this.position = position;
    this.section = section;
    this.unpacked = new byte[(int) Math.min(BLOCK_BYTES, Math.max(0, section.bytes()))];
    this.block = unpacked;
    this.view = ByteBuffer.wrap(unpacked).order(ByteOrder.LITTLE_ENDIAN);
    this.offset = section.offset();
    this.bytesLeft = section.bytes();
    this.blocksLeft = section.blocks();
  }

  private EngineException corrupt(String why) {
    return CheckpointFormat.corrupt(path, offset, why);
  }

  /** Throws unless all was read, and was what was written. */
  void finish() {
    if (at < end || bytesLeft != 0 || blocksLeft != 0 || offset != section.end()) {
      throw corrupt("a section has more than is expected of it");
    }
    if ((int) chained.getValue() != section.chainedCrc()) {
      throw corrupt("the blocks of a section are not those that were written");
    }
  }

  private void nextBlock() {
    if (blocksLeft == 0) {
      throw corrupt("a section has less than is expected of it");
    }
    int room = (int) Math.min(stored.length - Long.BYTES, section.end() - offset);
    try {
      if (room < BLOCK_HEADER_BYTES
          || file.read(offset, stored, 0, BLOCK_HEADER_BYTES) < BLOCK_HEADER_BYTES) {
        throw corrupt("a block ends too early");
      }
      int length = CheckpointFormat.intAt(stored, 0);
      if (length < 0 || length > room - BLOCK_HEADER_BYTES) {
        throw corrupt("a block has a bad length");
      }
      if (file.read(offset + BLOCK_HEADER_BYTES, stored, BLOCK_HEADER_BYTES, length) < length) {
        throw corrupt("a block ends too early");
      }
      check(length);
      unpack(length);
      offset += BLOCK_HEADER_BYTES + length;
    } catch (IOException e) {
      throw new Unreadable(e);
    }
    blocksLeft--;
  }

  private void check(int length) {
    int sum = CheckpointFormat.intAt(stored, 12);
    if (sum != CheckpointFormat.blockCrc(crc, scratch, position, offset, stored, length)) {
      throw corrupt("a block has a wrong checksum");
    }
    CheckpointFormat.putInt(scratch, 0, sum);
    chained.update(scratch, 0, Integer.BYTES);
  }

  private void unpack(int length) {
    int size = CheckpointFormat.intAt(stored, 4);
    int kind = CheckpointFormat.intAt(stored, 8);
    if (size <= 0 || size > unpacked.length || size > bytesLeft || kind >>> 8 != section.number()) {
      throw corrupt("a block does not belong here");
    }
    int packing = kind & 0xFF;
    if (packing == CheckpointFormat.PACKED) {
      if (!BlockPacking.unpack(stored, BLOCK_HEADER_BYTES, length, unpacked, 0, size)) {
        throw corrupt("a block cannot be unpacked");
      }
      use(unpacked, 0, size);
    } else if (packing == CheckpointFormat.PLAIN && size == length) {
      use(stored, BLOCK_HEADER_BYTES, size);
    } else {
      throw corrupt("a block is packed in an unknown way");
    }
    bytesLeft -= size;
  }

  private void use(byte[] bytes, int from, int size) {
    if (block != bytes) {
      block = bytes;
      view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
    at = from;
    end = from + size;
  }

  /** Goes on to the next block if this one is read; says how many bytes are left in it. */
  private int available(int needed) {
    if (at == end) {
      nextBlock();
    }
    if (end - at < needed) {
      throw corrupt("a section is read in another way than it was written");
    }
    return end - at;
  }

  @Override
  public int readInt() {
    available(Integer.BYTES);
    int value = CheckpointFormat.intAt(block, at);
    at += Integer.BYTES;
    return value;
  }

  @Override
  public long readLong() {
    available(Long.BYTES);
    long value = CheckpointFormat.longAt(block, at);
    at += Long.BYTES;
    return value;
  }

  @Override
  public void readLongs(long[] words, int from, int count) {
    int done = 0;
    while (done < count) {
      int part = Math.min(count - done, available(Long.BYTES) / Long.BYTES);
      view.position(at).asLongBuffer().get(words, from + done, part);
      at += part * Long.BYTES;
      done += part;
    }
  }

  @Override
  public void readInts(int[] values, int from, int count) {
    int done = 0;
    while (done < count) {
      int part = Math.min(count - done, available(Integer.BYTES) / Integer.BYTES);
      view.position(at).asIntBuffer().get(values, from + done, part);
      at += part * Integer.BYTES;
      done += part;
    }
  }

  @Override
  public void readBytes(byte[] bytes, int from, int count) {
    int done = 0;
    while (done < count) {
      int part = Math.min(count - done, available(1));
      System.arraycopy(block, at, bytes, from + done, part);
      at += part;
      done += part;
    }
  }

  @Override
  public String readString() {
    int length = readInt();
    if (length < 0 || length > bytesLeft + (end - at)) {
      throw corrupt("a text has a bad length");
    }
    if (length <= end - at) {
      String text = new String(block, at, length, StandardCharsets.UTF_8);
      at += length;
      return text;
    }
    byte[] utf8 = new byte[length];
    readBytes(utf8, 0, length);
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
