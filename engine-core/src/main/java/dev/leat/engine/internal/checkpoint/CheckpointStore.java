package dev.leat.engine.internal.checkpoint;

import dev.leat.engine.EngineException;
import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.IoFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints in a directory: files {@code checkpoint-<position>}, the last two of them, and
 * one that is older if somebody has not come further.
 *
 * <p>A checkpoint is written to a draft, which is forced, then renamed, then the directory is
 * forced; only then are older ones deleted. So whenever the process or the machine stops, the files
 * under their final names are complete, and there is at least as much as there was before.
 *
 * <p><b>Threading.</b> One thread at a time.
 */
public final class CheckpointStore {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);
  private static final int KEPT = 2;

  /** A file with a greater number was not written by us. */
  private static final String MAX_POSITION = String.valueOf(Long.MAX_VALUE);

  private static final Pattern FILE = Pattern.compile("checkpoint-(\\d{19})(\\.draft)?");

  private final Io io;
  private final Path directory;
  private final long minFreeBytes;

  /** Up to where everybody has come who needs a checkpoint to start from. */
  private LongSupplier neededAfter = () -> Long.MAX_VALUE;

  /** The positions of those that count as good: all, until one is found to be of no use. */
  private @Nullable NavigableSet<Long> good;

  /**
   * The checkpoints in a directory, which is made with the first.
   *
   * @param minFreeBytes writing leaves so much usable space on the file system
   */
  public CheckpointStore(Io io, Path directory, long minFreeBytes) {
    this.io = io;
    this.directory = directory;
    this.minFreeBytes = minFreeBytes;
  }

  private record Entry(long position, boolean isDraft, Path path) {}

  private List<Entry> entries() throws IOException {
    List<Entry> entries = new ArrayList<>();
    if (io.exists(directory)) {
      for (Path path : io.list(directory)) {
        Matcher matcher = FILE.matcher(path.getFileName().toString());
        if (matcher.matches() && matcher.group(1).compareTo(MAX_POSITION) <= 0) {
          long position = Long.parseLong(matcher.group(1));
          entries.add(new Entry(position, matcher.group(2) != null, path));
        }
      }
    }
    return entries;
  }

  private NavigableSet<Long> good() {
    NavigableSet<Long> known = good;
    if (known == null) {
      known = new TreeSet<>(Comparator.reverseOrder());
      try {
        for (Entry entry : entries()) {
          if (!entry.isDraft()) {
            known.add(entry.position());
          }
        }
      } catch (IOException e) {
        throw IoFailure.of("the checkpoints cannot be listed: directory=" + directory, e);
      }
      good = known;
    }
    return known;
  }

  /** The positions of the checkpoints that are there and were not rejected, newest first. */
  public List<Long> positions() {
    return List.copyOf(good());
  }

  /** The file of the checkpoint at a position. */
  public Path path(long position) {
    return directory.resolve(name(position));
  }

  private static String name(long position) {
    return String.format("checkpoint-%019d", position);
  }

  /**
   * Opens a checkpoint.
   *
   * @throws EngineException CORRUPT if it is damaged, INVALID if it is of another version,
   *     UNAVAILABLE if it cannot be read
   */
  public CheckpointFile open(long position) {
    CheckpointFile file = CheckpointFile.open(io, path(position));
    if (file.header().position() != position) {
      file.close();
      throw CheckpointFormat.corrupt(
          file.path(), 0, "it was written for position " + file.header().position());
    }
    return file;
  }

  /**
   * Takes note that a checkpoint is of no use. Its file stays, for whoever wants to look, until
   * another one is published.
   */
  public void reject(long position) {
    good().remove(position);
  }

  /**
   * Says who else needs a checkpoint: the newest at or before a position is kept.
   *
   * @param position asked for whenever one is published, and before the log is released
   */
  public void keepFor(LongSupplier position) {
    neededAfter = position;
  }

  /**
   * What the log must reach back to: the older one of two, if there are two; further, if somebody
   * has not come so far; 0 if no checkpoint is so old.
   */
  public OptionalLong oldestNeeded() {
    NavigableSet<Long> known = good();
    if (known.size() < KEPT) {
      return OptionalLong.empty();
    }
    long older = secondNewest(known);
    long needed = neededAfter.getAsLong();
    if (needed >= older) {
      return OptionalLong.of(older);
    }
    @Nullable Long start = known.ceiling(needed); // the order is reversed
    return OptionalLong.of(start == null ? 0 : start);
  }

  /**
   * The newest, if nobody has to start from an older one and all of it can be read now; for a log
   * that is full, and stays so as long as two checkpoints hold it.
   */
  public OptionalLong verifiedNewest() {
    NavigableSet<Long> known = good();
    if (known.isEmpty() || neededAfter.getAsLong() < known.first()) {
      return OptionalLong.empty();
    }
    try (CheckpointFile file = open(known.first())) {
      file.verify();
    }
    return OptionalLong.of(known.first());
  }

  /** The older one of the last two, from which recovery starts if the newest is damaged. */
  public OptionalLong older() {
    NavigableSet<Long> known = good();
    return known.size() < KEPT ? OptionalLong.empty() : OptionalLong.of(secondNewest(known));
  }

  /** The position of the next checkpoint after a position; there is one. */
  public long next(long position) {
    return Objects.requireNonNull(good().lower(position)); // the order is reversed
  }

  private static long secondNewest(NavigableSet<Long> positions) {
    return Objects.requireNonNull(positions.higher(positions.first()));
  }

  /**
   * Writes a checkpoint, complete and durable, but not yet to be found.
   *
   * @param sections what it holds, by name
   * @param expectedBytes about how large it will be: it is not begun without space for that
   * @throws EngineException FULL if there is no space for it, UNAVAILABLE if it cannot be written;
   *     nothing of it is left then, if that can be helped
   */
  public Draft write(
      CheckpointHeader header, Map<String, StateImage> sections, long expectedBytes) {
    Path path = directory.resolve(name(header.position()) + ".draft");
    Draft draft = new Draft(header.position(), path);
    boolean isGood = false;
    try {
      createDirectory();
      draft.size = CheckpointWriter.write(io, path, header, sections, minFreeBytes, expectedBytes);
      isGood = true;
      return draft;
    } catch (IOException e) {
      throw IoFailure.of("a checkpoint cannot be written: file=" + path, e);
    } finally {
      if (!isGood) {
        draft.close();
      }
    }
  }

  private void createDirectory() throws IOException {
    if (!io.exists(directory)) {
      io.createDirectories(directory);
    }
    Path parent = directory.getParent();
    if (parent != null && good().isEmpty()) {
      // A name that was made by a process that was killed may not be durable either.
      io.forceDirectory(parent);
    }
  }

  /** A checkpoint that is written and not yet published; closing it takes it away if it is not. */
  public final class Draft implements AutoCloseable {
    private final long position;
    private final Path path;
    private long size;
    private boolean isPublished;

    private Draft(long position, Path path) {
      this.position = position;
      this.path = path;
    }

    /** Its length in bytes. */
    public long size() {
      return size;
    }

    /**
     * Makes it the newest checkpoint, and deletes all but this, the one before it, and one that
     * somebody needs.
     *
     * @throws EngineException UNAVAILABLE if that is not possible; it may then be found or not
     */
    public void publish() {
      try {
        io.rename(path, path(position));
        isPublished = true;
        io.forceDirectory(directory);
      } catch (IOException e) {
        throw IoFailure.of("a checkpoint cannot be published: file=" + path(position), e);
      }
      NavigableSet<Long> known = good();
      known.add(position);
      OptionalLong oldest = oldestNeeded();
      if (oldest.isPresent()) {
        long older = secondNewest(known);
        known.removeIf(some -> some < older && some != oldest.getAsLong());
      }
      deleteOthers();
    }

    @Override
    public void close() {
      if (!isPublished) {
        try {
          if (io.exists(path)) {
            io.delete(path);
          }
        } catch (IOException e) {
          LOG.warn("the draft of a checkpoint stays for now: file={}", path, e);
        }
      }
    }
  }

  /** Deletes what is no longer needed. What cannot be deleted is tried again next time. */
  private void deleteOthers() {
    try {
      for (Entry entry : entries()) {
        if (entry.isDraft() || !good().contains(entry.position())) {
          io.delete(entry.path());
        }
      }
    } catch (IOException e) {
      LOG.warn("an old checkpoint stays for now: directory={}", directory, e);
    }
  }
}
