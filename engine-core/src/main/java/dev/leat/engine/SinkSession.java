package dev.leat.engine;

import java.util.Optional;

/**
 * Writing to a sink, from its opening to the first failure. After any exception the engine closes
 * the session, opens another one, asks it where it is, and writes again what that does not have. So
 * a session need not repair anything; only a failed commit is either there or not.
 *
 * <p><b>Threading.</b> One thread at a time.
 */
public interface SinkSession extends AutoCloseable {
  /** The place that is stored under the sink's name; empty if none is. */
  Optional<SinkPlace> place();

  /**
   * Writes the changes of one epoch. They are not to be seen before the commit.
   *
   * @param changes valid until the next commit, or until the session is closed
   */
  void write(SinkChanges changes);

  /**
   * Makes seen what was written since the last commit, and stores the place, in one; there may be
   * nothing but the place. Only if the place stored under the name is still the one that this
   * session knows, from its opening or from its last commit: that is looked at in the same atomic
   * step, so that of two writers one fails.
   *
   * @throws EngineException UNAVAILABLE if it was not done; COMMIT_UNKNOWN if that is not known
   */
  void commit(SinkPlace place);

  /** Lets go of everything; what was not committed is never seen. Closing twice is harmless. */
  @Override
  void close();
}
