package dev.leat.engine.internal.op;

/** How long a value may become that is put together of all values of a group. */
final class Aggregated {
  /** A group whose value would take more has no row. */
  static final int MAX_BYTES = 16 << 20;

  private Aggregated() {}

  /** Why a group has no row. */
  static String tooLong(String what) {
    return what
        + " is too long: limit_bytes="
        + MAX_BYTES
        + "; take fewer rows with .where(...), or group by more columns";
  }
}
