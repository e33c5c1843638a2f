package dev.leat.engine.iceberg.internal.write;

import dev.leat.engine.SinkChanges;
import java.util.Map;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.Transaction;

/**
 * How the changes of a relation come into a table: what was written since the last commit, as
 * files. One session uses it, and after a failure only {@link #abandon} or {@link #leave}.
 */
interface TableChanges {
  /** Takes the changes of an epoch; they are valid until the commit. */
  void write(Table table, SinkChanges changes);

  /** Completes the files of a commit, which is to follow. */
  void complete(Table table);

  /**
   * Adds what was completed to a transaction.
   *
   * @param summary to be set in the snapshot
   * @return false if there is nothing, and so no snapshot
   */
  boolean addTo(Transaction transaction, Map<String, String> summary);

  /**
   * Looks at each version of the table that the commit is made on.
   *
   * @throws org.apache.iceberg.exceptions.ValidationException if that is not the one that the files
   *     are for
   */
  void check(TableMetadata base);

  /**
   * The commit is there; what comes next is for another one.
   *
   * @param current the table then
   */
  void committed(TableMetadata current);

  /** Deletes the files, which are in no commit. What cannot be deleted is an orphan. */
  void abandon();

  /** Lets the files be, as they may be in a commit. */
  void leave();
}
