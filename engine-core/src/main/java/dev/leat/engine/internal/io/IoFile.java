package dev.leat.engine.internal.io;

import java.io.IOException;

/** An open file, read and written at given places. */
public interface IoFile extends AutoCloseable {
  /**
   * Reads until {@code length} bytes are there or the file ends.
   *
   * @return how many bytes were read, less than {@code length} only at the end of the file
   */
  int read(long position, byte[] buffer, int offset, int length) throws IOException;

  /** Writes all bytes, making the file longer where needed. */
  void write(long position, byte[] buffer, int offset, int length) throws IOException;

  /** Makes the content durable, also what others wrote to the file or to a mapping of it. */
  void force() throws IOException;

  /** The length in bytes. */
  long size() throws IOException;

  /** Cuts the file off at a length; a shorter file is left alone. */
  void truncate(long size) throws IOException;

  @Override
  void close() throws IOException;
}
