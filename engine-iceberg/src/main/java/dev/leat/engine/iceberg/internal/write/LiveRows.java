package dev.leat.engine.iceberg.internal.write;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.iceberg.internal.key.KeyHash;
import dev.leat.engine.iceberg.internal.key.KeyIndex;
import dev.leat.engine.iceberg.internal.key.RowKeys;
import dev.leat.engine.iceberg.internal.parquet.KeyFile;
import dev.leat.engine.iceberg.internal.scan.DeletedPositions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.ContentFileUtil;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the live row of each key of a table is: its file, and its position in that.
 *
 * <p>It is read from the table itself, from the columns of the key of all live rows, when the first
 * changes come after an opening; so it cannot disagree with the table, and needs no place of its
 * own to be kept in. Later it follows what is committed. When somebody else has changed the table,
 * by compaction say, only the files that are new are read.
 */
final class LiveRows {
  private static final Logger LOG = LoggerFactory.getLogger(LiveRows.class);
  private static final int POSITION_BITS = 40;
  private static final int MAX_FILES = 1 << (Long.SIZE - 1 - POSITION_BITS);

  /** A file with live rows. */
  static final class LiveFile {
    private final int number;
    private final DataFile file;
    private @Nullable DeleteFile deletions;
    private long rows;

    private LiveFile(int number, DataFile file, @Nullable DeleteFile deletions) {
      this.number = number;
      this.file = file;
      this.deletions = deletions;
      this.rows = file.recordCount() - (deletions == null ? 0 : deletions.recordCount());
    }

    DataFile file() {
      return file;
    }

    /** Its deletion vector; null if nothing of it is deleted. */
    @Nullable DeleteFile deletions() {
      return deletions;
    }

    /** How many rows are live. */
    long rows() {
      return rows;
    }
  }

  private final String what;
  private final String branch;
  private final RowKeys keys;
  private final KeyIndex index = new KeyIndex();
  private final Map<Integer, LiveFile> byNumber = new HashMap<>();
  private Map<String, LiveFile> byLocation = new HashMap<>();
  private @Nullable Long snapshot;
  private int numbers;

  LiveRows(String what, String branch, RowKeys keys) {
    this.what = what;
    this.branch = branch;
    this.keys = keys;
  }

  /** The snapshot of the table that this is about; null if it has none. */
  @Nullable Long snapshot() {
    return snapshot;
  }

  boolean has(KeyHash key) {
    return index.get(key.high(), key.low()) != KeyIndex.NONE;
  }

  /** The file of the row of a key, which is there. */
  LiveFile file(long high, long low) {
    long place = index.get(high, low);
    LiveFile file = place == KeyIndex.NONE ? null : byNumber.get(number(place));
    if (file == null) {
      throw new IllegalStateException("no row of a key that was there: " + what);
    }
    return file;
  }

  /** The position of the row of a key, which is there. */
  long position(long high, long low) {
    return index.get(high, low) & ((1L << POSITION_BITS) - 1);
  }

  private static int number(long place) {
    return (int) (place >> POSITION_BITS);
  }

  private static long place(int number, long position) {
    return (long) number << POSITION_BITS | position;
  }

  /** Follows the table to its present state. */
  void follow(Table table) {
    Snapshot current = SnapshotUtil.latestSnapshot(table, branch);
    if (Objects.equals(current == null ? null : current.snapshotId(), snapshot)) {
      return;
    }
    long began = System.nanoTime();
    Map<String, LiveFile> before = byLocation;
    Map<String, LiveFile> now = new HashMap<>();
    List<LiveFile> fresh = new ArrayList<>();
    if (current != null) {
      for (LiveFile file : files(table, current, before)) {
        now.put(file.file.location(), file);
        if (before.get(file.file.location()) != file) {
          fresh.add(file);
        }
      }
    }
    byNumber.clear();
    now.values().forEach(file -> byNumber.put(file.number, file));
    byLocation = now;
    fresh.forEach(file -> read(table, file));
    long rows = now.values().stream().mapToLong(LiveFile::rows).sum();
    if (rows != index.size()) {
      throw new EngineException(
          Kind.INVALID,
          what
              + " lacks rows that were there; somebody else has deleted them: restore it to an"
              + " earlier state, or write to another table: rows="
              + rows
              + " known="
              + index.size());
    }
    snapshot = current == null ? null : current.snapshotId();
    LOG.info(
        "the keys of {} are read: rows={} files={} files_read={} memory_bytes={} millis={}",
        what,
        rows,
        now.size(),
        fresh.size(),
        index.bytes(),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
  }

  private List<LiveFile> files(Table table, Snapshot current, Map<String, LiveFile> before) {
    List<LiveFile> files = new ArrayList<>();
    try (CloseableIterable<FileScanTask> tasks =
        table.newScan().useSnapshot(current.snapshotId()).planFiles()) {
      for (FileScanTask task : tasks) {
        DeleteFile deletions = deletions(task);
        LiveFile known = before.get(task.file().location());
        files.add(
            known != null && isSame(known.deletions, deletions)
                ? known
                : fresh(task.file().copyWithoutStats(), deletions));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the manifests of " + what, e);
    }
    return files;
  }

  private @Nullable DeleteFile deletions(FileScanTask task) {
    List<DeleteFile> deletes = task.deletes();
    if (deletes.isEmpty()) {
      return null;
    }
    if (deletes.size() > 1 || !ContentFileUtil.isDV(deletes.get(0))) {
      throw new EngineException(
          Kind.INVALID,
          what
              + " has rows that were deleted in another way than with deletion vectors; have its"
              + " files rewritten first, so that these deletes are applied: location="
              + task.file().location()
              + " deletes="
              + deletes.get(0).location());
    }
    return deletes.get(0).copy();
  }

  private static boolean isSame(@Nullable DeleteFile one, @Nullable DeleteFile other) {
    if (one == null || other == null) {
      return one == other;
    }
    return one.location().equals(other.location())
        && Objects.equals(one.contentOffset(), other.contentOffset());
  }

  private LiveFile fresh(DataFile file, @Nullable DeleteFile deletions) {
    if (numbers == MAX_FILES) {
      throw new EngineException(
          Kind.UNAVAILABLE, "too many files since the session was opened: " + what);
    }
    return new LiveFile(numbers++, file, deletions);
  }

  private void read(Table table, LiveFile file) {
    List<Integer> ids =
        keys.names().stream().map(name -> table.schema().findField(name).fieldId()).toList();
    DeleteFile deletions = file.deletions;
    PositionDeleteIndex deleted =
        deletions == null
            ? PositionDeleteIndex.empty()
            : DeletedPositions.vector(table.io(), deletions);
    new KeyFile(table.io().newInputFile(file.file.location()), keys, ids)
        .read(
            position -> !deleted.isDeleted(position),
            position -> {
              KeyHash key = keys.hash();
              long before = index.put(key.high(), key.low(), place(file.number, position));
              LiveFile other = before == KeyIndex.NONE ? null : byNumber.get(number(before));
              if (other != null) {
                throw new EngineException(
                    Kind.INVALID,
                    what
                        + " has two rows of one key; remove one of them, or write to another table:"
                        + " key="
                        + keys.names()
                        + " first="
                        + other.file.location()
                        + " second="
                        + file.file.location()
                        + " position="
                        + position);
              }
            });
  }

  /** The deletion vector of a file, by its location; null if nothing of it is deleted. */
  @Nullable DeleteFile deletions(String location) {
    LiveFile file = byLocation.get(location);
    return file == null ? null : file.deletions;
  }

  /** Follows a commit of our own: a file that is new. */
  int added(DataFile file) {
    LiveFile live = fresh(file.copyWithoutStats(), null);
    byNumber.put(live.number, live);
    byLocation.put(file.location(), live);
    return live.number;
  }

  /** Follows a commit of our own: the row of a key is in a file that was told before. */
  void put(long high, long low, int file, long position) {
    long unused = index.put(high, low, place(file, position));
  }

  /** Follows a commit of our own: the row of a key has gone. */
  void remove(long high, long low) {
    index.remove(high, low);
  }

  /** Follows a commit of our own: rows of a file have gone, as a vector says that is new. */
  void deleted(String location, long count, @Nullable DeleteFile vector) {
    LiveFile file = byLocation.get(location);
    if (file == null) {
      throw new IllegalStateException("not a file of " + what + ": " + location);
    }
    file.rows -= count;
    file.deletions = vector;
    if (file.rows == 0) {
      byLocation.remove(location);
      byNumber.remove(file.number);
    }
  }

  /** Follows a commit of our own, which made this snapshot. */
  void committed(@Nullable Snapshot made) {
    snapshot = made == null ? null : made.snapshotId();
  }
}
