package dev.leat.engine.internal.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * All that the log asks of the operating system, except the file mapping that Chronicle does
 * itself. {@link SystemIo} is the real one; a test puts faults in its place.
 *
 * <p><b>Threading.</b> Any thread may call any method. No call may fail or close a file because the
 * calling thread is interrupted, save {@link IoFile#force}, {@link #forceDirectory} and {@link
 * #lock}.
 *
 * <p><b>Errors.</b> The message of every exception names the file, and of one that reads or writes
 * also the offset.
 */
public interface Io {
  /** How a file is opened. */
  enum Access {
    /** To read what exists. */
    READ,
    /** To read and write what exists. */
    WRITE,
    /** To read and write; an absent file is created empty. */
    CREATE
  }

  /**
   * Opens a file.
   *
   * @throws NotAFileException if it is a directory
   */
  IoFile open(Path file, Access access) throws IOException;

  /**
   * Whether a file or a directory exists. What cannot be told is an exception: whoever takes
   * "cannot be read" for "is not there" may delete what holds rows.
   */
  boolean exists(Path path) throws IOException;

  /** When a file was last written to, in milliseconds since 1970. */
  long lastModifiedMillis(Path file) throws IOException;

  /**
   * What is directly in a directory, sorted by name.
   *
   * @throws java.nio.file.NotDirectoryException if it is a file
   */
  List<Path> list(Path directory) throws IOException;

  /** Creates a directory and its missing parents; an existing one is left alone. */
  void createDirectories(Path directory) throws IOException;

  /** Deletes a file or an empty directory. */
  void delete(Path path) throws IOException;

  /** Renames within one file system, atomically, replacing a file at the target. */
  void rename(Path from, Path to) throws IOException;

  /** Makes the names in a directory durable. */
  void forceDirectory(Path directory) throws IOException;

  /** The space that this process may still fill on the file system of a path, in bytes. */
  long usableSpace(Path path) throws IOException;

  /**
   * Takes the exclusive lock of a file, which the operating system takes back when the process
   * ends, and leaves a note in it.
   *
   * @param note who holds the lock, one line for people
   * @throws HeldException if another process, or another part of this one, holds it
   * @throws NotAFileException if it is a directory
   */
  IoLock lock(Path file, String note) throws IOException;

  /**
   * May work be left to threads of the engine's own? Where not, as in a simulation, whoever would
   * wait for such work does it, and what nobody waits for is not done.
   */
  default boolean hasThreads() {
    return true;
  }

  /** A clock for durations, in nanoseconds from an arbitrary origin. */
  long nanoTime();

  /** The time of day, in milliseconds since 1970. */
  long currentTimeMillis();

  /** A name that nothing else has; in a simulation it follows from what came before. */
  UUID newId();

  /** A lock that is held until it is closed. */
  interface IoLock extends AutoCloseable {
    @Override
    void close() throws IOException;
  }

  /** A directory stands where a file was to be opened. */
  final class NotAFileException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Makes an exception for the name that a directory has. */
    public NotAFileException(Path path) {
      super("it is a directory: file=" + path);
    }
  }

  /** Somebody else holds the lock. */
  final class HeldException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String holder;

    /**
     * Makes an exception.
     *
     * @param holder the note the holder left, empty if there is none
     */
    public HeldException(String holder) {
      super("held by " + (holder.isEmpty() ? "an unknown process" : holder));
      this.holder = holder;
    }

    /** The note the holder left, empty if there is none. */
    public String holder() {
      return holder;
    }
  }
}
