package dev.leat.engine.internal.expr;

/**
 * Says why the value of one row could not be computed. Has no stack trace: bad rows may come by the
 * million.
 */
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Failure(String reason) {
    super(reason, null, false, false);
  }

  /** A value in a message, cut short if it is long. */
  static String quoted(String value) {
    int limit = 60;
    return value.length() <= limit ? "'" + value + "'" : "'" + value.substring(0, limit) + "...'";
  }
}
