package dev.leat.engine.testkit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An epoch that was brought to the log, or may have been.
 *
 * @param appends how many appends are in the log when it is, with those of all epochs before
 * @param time what the clock said
 * @param opened what the clock said when the engine was opened, if this is the first epoch that it
 *     made since, and there were some before
 * @param level what is known of it
 */
record CrashCut(int appends, Instant time, @Nullable Instant opened, Level level) {
  /** What is known of an epoch, each more than the one before. */
  enum Level {
    /** A step has begun, and did not end well. */
    TRIED,
    /** It is acknowledged, and survives the death of the process. */
    LOGGED,
    /** It survives a power cut. */
    SYNCED
  }

  CrashCut atLeast(Level other) {
    return level.compareTo(other) >= 0 ? this : new CrashCut(appends, time, opened, other);
  }
}
