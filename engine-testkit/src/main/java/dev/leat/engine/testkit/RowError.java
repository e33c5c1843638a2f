package dev.leat.engine.testkit;

/**
 * An expression or an aggregate that has no value for a row: the row is left out of an operator's
 * output.
 */
final class RowError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RowError(String message) {
    super(message);
  }

  RowError(String message, Throwable cause) {
    super(message, cause);
  }
}
