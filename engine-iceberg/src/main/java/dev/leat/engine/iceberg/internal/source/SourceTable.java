package dev.leat.engine.iceberg.internal.source;

import dev.leat.engine.iceberg.internal.catalog.LakeAddress;
import dev.leat.engine.iceberg.internal.catalog.Steps;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * The table of a source: what is read, and how.
 *
 * @param start where a source begins that has read nothing yet
 * @param bounds which rows are wanted; all if empty
 * @param progress is told how far it is, by the thread that reads
 */
public record SourceTable(
    Target target,
    SourceStart start,
    Optional<SourceBounds> bounds,
    Deletions deletions,
    Consumer<ReadingProgress> progress,
    Steps steps) {
  private static final int MAX_NAME = 200;

  /**
   * What is read.
   *
   * @param name of the source; that of the stream if empty
   */
  public record Target(LakeAddress lake, String table, Optional<String> name) {
    public Target {
      if (TableIdentifier.parse(table).namespace().isEmpty()) {
        throw new IllegalArgumentException(
            "a table has a namespace, as in 'web.clicks': table=" + table);
      }
      if (name.isPresent() && (name.get().isEmpty() || name.get().length() > MAX_NAME)) {
        throw new IllegalArgumentException(
            "the name of a source has 1 to "
                + MAX_NAME
                + " characters: length="
                + name.get().length());
      }
    }
  }

  /** What becomes of rows that are deleted from the table after they were read. */
  public enum Deletions {
    /** They end the reading. */
    REFUSED,
    /** They stay in the stream. */
    IGNORED
  }

  /** For messages. */
  public String describe() {
    return "iceberg table " + target.table + " in " + target.lake;
  }
}
