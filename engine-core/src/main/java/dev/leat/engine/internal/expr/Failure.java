package dev.leat.engine.internal.expr;

import dev.leat.engine.plan.Surrogates;

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
    return "'" + Surrogates.bounded(value, 60) + "'";
  }
}
