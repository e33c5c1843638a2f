package dev.leat.engine.iceberg.internal.care;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets go of snapshots, and of the files that only they have.
 *
 * <p>Vectors of several files of rows share one file. When one of them is replaced, and the
 * snapshot that did so expires, Iceberg's clean-up deletes the file of the old one, and with it
 * vectors that still count ({@code IncrementalFileCleanup} of 1.12 goes by locations alone). So no
 * file of deletes goes that a snapshot still has. What is not needed any more once snapshots have
 * expired is never needed again, so it does not matter what is committed meanwhile.
 */
public final class Expiry {
  private static final Logger LOG = LoggerFactory.getLogger(Expiry.class);
  private static final int MAX_ATTEMPTS = 10;

  private final Table table;
  private @Nullable Set<String> needed;

  private Expiry(Table table) {
    this.table = table;
  }

  /**
   * Expires snapshots.
   *
   * @param before when they were committed
   * @param keepLast so many stay, however old
   * @return how many are gone
   */
  public static int run(Table table, Instant before, int keepLast) {
    int present = count(table);
    persistently(
        table,
        () ->
            table
                .expireSnapshots()
                .expireOlderThan(before.toEpochMilli())
                .retainLast(keepLast)
                .deleteWith(new Expiry(table)::delete)
                .commit());
    table.refresh();
    return Math.max(0, present - count(table));
  }

  /**
   * Makes a commit beside a writer that may commit many times a second: Iceberg itself gives up
   * after four attempts. One that is refused was not made, so it may be made anew.
   */
  public static void persistently(Table table, Runnable commit) {
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

  private static int count(Table table) {
    int count = 0;
    for (Snapshot unused : table.snapshots()) {
      count++;
    }
    return count;
  }

  private void delete(String location) {
    if (neededDeletes().contains(location)) {
      LOG.info("a file of deletes is still needed: location={}", location);
    } else {
      table.io().deleteFile(location);
    }
  }

  /** The files of deletes that snapshots have which are there; called when some have gone. */
  private synchronized Set<String> neededDeletes() {
    Set<String> all = needed;
    if (all == null) {
      table.refresh();
      all = new HashSet<>();
      Set<String> manifests = new HashSet<>();
      for (Snapshot snapshot : table.snapshots()) {
        for (ManifestFile manifest : snapshot.deleteManifests(table.io())) {
          if (manifests.add(manifest.path())) {
            addFiles(manifest, all);
          }
        }
      }
      needed = all;
    }
    return all;
  }

  private void addFiles(ManifestFile manifest, Set<String> all) {
    try (CloseableIterable<DeleteFile> files =
        ManifestFiles.readDeleteManifest(manifest, table.io(), table.specs())) {
      for (DeleteFile file : files) {
        all.add(file.location());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + manifest.path(), e);
    }
  }
}
