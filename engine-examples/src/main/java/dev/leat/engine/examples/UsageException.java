package dev.leat.engine.examples;

/** The command line is wrong: the message says what, and the usage follows it. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says what is wrong. */
  public UsageException(String message) {
    super(message);
  }
}
