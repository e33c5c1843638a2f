package dev.leat.engine.internal.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/*
 * One record is the whole content of one Chronicle document, little-endian:
 *
 *   0  int   CRC32C of everything that follows
 *   4  int   magic, "LEAT"
 *   8  int   format version
 *  12  int   payload length
 *  16  long  position
 *  24  ...   payload
 *
 * The sum comes first so that what it covers is one stretch of bytes.
 */
/** The bytes of a record: header, sum, payload. */
final class RecordFormat {
  static final int HEADER_BYTES = 24;
  static final int MAGIC = 0x5441454C; // "LEAT", little-endian
  static final int VERSION = 1;
  static final int MAX_PAYLOAD_BYTES = 128 << 20;

  private static final int AT_CRC = 0;
  private static final int AT_MAGIC = 4;
  private static final int AT_VERSION = 8;
  private static final int AT_LENGTH = 12;
  private static final int AT_POSITION = 16;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private RecordFormat() {}

  static int intAt(byte[] bytes, int offset) {
    return (int) INT.get(bytes, offset);
  }

  static void putInt(byte[] bytes, int offset, int value) {
    INT.set(bytes, offset, value);
  }

  static long longAt(byte[] bytes, int offset) {
    return (long) LONG.get(bytes, offset);
  }

  static void putLong(byte[] bytes, int offset, long value) {
    LONG.set(bytes, offset, value);
  }

  /** Fills the header of a record. */
  static void writeHeader(
      byte[] header, CRC32C crc, long position, byte[] payload, int offset, int length) {
    putInt(header, AT_MAGIC, MAGIC);
    putInt(header, AT_VERSION, VERSION);
    putInt(header, AT_LENGTH, length);
    putLong(header, AT_POSITION, position);
    crc.reset();
    crc.update(header, AT_MAGIC, HEADER_BYTES - AT_MAGIC);
    crc.update(payload, offset, length);
    putInt(header, AT_CRC, (int) crc.getValue());
  }

  /**
   * Says what is wrong with a header, except its sum; empty if nothing is.
   *
   * @param documentBytes the length that Chronicle gives the document
   */
  static String headerProblem(byte[] bytes, int at, long position, int documentBytes) {
    int magic = intAt(bytes, at + AT_MAGIC);
    if (magic != MAGIC) {
      return "bad magic " + Integer.toHexString(magic);
    }
    int version = intAt(bytes, at + AT_VERSION);
    if (version != VERSION) {
      return "record format version "
          + version
          + " where this library knows "
          + VERSION
          + ": written by a newer version of the library, or damaged";
    }
    int length = intAt(bytes, at + AT_LENGTH);
    if (length != documentBytes - HEADER_BYTES || length > MAX_PAYLOAD_BYTES) {
      return "payload length " + length + " in a document of " + documentBytes + " bytes";
    }
    long found = longAt(bytes, at + AT_POSITION);
    if (found != position) {
      return "the record found says position " + found;
    }
    return "";
  }

  /** Whether the sum of a record with a good header is right. */
  static boolean isSumRight(byte[] bytes, int at, int documentBytes, CRC32C crc) {
    crc.reset();
    crc.update(bytes, at + AT_MAGIC, documentBytes - AT_MAGIC);
    return (int) crc.getValue() == intAt(bytes, at + AT_CRC);
  }
}
