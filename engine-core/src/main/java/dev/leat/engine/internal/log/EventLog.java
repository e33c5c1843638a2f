package dev.leat.engine.internal.log;

import dev.leat.engine.EngineException;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * The order of all things: one record per epoch, at positions 1, 2, 3, ... without gaps.
 *
 * <p><b>Law.</b> A record whose {@link #append} returned is read back by {@link #replay}, byte for
 * byte and at its position, after the process was killed; a record at or below {@link
 * #syncedPosition()} also after a power cut. Damage is reported, never read as the end of the log.
 *
 * <p><b>Threading.</b> One thread at a time appends, and the same thread closes. All other methods
 * may be called by any thread.
 *
 * <p><b>Ownership.</b> The log copies what it appends, and lends what it replays for the duration
 * of one call.
 */
public interface EventLog extends AutoCloseable {
  /**
   * Appends one record. On return it is <em>logged</em>: it survives the death of the process.
   *
   * @param payload holds the record; may be reused after the call
   * @param offset of the first byte
   * @param length in bytes; zero is allowed
   * @return the position of the record, {@code lastPosition() + 1}
   * @throws EngineException INVALID if the record is larger than the limit, FULL if there is no
   *     space (appending may be tried again), CLOSED after {@link #close}, UNAVAILABLE after a
   *     failed forced write (final) or a failed append
   */
  long append(byte[] payload, int offset, int length);

  /** Which log it is: a name that it got when it was made, and that no other log has. */
  UUID id();

  /**
   * The first position that {@link #replay} can show, {@code lastPosition() + 1} if there is none.
   * It is 1 until something was released, and never goes back.
   */
  long firstPosition();

  /**
   * Says that recovery needs nothing before a position any more, for good: a checkpoint is durable
   * that has all before it, and every sink has it. What no {@link #hold} needs either, and the
   * settings do not keep, is deleted, in whole segments; the last one always stays.
   *
   * @param position at most {@code lastPosition() + 1}; one that is not higher than those before
   *     changes nothing, but lets go of what has grown old meanwhile
   * @throws EngineException UNAVAILABLE if that cannot be written down: nothing is deleted then,
   *     and the log goes on; CLOSED after {@link #close}
   */
  void release(long position);

  /**
   * Keeps the records from a position on, whatever is released, for a reader or a sink that has not
   * come further.
   *
   * @param holder what people read in the message if the log is full because of it: "sink 'orders'"
   * @param from at least {@link #firstPosition()}
   * @throws EngineException INVALID if the records are gone
   */
  Hold hold(String holder, long from);

  /** Records that stay. Any thread. */
  interface Hold extends AutoCloseable {
    /**
     * Needs nothing before a position any more; it is deleted with the next release.
     *
     * @param position not before where it was
     */
    void moveTo(long position);

    /** Needs nothing any more. Closing twice is harmless. */
    @Override
    void close();
  }

  /** The position of the last appended record, 0 if there is none. */
  long lastPosition();

  /** The highest position known to survive power loss. It never goes back. */
  long syncedPosition();

  /**
   * Waits until {@code syncedPosition() >= position}, and hastens it.
   *
   * @param position at most {@link #lastPosition()}
   * @throws EngineException UNAVAILABLE if the forced write failed or this thread was interrupted
   *     (its flag stays set), CLOSED if the log was closed before
   */
  void awaitSynced(long position);

  /**
   * Sets the listener that is told each new synced position, in rising order, by the thread that
   * forces the writes. The listener must be quick; what it throws is logged and goes no further.
   */
  void onSynced(LongConsumer listener);

  /**
   * Sets the listener that is told, once, that a forced write failed and no synced position will
   * come any more; at once if that has happened already. It is called by the thread that forces the
   * writes, or by this one.
   */
  void onSyncFailed(Consumer<EngineException> listener);

  /**
   * Will the next append begin a new file? What later records lean on can be said again in it,
   * since what is before it may be released. Called by the thread that appends; the answer holds
   * until it has appended.
   */
  default boolean startsSegment() {
    return false;
  }

  /** Does it keep what it is given? If not, records need no content. */
  default boolean keepsRecords() {
    return true;
  }

  /**
   * Shows all records from a position on, in order, up to what {@link #lastPosition()} was at the
   * call. None of them is deleted before it returns.
   *
   * @param from the first position to show, at least {@link #firstPosition()}; beyond the last one
   *     nothing is shown
   * @throws EngineException INVALID if records from there on were released; CORRUPT if a record is
   *     missing or damaged, naming file, offset and position; the records before it were shown
   */
  void replay(long from, RecordVisitor visitor);

  /**
   * Reads the records from a position on, one at a time, as far as the log goes by then. Nothing
   * from where the reader is on is deleted until it is closed.
   *
   * @param holder as for {@link #hold}
   * @param from at least {@link #firstPosition()}
   * @throws EngineException INVALID if records from there on were released
   */
  Reader reader(String holder, long from);

  /** Reads records where it left off. One thread at a time. */
  interface Reader extends AutoCloseable {
    /**
     * Shows the next record, if there is one.
     *
     * @return false if it has come to the end; there may be more later
     * @throws EngineException CORRUPT if the record is missing or damaged, naming file, offset and
     *     position; UNAVAILABLE if it cannot be read
     */
    boolean next(RecordVisitor visitor);

    /** Lets go of the file and of what it holds. Closing twice is harmless. */
    @Override
    void close();
  }

  /**
   * Makes everything appended durable and lets go of all files. Closing twice is harmless.
   *
   * @throws EngineException UNAVAILABLE if some appended records could not be made durable;
   *     everything is released nevertheless
   */
  @Override
  void close();
}
