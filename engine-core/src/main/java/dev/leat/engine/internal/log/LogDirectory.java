package dev.leat.engine.internal.log;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.IoFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/*
 * <directory>/lock                          held while the log is open; names the holder
 * <directory>/FORMAT                        "leat-log 1"
 * <directory>/log/high-water                how far the log is durable, see HighWaterMark
 * <directory>/log/segment-<first position>  a Chronicle queue, see ChronicleSegment
 *
 * high-water is made first and FORMAT last, both before the first segment, so that whatever is
 * missing while FORMAT is there was lost. The name of a segment is the only record of where it
 * begins, and of where the one before it ends.
 */
/** The names of the log's files, its lock and its format. */
final class LogDirectory implements AutoCloseable {
  /** A segment on disk, by the position of its first record. */
  record Segment(long first, Path path) {
    Path file() {
      return path.resolve(ChronicleSegment.FILE_NAME);
    }
  }

  private static final int VERSION = 1;
  private static final int MAX_FORMAT_BYTES = 64;
  private static final Pattern FORMAT = Pattern.compile("leat-log (\\d{1,9})\\n");
  private static final Pattern SEGMENT = Pattern.compile("segment-(\\d{19})");

  private final Path root;
  private final Path log;
  private final Io io;
  private final Io.IoLock lock;

  private LogDirectory(Path root, Io io, Io.IoLock lock) {
    this.root = root;
    this.log = root.resolve("log");
    this.io = io;
    this.lock = lock;
  }

  /**
   * Locks a directory, creating what is missing if it holds no log yet.
   *
   * @throws EngineException UNAVAILABLE if somebody else holds it, INVALID if a newer version of
   *     the library wrote it, CORRUPT if parts of it are missing
   */
  static LogDirectory open(Path root, Io io) throws IOException {
    createDurably(root, io);
    LogDirectory directory = new LogDirectory(root, io, lock(root, io));
    boolean isGood = false;
    try {
      directory.checkFormat();
      isGood = true;
      return directory;
    } finally {
      if (!isGood) {
        directory.close();
      }
    }
  }

  /** Creates a directory so that its name survives a power cut, and those above it too. */
  private static void createDurably(Path root, Io io) throws IOException {
    List<Path> parents = new ArrayList<>();
    Path path = root.toAbsolutePath();
    while (!io.exists(path)) {
      path = path.getParent();
      if (path == null) {
        break;
      }
      parents.add(path);
    }
    io.createDirectories(root);
    for (Path parent : parents) {
      io.forceDirectory(parent);
    }
  }

  private static Io.IoLock lock(Path root, Io io) throws IOException {
    try {
      return io.lock(root.resolve("lock"), "pid=" + ProcessHandle.current().pid());
    } catch (Io.HeldException e) {
      throw new EngineException(
          Kind.UNAVAILABLE,
          "the directory is in use by another engine; close that one first: directory="
              + root
              + " holder="
              + (e.holder().isEmpty() ? "unknown" : e.holder()),
          e);
    }
  }

  Path highWater() {
    return log.resolve("high-water");
  }

  Segment segment(long first) {
    return new Segment(first, log.resolve(String.format("segment-%019d", first)));
  }

  /** All segments, by first position. */
  List<Segment> segments() throws IOException {
    List<Segment> found = new ArrayList<>();
    for (Path path : io.list(log)) {
      Matcher matcher = SEGMENT.matcher(path.getFileName().toString());
      if (matcher.matches()) {
        found.add(new Segment(Long.parseLong(matcher.group(1)), path));
      }
    }
    return found;
  }

  /** Removes a segment that holds no record. */
  void remove(Segment segment) throws IOException {
    for (Path file : io.list(segment.path())) {
      io.delete(file);
    }
    io.delete(segment.path());
    io.forceDirectory(log);
  }

  /**
   * Puts a segment without a good record out of the way, and keeps it for whoever wants to look.
   */
  Path setAside(Segment segment) throws IOException {
    Path target = log.resolve(segment.path().getFileName() + ".torn-" + io.currentTimeMillis());
    io.rename(segment.path(), target);
    io.forceDirectory(log);
    return target;
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }

  private void checkFormat() throws IOException {
    Path file = root.resolve("FORMAT");
    if (io.exists(file)) {
      checkVersion(file);
      if (!io.exists(highWater())) {
        throw missing(highWater());
      }
      return;
    }
    io.createDirectories(log);
    if (!segments().isEmpty()) {
      throw missing(file);
    }
    if (!io.exists(highWater())) {
      HighWaterMark.create(io, highWater());
    }
    writeFormat(file); // last: from now on all of it must be there
  }

  private void checkVersion(Path path) throws IOException {
    byte[] bytes = new byte[MAX_FORMAT_BYTES];
    int length;
    try (IoFile file = io.open(path, Io.Access.READ)) {
      length = file.read(0, bytes, 0, bytes.length);
    }
    Matcher matcher = FORMAT.matcher(new String(bytes, 0, length, StandardCharsets.UTF_8));
    if (!matcher.matches()) {
      throw new EngineException(
          Kind.CORRUPT,
          "the format file of the event log is damaged; it should say \"leat-log "
              + VERSION
              + "\": file="
              + path);
    }
    int version = Integer.parseInt(matcher.group(1));
    if (version != VERSION) {
      throw new EngineException(
          Kind.INVALID,
          "the event log was written by a newer version of the library; open it with that one:"
              + " file="
              + path
              + " format="
              + version
              + " known_format="
              + VERSION);
    }
  }

  private void writeFormat(Path path) throws IOException {
    Path draft = path.resolveSibling("FORMAT.new");
    byte[] bytes = ("leat-log " + VERSION + "\n").getBytes(StandardCharsets.UTF_8);
    try (IoFile file = io.open(draft, Io.Access.CREATE)) {
      file.truncate(0);
      file.write(0, bytes, 0, bytes.length);
      file.force();
    }
    io.rename(draft, path);
    io.forceDirectory(root);
  }

  private static EngineException missing(Path file) {
    return new EngineException(
        Kind.CORRUPT,
        "a file of the event log is missing, though the log is there; restore the directory from a"
            + " backup: file="
            + file);
  }
}
