package dev.leat.engine.internal.checkpoint;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/*
 * All numbers are little-endian.
 *
 *   header     magic (long), format (int), 0 (int), position (long), created (long),
 *              version (28 bytes, zeros behind it), id of the log (two longs, the upper first),
 *              CRC32C of the rest (int)
 *   blocks     each of one section, those of a section one behind the other
 *   directory  number of sections (int), then for each: length of its name (int), name (UTF-8),
 *              first offset (long), end offset (long), bytes unpacked (long), blocks (int),
 *              CRC32C over the checksums of its blocks (int)
 *   footer     magic (long), position (long), offset of the directory (long), its length (int),
 *              its CRC32C (int), length of the file (long), 0 (int), CRC32C of the rest (int)
 *
 * A block is: bytes stored (int), bytes unpacked (int), packing (byte) and number of the section
 * (three bytes), checksum (int), the bytes. Its checksum covers the position of the checkpoint and
 * the offset of the block too, so that a block that lies where another should, or is left of
 * another checkpoint, is no good.
 */
/** The bytes of a checkpoint file that frame its state. */
final class CheckpointFormat {
  static final int FORMAT = 2;
  static final int HEADER_BYTES = 80;
  static final int FOOTER_BYTES = 48;
  static final int BLOCK_HEADER_BYTES = 16;
  static final int BLOCK_BYTES = 1 << 20;
  static final int MAX_DIRECTORY_BYTES = 64 << 20;
  static final int PLAIN = 0;
  static final int PACKED = 1;

  private static final long MAGIC = 0x314B48435441454CL; // "LEATCHK1"
  private static final long END_MAGIC = 0x31444E455441454CL; // "LEATEND1"
  private static final int VERSION_AT = 32;
  private static final int VERSION_BYTES = 28;
  private static final int LOG_AT = 60;
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private CheckpointFormat() {}

  /**
   * Where the directory of a file is.
   *
   * @param crc the checksum of its bytes
   */
  record Footer(long directoryOffset, int directoryBytes, int crc) {}

  static int intAt(byte[] bytes, int at) {
    return (int) INTS.get(bytes, at);
  }

  static long longAt(byte[] bytes, int at) {
    return (long) LONGS.get(bytes, at);
  }

  static void putInt(byte[] bytes, int at, int value) {
    INTS.set(bytes, at, value);
  }

  static void putLong(byte[] bytes, int at, long value) {
    LONGS.set(bytes, at, value);
  }

  static int crc(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  /**
   * The checksum of a block.
   *
   * @param scratch 16 bytes that may be overwritten
   */
  static int blockCrc(
      CRC32C crc, byte[] scratch, long position, long offset, byte[] block, int stored) {
    putLong(scratch, 0, position);
    putLong(scratch, 8, offset);
    crc.reset();
    crc.update(scratch, 0, 16);
    crc.update(block, 0, BLOCK_HEADER_BYTES - Integer.BYTES);
    crc.update(block, BLOCK_HEADER_BYTES, stored);
    return (int) crc.getValue();
  }

  static byte[] header(CheckpointHeader header) {
    byte[] bytes = new byte[HEADER_BYTES];
    putLong(bytes, 0, MAGIC);
    putInt(bytes, 8, FORMAT);
    putLong(bytes, 16, header.position());
    putLong(bytes, 24, header.createdMillis());
    byte[] version = header.version().getBytes(StandardCharsets.UTF_8);
    System.arraycopy(version, 0, bytes, VERSION_AT, Math.min(version.length, VERSION_BYTES));
    putLong(bytes, LOG_AT, header.log().getMostSignificantBits());
    putLong(bytes, LOG_AT + Long.BYTES, header.log().getLeastSignificantBits());
    putInt(bytes, HEADER_BYTES - 4, crc(bytes, 0, HEADER_BYTES - 4));
    return bytes;
  }

  static CheckpointHeader readHeader(Path file, byte[] bytes, int length) {
    if (length < HEADER_BYTES || longAt(bytes, 0) != MAGIC) {
      throw corrupt(file, 0, "it does not begin as a checkpoint does");
    }
    if (intAt(bytes, HEADER_BYTES - 4) != crc(bytes, 0, HEADER_BYTES - 4)) {
      throw corrupt(file, 0, "its header is damaged");
    }
    int format = intAt(bytes, 8);
    if (format != FORMAT) {
      throw new EngineException(
          Kind.INVALID,
          "a checkpoint was written by another version of the library; open the directory with"
              + " that one: file="
              + file
              + " format="
              + format
              + " known_format="
              + FORMAT
              + " version="
              + version(bytes));
    }
    UUID log = new UUID(longAt(bytes, LOG_AT), longAt(bytes, LOG_AT + Long.BYTES));
    return new CheckpointHeader(log, longAt(bytes, 16), longAt(bytes, 24), version(bytes));
  }

  private static String version(byte[] bytes) {
    int length = 0;
    while (length < VERSION_BYTES && bytes[VERSION_AT + length] != 0) {
      length++;
    }
    return new String(bytes, VERSION_AT, length, StandardCharsets.UTF_8);
  }

  static byte[] footer(long position, Footer footer) {
    byte[] bytes = new byte[FOOTER_BYTES];
    putLong(bytes, 0, END_MAGIC);
    putLong(bytes, 8, position);
    putLong(bytes, 16, footer.directoryOffset());
    putInt(bytes, 24, footer.directoryBytes());
    putInt(bytes, 28, footer.crc());
    putLong(bytes, 32, footer.directoryOffset() + footer.directoryBytes() + FOOTER_BYTES);
    putInt(bytes, FOOTER_BYTES - 4, crc(bytes, 0, FOOTER_BYTES - 4));
    return bytes;
  }

  /**
   * Reads a footer.
   *
   * @param fileBytes the length of the file, whose last bytes these are
   */
  static Footer readFooter(Path file, byte[] bytes, long position, long fileBytes) {
    long offset = fileBytes - FOOTER_BYTES;
    if (longAt(bytes, 0) != END_MAGIC
        || intAt(bytes, FOOTER_BYTES - 4) != crc(bytes, 0, FOOTER_BYTES - 4)) {
      throw corrupt(file, offset, "its end is damaged or missing");
    }
    Footer footer = new Footer(longAt(bytes, 16), intAt(bytes, 24), intAt(bytes, 28));
    if (longAt(bytes, 8) != position
        || longAt(bytes, 32) != fileBytes
        || footer.directoryBytes() < Integer.BYTES
        || footer.directoryBytes() > MAX_DIRECTORY_BYTES
        || footer.directoryOffset() < HEADER_BYTES
        || footer.directoryOffset() + footer.directoryBytes() != offset) {
      throw corrupt(file, offset, "its end does not fit the rest");
    }
    return footer;
  }

  static EngineException corrupt(Path file, long offset, String why) {
    return new EngineException(
        Kind.CORRUPT, "a checkpoint is damaged: " + why + ": file=" + file + " offset=" + offset);
  }
}
