package dev.leat.engine.internal.io;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NotDirectoryException;

/**
 * Says what it means for the caller that a file could not be used. A call that failed may succeed
 * the next time (UNAVAILABLE); a directory in the place of a file, or a file in that of a
 * directory, stays there until somebody mends it (CORRUPT).
 */
public final class IoFailure {
  private IoFailure() {}

  /**
   * The exception for a call that failed.
   *
   * @param what could not be done, with key=value, for the message
   */
  public static EngineException of(String what, IOException cause) {
    String place = misplaced(cause);
    if (place.isEmpty()) {
      return new EngineException(Kind.UNAVAILABLE, what + " cause=" + cause, cause);
    }
    return new EngineException(
        Kind.CORRUPT,
        place + "; put it somewhere else, and restore what was there from a backup. " + what,
        cause);
  }

  /** What stands in the place of something else; empty if that is not why the call failed. */
  private static String misplaced(IOException cause) {
    if (cause instanceof Io.NotAFileException) {
      return "a directory has the name of a file of the engine, " + cause.getMessage();
    }
    if (cause instanceof NotDirectoryException e) {
      return "a file has the name of a directory of the engine: file=" + e.getFile();
    }
    if (cause instanceof FileAlreadyExistsException e) {
      return "a file has the name of a directory of the engine: file=" + e.getFile();
    }
    return "";
  }
}
