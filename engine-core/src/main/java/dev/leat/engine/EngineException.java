package dev.leat.engine;

import java.util.Objects;

/**
 * The one exception of the engine. Its {@link #kind()} says what the caller can do; the message
 * says what happened and what to do next, and is written for people: it is not part of the API.
 */
public final class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What a caller can do about it. */
  public enum Kind {
    /** The pipeline, the query or the argument is wrong: fix it. */
    INVALID,
    /**
     * Not possible at the moment: try again later, or free what is in the way (a lock held by
     * another process).
     */
    UNAVAILABLE,
    /** The outcome of a commit is not known: look before trying again. */
    COMMIT_UNKNOWN,
    /** Stored data is damaged: restore it. */
    CORRUPT,
    /** Out of space: free some. */
    FULL,
    /** The engine, the view or the subscription is closed. */
    CLOSED
  }

  private final Kind kind;

  /**
   * Makes an exception.
   *
   * @param kind what the caller can do
   * @param message what was wrong, with {@code key=value}, and what to do
   */
  public EngineException(Kind kind, String message) {
    super(message);
    this.kind = Objects.requireNonNull(kind, "kind");
  }

  /**
   * Makes an exception with a cause.
   *
   * @param kind what the caller can do
   * @param message what was wrong, with {@code key=value}, and what to do
   * @param cause what led to it
   */
  public EngineException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = Objects.requireNonNull(kind, "kind");
  }

  /** What the caller can do about it. */
  public Kind kind() {
    return kind;
  }
}
