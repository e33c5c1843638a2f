package dev.leat.engine.internal.log;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.IoFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * <directory>/lock                          held while the log is open; names the holder
 * <directory>/FORMAT                        which format, and which log: see LogFormat
 * <directory>/log/high-water                how far the log is durable, see HighWaterMark
 * <directory>/log/low-water                 where the log begins, see LowWaterMark
 * <directory>/log/segment-<first position>  a Chronicle queue, see ChronicleSegment
 *
 * The marks are made first and FORMAT last, all before the first segment, so that whatever is
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

  private static final Logger LOGGER = LoggerFactory.getLogger(LogDirectory.class);
  private static final String FORMAT = "FORMAT";
  private static final String LOG = "log";
  private static final String LOCK = "lock";
  private static final String HOLDER = "pid=";
  private static final String LOW_WATER = "low-water";
  private static final Pattern SEGMENT = Pattern.compile("segment-(\\d{19})");
  private static final Pattern TORN = Pattern.compile("segment-(\\d{19})\\.torn-\\d+");

  /** What there may be in a log's directory, also after a start that died. */
  private static final Pattern LOG_FILES = Pattern.compile("(high|low)-water(\\.new)?|segment-.*");

  private static final Set<String> SEGMENT_FILES =
      Set.of(ChronicleSegment.FILE_NAME, ChronicleSegment.METADATA_NAME);

  private final Path root;
  private final Path log;
  private final Io io;
  private final Io.IoLock lock;
  private final LogFormat format;

  private LogDirectory(Path root, Io io, Io.IoLock lock) throws IOException {
    this.root = root;
    this.log = root.resolve(LOG);
    this.io = io;
    this.lock = lock;
    this.format = readOrCreate();
  }

  /**
   * Locks a directory, creating what is missing if it holds no log yet.
   *
   * @throws EngineException UNAVAILABLE if somebody else holds it, INVALID if a newer version of
   *     the library wrote it, CORRUPT if parts of it are missing or damaged
   */
  static LogDirectory open(Path root, Io io) throws IOException {
    createDurably(root, io);
    if (!io.exists(root.resolve(FORMAT))) {
      refuseForeign(root, io);
    }
    Io.IoLock lock = lock(root, io);
    boolean isGood = false;
    try {
      LogDirectory directory = new LogDirectory(root, io, lock);
      isGood = true;
      return directory;
    } finally {
      if (!isGood) {
        lock.close();
      }
    }
  }

  /**
   * Refuses a directory without a log in which others have files of the names that one would get:
   * they would be overwritten, or be taken for parts of it.
   */
  private static void refuseForeign(Path root, Io io) throws IOException {
    Path lock = root.resolve(LOCK);
    if (io.exists(lock)) {
      byte[] start = new byte[HOLDER.length()];
      try (IoFile file = io.open(lock, Io.Access.READ)) {
        int length = file.read(0, start, 0, start.length);
        // A power cut can leave zeros where the holder was written.
        String said =
            new String(start, 0, Math.max(0, length), StandardCharsets.UTF_8).replace("\0", "");
        if (!HOLDER.startsWith(said)) {
          throw foreign(root, lock);
        }
      }
    }
    Path log = root.resolve(LOG);
    if (io.exists(log)) {
      for (Path path : io.list(log)) {
        if (!LOG_FILES.matcher(path.getFileName().toString()).matches()) {
          throw foreign(root, path);
        }
      }
    }
  }

  private static EngineException foreign(Path root, Path found) {
    return new EngineException(
        Kind.INVALID,
        "the engine cannot have this directory: it holds no log, but a file of another program where"
            + " the log would have its own; name a directory that is empty or does not exist:"
            + " directory="
            + root
            + " file="
            + found);
  }

  /** See {@link ChronicleLog#look}. */
  static Optional<LogFacts> look(Path root, Io io) throws IOException {
    Path file = root.resolve(FORMAT);
    if (!io.exists(file)) {
      refuseForeign(root, io);
      return Optional.empty();
    }
    UUID id = LogFormat.read(io, file).id();
    Path mark = root.resolve(LOG).resolve(LOW_WATER);
    if (!io.exists(mark)) {
      throw missing(mark);
    }
    return Optional.of(new LogFacts(id, LowWaterMark.look(io, mark)));
  }

  /**
   * Creates a directory so that its name survives a power cut, and those above it too. From the
   * top: a start that is killed leaves at most the last name that it made unforced.
   */
  private static void createDurably(Path root, Io io) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    Path path = root.toAbsolutePath();
    while (path != null && !io.exists(path)) {
      missing.push(path);
      path = path.getParent();
    }
    if (missing.isEmpty() && io.exists(root.resolve(FORMAT))) {
      return;
    }
    if (path != null) {
      forceNameOfExisting(path, io);
    }
    for (Path directory : missing) {
      io.createDirectories(directory);
      forceName(directory, io);
    }
  }

  private static void forceName(Path directory, Io io) throws IOException {
    Path parent = directory.getParent();
    if (parent != null) {
      io.forceDirectory(parent);
    }
  }

  private static void forceNameOfExisting(Path directory, Io io) throws IOException {
    try {
      forceName(directory, io);
    } catch (IOException e) {
      if (!(e.getCause() instanceof AccessDeniedException)) {
        throw e;
      }
      // Where this process may not look it has made nothing either.
      LOGGER.debug("the name of a directory is left to who made it: directory={}", directory, e);
    }
  }

  private static Io.IoLock lock(Path root, Io io) throws IOException {
    try {
      return io.lock(root.resolve(LOCK), HOLDER + ProcessHandle.current().pid());
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

  Path lowWater() {
    return log.resolve(LOW_WATER);
  }

  Path root() {
    return root;
  }

  /** The name that no other log has. */
  UUID id() {
    return format.id();
  }

  Segment segment(long first) {
    return new Segment(first, log.resolve(String.format("segment-%019d", first)));
  }

  /**
   * All segments, by first position.
   *
   * @throws EngineException CORRUPT if something else has the name of a segment
   */
  List<Segment> segments() throws IOException {
    List<Segment> found = named(SEGMENT);
    for (Segment segment : found) {
      contents(segment); // says so if it is no directory
    }
    return found;
  }

  private List<Segment> named(Pattern pattern) throws IOException {
    List<Segment> found = new ArrayList<>();
    for (Path path : io.list(log)) {
      Matcher matcher = pattern.matcher(path.getFileName().toString());
      if (matcher.matches()) {
        found.add(new Segment(position(matcher.group(1), path), path));
      }
    }
    return found;
  }

  private static long position(String digits, Path path) {
    long position;
    try {
      position = Long.parseLong(digits);
    } catch (NumberFormatException e) {
      position = 0;
    }
    if (position < 1) {
      throw new EngineException(
          Kind.CORRUPT,
          "the event log has a segment of a position that cannot be; put it somewhere else:"
              + " segment="
              + path
              + " position="
              + digits);
    }
    return position;
  }

  /** Removes a segment that holds no record; what is not ours in it is kept, out of the way. */
  void remove(Segment segment) throws IOException {
    for (Path file : contents(segment)) {
      if (!SEGMENT_FILES.contains(file.getFileName().toString())) {
        setAside(segment);
        return;
      }
    }
    delete(segment);
    io.forceDirectory(log);
  }

  /**
   * Deletes all segments that begin before a position, also those set aside.
   *
   * @return how many there were
   */
  int deleteBefore(long first) throws IOException {
    List<Segment> old = new ArrayList<>(named(SEGMENT));
    old.addAll(named(TORN));
    int count = 0;
    for (Segment segment : old) {
      if (segment.first() < first) {
        delete(segment);
        count++;
      }
    }
    if (count > 0) {
      io.forceDirectory(log);
    }
    return count;
  }

  private void delete(Segment segment) throws IOException {
    for (Path file : contents(segment)) {
      io.delete(file);
    }
    io.delete(segment.path());
  }

  private List<Path> contents(Segment segment) throws IOException {
    try {
      return io.list(segment.path());
    } catch (NotDirectoryException e) {
      throw new EngineException(
          Kind.CORRUPT,
          "a file has the name of a segment of the event log; put it somewhere else: file="
              + segment.path(),
          e);
    }
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

  /** What FORMAT says; a log that is not there is made. */
  private LogFormat readOrCreate() throws IOException {
    Path file = root.resolve(FORMAT);
    if (!io.exists(file)) {
      return create(file);
    }
    LogFormat known = LogFormat.read(io, file);
    io.forceDirectory(root); // who wrote it may have died before its name was durable
    for (Path mark : List.of(highWater(), lowWater())) {
      if (!io.exists(mark)) {
        throw missing(mark);
      }
    }
    return known;
  }

  private LogFormat create(Path file) throws IOException {
    io.createDirectories(log);
    if (!segments().isEmpty()) {
      throw missing(file);
    }
    // One that is there was made by a start that died before it wrote FORMAT.
    if (!io.exists(highWater())) {
      HighWaterMark.create(io, highWater());
    }
    if (!io.exists(lowWater())) {
      LowWaterMark.create(io, lowWater());
    }
    io.forceDirectory(log); // also names that a start made that died
    io.forceDirectory(root); // the name of log, before there is a FORMAT that vouches for it
    LogFormat made = new LogFormat(io.newId());
    made.write(io, file); // last: from now on all of it must be there
    return made;
  }

  private static EngineException missing(Path file) {
    return new EngineException(
        Kind.CORRUPT,
        "a file of the event log is missing, though the log is there; restore the directory from a"
            + " backup: file="
            + file);
  }
}
