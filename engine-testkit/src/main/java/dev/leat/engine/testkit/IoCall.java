package dev.leat.engine.testkit;

import java.nio.file.Path;

/**
 * One call that an engine makes to the operating system.
 *
 * @param kind what is asked for
 * @param path the file or directory
 * @param number counts all calls from 1, since the plan was set
 * @param numberOfKind counts the calls of this kind from 1, since the plan was set
 */
public record IoCall(Kind kind, Path path, long number, long numberOfKind) {
  /** What can be asked of the operating system. */
  public enum Kind {
    /** Opens a file, perhaps creating it. */
    OPEN,
    /** Reads a stretch of a file. */
    READ,
    /** Writes a stretch of a file. */
    WRITE,
    /** Makes the content of a file durable. */
    FORCE,
    /** Asks for the length of a file. */
    SIZE,
    /** Makes a file shorter. */
    TRUNCATE,
    /** Closes a file. */
    CLOSE,
    /** Asks whether a file or a directory is there. */
    EXISTS,
    /** Asks when a file was last written to. */
    LAST_MODIFIED,
    /** Lists a directory. */
    LIST,
    /** Creates a directory and those above it. */
    CREATE_DIRECTORIES,
    /** Deletes a file or an empty directory. */
    DELETE,
    /** Renames a file or a directory. */
    RENAME,
    /** Makes the names in a directory durable. */
    FORCE_DIRECTORY,
    /** Asks how much space is left. */
    USABLE_SPACE,
    /** Takes the lock of a directory. */
    LOCK,
    /** Gives it back. */
    UNLOCK
  }
}
