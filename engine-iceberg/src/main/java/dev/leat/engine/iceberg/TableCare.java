package dev.leat.engine.iceberg;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.iceberg.internal.care.CompactedFiles;
import dev.leat.engine.iceberg.internal.care.Compaction;
import dev.leat.engine.iceberg.internal.care.OrphanFiles;
import dev.leat.engine.iceberg.internal.catalog.Steps;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.ValidationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a table needs that is written to for long: old snapshots are let go of, files that no commit
 * has are removed, and small files are put together. All of it may be done beside a sink that
 * writes, in any process: a sink's place is a property of the table, which none of it touches, and
 * a commit that meets another one is made again.
 *
 * <pre>{@code
 * TableCare care = TableCare.of(lake, "web.clicks");
 * care.compact();
 * care.expireSnapshots(Duration.ofDays(7), 10);
 * care.removeOrphans(Duration.ofDays(3));
 * }</pre>
 *
 * <p>Immutable; any thread. Each call opens the catalog, and closes it.
 */
public final class TableCare {
  private static final Logger LOG = LoggerFactory.getLogger(TableCare.class);
  private static final int MAX_ATTEMPTS = 10;

  /** A file may be as old as this and not yet in a commit. */
  private static final Duration MIN_ORPHAN_AGE = Duration.ofHours(1);

  private final Lake lake;
  private final String name;

  private TableCare(Lake lake, String name) {
    this.lake = lake;
    this.name = name;
  }

  /**
   * Care for a table.
   *
   * @param table with its namespace: {@code "web.clicks"}
   */
  public static TableCare of(Lake lake, String table) {
    Objects.requireNonNull(lake, "lake");
    if (TableIdentifier.parse(table).namespace().isEmpty()) {
      throw new IllegalArgumentException(
          "a table has a namespace, as in 'web.clicks': table=" + table);
    }
    return new TableCare(lake, table);
  }

  /**
   * What compaction did.
   *
   * @param filesBefore so many files were replaced
   * @param filesAfter by so many
   * @param rows that are in them
   * @param leftAlone files that cannot be put together here: with columns that have changed their
   *     type, with a codec or with deletes that are not read here, or changed meanwhile by others
   *     than sinks
   */
  public record Compacted(int filesBefore, int filesAfter, long rows, int leftAlone) {
    public Compacted {
      if (filesBefore < 0 || filesAfter < 0 || rows < 0 || leftAlone < 0) {
        throw new IllegalArgumentException("less than nothing: " + filesBefore + " " + filesAfter);
      }
    }
  }

  /**
   * Lets go of snapshots, and of the files that only they have. Readers of these find them no more.
   *
   * @param olderThan zero or more
   * @param keepLast so many stay, however old; 1 or more
   * @return how many are gone
   */
  public int expireSnapshots(Duration olderThan, int keepLast) {
    if (olderThan.isNegative() || keepLast < 1) {
      throw new IllegalArgumentException(
          "an age must not be negative, and one snapshot is kept: older-than="
              + olderThan
              + " keep-last="
              + keepLast);
    }
    return withTable(
        table -> {
          int before = count(table.snapshots());
          long oldest = Instant.now().minus(olderThan).toEpochMilli();
          persistently(
              table,
              () -> table.expireSnapshots().expireOlderThan(oldest).retainLast(keepLast).commit());
          table.refresh();
          return Math.max(0, before - count(table.snapshots()));
        });
  }

  /**
   * Makes a commit beside a writer that may commit many times a second: Iceberg itself gives up
   * after four attempts. One that is refused was not made, so it may be made anew.
   */
  static void persistently(Table table, Runnable commit) {
    for (int attempt = 1; ; attempt++) {
      try {
        commit.run();
        return;
      } catch (CommitFailedException e) {
        if (attempt == MAX_ATTEMPTS) {
          throw e;
        }
        LOG.info("{} is committed to by others: attempt={} cause={}", table, attempt, e.toString());
        table.refresh();
      }
    }
  }

  private static int count(Iterable<Snapshot> snapshots) {
    int count = 0;
    for (Snapshot unused : snapshots) {
      count++;
    }
    return count;
  }

  /**
   * Removes files in the table's own folder that no version of the table has: what is left of hosts
   * that were killed, and of commits that failed.
   *
   * @param olderThan an hour or more, and more than any writer takes from a file to its commit: a
   *     sink, its commit interval. 3 days is a good choice
   * @return where they were
   */
  public List<String> removeOrphans(Duration olderThan) {
    if (olderThan.compareTo(MIN_ORPHAN_AGE) < 0) {
      throw new IllegalArgumentException(
          "a file that is younger than an hour may belong to a commit that is being made:"
              + " older-than="
              + olderThan);
    }
    try (LakeCatalog catalog = lake.catalog()) {
      return new OrphanFiles(catalog.tables(), TableIdentifier.parse(name))
          .remove(Instant.now().minus(olderThan));
    } catch (NoSuchTableException e) {
      throw missing(e);
    }
  }

  /**
   * Puts small files of a partition together, up to the table's target size ({@code
   * write.target-file-size-bytes}); where a partition has fewer than five, they wait for more. A
   * file is written again, too, if three in ten of its rows are deleted by a deletion vector, or if
   * five files of keys delete rows of it; these deletes go with it. Rows stay in the order of their
   * files, and keep the numbers that tables of format version 3 give them.
   *
   * <p>A sink may commit meanwhile, as often as it likes: what it deletes in the files that are
   * being written again is deleted in the new ones.
   */
  public Compacted compact() {
    return withTable(
        table -> {
          CompactedFiles done = new Compaction(table, Steps.UNDISTURBED).run();
          return new Compacted(
              done.filesBefore(), done.filesAfter(), done.rows(), done.leftAlone());
        });
  }

  private <T> T withTable(Function<Table, T> action) {
    try (LakeCatalog catalog = lake.catalog()) {
      return action.apply(catalog.tables().loadTable(TableIdentifier.parse(name)));
    } catch (NoSuchTableException e) {
      throw missing(e);
    } catch (CommitStateUnknownException e) {
      throw new EngineException(
          Kind.COMMIT_UNKNOWN, "it is not known whether a commit is there: " + this, e);
    } catch (CommitFailedException | ValidationException e) {
      throw new EngineException(
          Kind.UNAVAILABLE,
          "others commit too often; try again: " + this + " cause=" + e.getMessage(),
          e);
    }
  }

  private EngineException missing(NoSuchTableException e) {
    return new EngineException(
        Kind.INVALID, "the table is not there; a sink makes it with its first commit: " + this, e);
  }

  @Override
  public String toString() {
    return "iceberg table " + name + " in " + lake;
  }
}
