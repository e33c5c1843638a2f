package dev.leat.engine.internal.log;

/** Sees the records of a log, one at a time and in order. */
@FunctionalInterface
public interface RecordVisitor {
  /**
   * Takes one record.
   *
   * @param position of the record
   * @param buffer holds the payload, during this call only; not to be changed
   * @param offset of the first byte of the payload
   * @param length of the payload
   */
  void record(long position, byte[] buffer, int offset, int length);
}
