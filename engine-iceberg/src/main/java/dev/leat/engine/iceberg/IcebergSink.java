package dev.leat.engine.iceberg;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.Sink;
import dev.leat.engine.SinkSession;
import dev.leat.engine.SinkSource;
import dev.leat.engine.iceberg.internal.catalog.LakeAddress;
import dev.leat.engine.iceberg.internal.catalog.Steps;
import dev.leat.engine.iceberg.internal.parquet.TableShape;
import dev.leat.engine.iceberg.internal.reconcile.Reconciling;
import dev.leat.engine.iceberg.internal.reconcile.TableDifference;
import dev.leat.engine.iceberg.internal.write.IcebergSession;
import dev.leat.engine.iceberg.internal.write.RowOrder;
import dev.leat.engine.iceberg.internal.write.SinkTable;
import dev.leat.engine.iceberg.internal.write.SinkTable.Target;
import dev.leat.engine.iceberg.internal.write.WriteMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.exceptions.ValidationException;

/**
 * A relation as an Iceberg table, each change exactly once, in Parquet with zstd. Immutable;
 * refinements return a copy.
 *
 * <pre>{@code
 * clicks.to("clicks_lake",
 *     IcebergSink.append(Lake.local(Path.of("lake")), "web.clicks")
 *         .partitionedBy(days("event_time"), identity("event_type"))
 *         .comment("all clicks"));
 * }</pre>
 *
 * <p>{@link #append} is for relations that only add rows (format version 2). {@link #upsert} is for
 * those that change them, of which the table has the last version of each row (format version 3,
 * with deletion vectors):
 *
 * <pre>{@code
 * sessions.to("sessions_lake", IcebergSink.upsert(Lake.local(Path.of("lake")), "web.sessions"));
 * }</pre>
 *
 * <p>A table that is not there is made with the relation's columns. One that is gets new columns at
 * its end if they may be null; with any other difference the sink is given up, and says which.
 *
 * <p>A duration is a long of microseconds. A row of weight n is n rows.
 */
public final class IcebergSink implements Sink {
  private static final long DEFAULT_TARGET_FILE_BYTES = 128L << 20;
  private static final long MIN_TARGET_FILE_BYTES = 1L << 16;

  private final Target target;
  private final List<Partition> partitions;
  private final Map<String, String> properties;
  private final long targetFileBytes;
  private final Steps steps;

  private IcebergSink(
      Target target,
      List<Partition> partitions,
      Map<String, String> properties,
      long targetFileBytes,
      Steps steps) {
    this.target = target;
    this.partitions = partitions;
    this.properties = properties;
    this.targetFileBytes = targetFileBytes;
    this.steps = steps;
  }

  /**
   * A table that rows are only added to.
   *
   * @param table with its namespace: {@code "web.clicks"}
   */
  public static IcebergSink append(Lake lake, String table) {
    return of(new Target(address(lake), table, SnapshotRef.MAIN_BRANCH, WriteMode.APPEND));
  }

  /**
   * A table that has the last version of each row: rows are added, replaced and taken away by key.
   * The table is of format version 3; what is deleted in a file is in its deletion vector.
   *
   * <p>Where the row of each key is, is kept in memory, 36 to 72 bytes a key, and read from the
   * columns of the key in the table when the first changes come after an opening.
   *
   * @param table with its namespace: {@code "web.sessions"}
   * @param key names columns that no two rows share, of which some may be null; none for the key of
   *     the relation. A second row of a key gives the sink up, with a message that has it.
   */
  public static IcebergSink upsert(Lake lake, String table, String... key) {
    return of(
        new Target(
            address(lake),
            table,
            SnapshotRef.MAIN_BRANCH,
            new WriteMode(WriteMode.Deletes.VECTORS, List.of(key))));
  }

  private static LakeAddress address(Lake lake) {
    return Objects.requireNonNull(lake, "lake").address();
  }

  private static IcebergSink of(Target target) {
    return new IcebergSink(
        target, List.of(), Map.of(), DEFAULT_TARGET_FILE_BYTES, Steps.UNDISTURBED);
  }

  /**
   * A copy that upserts for readers that know format version 2 only: keys are deleted by files of
   * keys, which readers have to look up all rows in. Have such a table compacted often. The columns
   * of the key must be those that the plan knows as the key, or more.
   *
   * @throws IllegalStateException if rows are only added
   */
  public IcebergSink equalityDeletes() {
    if (target.mode().deletes() == WriteMode.Deletes.NONE) {
      throw new IllegalStateException("only .upsert(...) deletes: table=" + target.table());
    }
    WriteMode mode = new WriteMode(WriteMode.Deletes.EQUALITY, target.mode().key());
    return new IcebergSink(
        new Target(target.lake(), target.table(), target.branch(), mode),
        partitions,
        properties,
        targetFileBytes,
        steps);
  }

  /**
   * A copy with partitions, of a table that is to be made; one that is there must have the same.
   */
  public IcebergSink partitionedBy(Partition... by) {
    return new IcebergSink(target, List.of(by), properties, targetFileBytes, steps);
  }

  /**
   * A copy whose files have their rows in the order of some columns, ascending, nulls first:
   * readers skip more of a file then. A table that is made says so, too. Rows of a commit are
   * sorted together, so files of it do not overlap within a partition; compaction does not sort.
   *
   * @throws IllegalStateException if rows are not only added
   */
  public IcebergSink sortedBy(String... columns) {
    if (target.mode().deletes() != WriteMode.Deletes.NONE) {
      throw new IllegalStateException("only .append(...) sorts: table=" + target.table());
    }
    WriteMode mode = new WriteMode(WriteMode.Deletes.NONE, List.of(), List.of(columns));
    return new IcebergSink(
        new Target(target.lake(), target.table(), target.branch(), mode),
        partitions,
        properties,
        targetFileBytes,
        steps);
  }

  /**
   * A copy with another size at which a file is completed; a commit completes all files, whatever
   * their size. 64 KiB or more; default 128 MiB.
   */
  public IcebergSink targetFileBytes(long bytes) {
    if (bytes < MIN_TARGET_FILE_BYTES) {
      throw new IllegalArgumentException(
          "target-file-bytes must be at least "
              + MIN_TARGET_FILE_BYTES
              + ": target-file-bytes="
              + bytes);
    }
    return new IcebergSink(target, partitions, properties, bytes, steps);
  }

  /**
   * A copy that writes to a branch of the table: nobody sees the rows who reads the table without
   * naming it. It is made with the first commit, from what the table has then. The sink's place on
   * it is its own.
   */
  public IcebergSink toBranch(String name) {
    Objects.requireNonNull(name, "name");
    return new IcebergSink(
        new Target(target.lake(), target.table(), name, target.mode()),
        partitions,
        properties,
        targetFileBytes,
        steps);
  }

  /** A copy with a property of the table that is to be made. */
  public IcebergSink property(String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(properties);
    more.put(key, value);
    return new IcebergSink(target, partitions, more, targetFileBytes, steps);
  }

  /** A copy with a comment on the table that is to be made. */
  public IcebergSink comment(String text) {
    return property("comment", text);
  }

  /** A copy that says what it does, so that a test can let it fail. */
  IcebergSink telling(Steps told) {
    return new IcebergSink(target, partitions, properties, targetFileBytes, told);
  }

  /**
   * Compares the table with a view of the relation that is written to it, at the position that the
   * table has stored, while the engine goes on: each row as often here as there. The table is read
   * from its files. All rows of the view are in memory meanwhile, and 36 to 72 bytes for each; rows
   * of which 128 bits of a hash are the same are taken for equal.
   *
   * <pre>{@code
   * Reconciliation found = sink.reconcile(engine, "users", "users_lake", Duration.ofMinutes(5));
   * }</pre>
   *
   * @param view of the relation that this sink writes: {@code relation.materialize("users")}
   * @param name of this sink in the pipeline of the engine
   * @param atMost the sink has so long to commit, and the view to get there
   * @throws EngineException UNAVAILABLE if the time is up; INVALID if the table is not of that sink
   *     and relation, or has files that are not read here
   */
  public Reconciliation reconcile(Engine engine, String view, String name, Duration atMost) {
    TableDifference found = new Reconciling(engine, view, name, written(), atMost).run();
    return new Reconciliation(
        found.position(),
        found.view().rows(),
        found.table().rows(),
        found.view().unmatched(),
        found.table().unmatched(),
        found.table().first(),
        found.view().first());
  }

  String table() {
    return target.table();
  }

  /** What a session knows of this. */
  private SinkTable written() {
    List<Consumer<PartitionSpec.Builder>> by = new ArrayList<>();
    partitions.forEach(partition -> by.add(partition::addTo));
    return new SinkTable(target, List.copyOf(by), properties, targetFileBytes);
  }

  @Override
  public String describe() {
    return target.describe();
  }

  @Override
  public void check(SinkSource source) {
    String what = "sink '" + source.name() + "' to " + describe();
    target.mode().check(source, what);
    TableShape.checkNames(source.schema(), what);
    checkVersion(what);
    RowOrder.check(target.mode().order(), source.schema(), what);
    List<String> missing = new ArrayList<>();
    for (Partition partition : partitions) {
      if (source.schema().find(partition.column()) < 0) {
        missing.add(partition.column());
      }
    }
    if (!missing.isEmpty()) {
      throw new EngineException(
          Kind.INVALID,
          what
              + " is partitioned by columns that are not there: "
              + missing
              + "; there are "
              + source.schema().names());
    }
    try {
      PartitionSpec unused = written().spec(TableShape.toCreate(source.schema(), List.of()));
    } catch (IllegalArgumentException | ValidationException e) {
      throw new EngineException(
          Kind.INVALID,
          what + " cannot be partitioned by " + partitions + ": " + e.getMessage(),
          e);
    }
  }

  private void checkVersion(String what) {
    String version = properties.get(TableProperties.FORMAT_VERSION);
    int least = target.mode().formatVersion();
    if (version != null && !(version.matches("[1-9]") && Integer.parseInt(version) >= least)) {
      throw new EngineException(
          Kind.INVALID,
          what
              + " needs a table of format version "
              + least
              + " or later: property "
              + TableProperties.FORMAT_VERSION
              + "="
              + version
              + "; leave it out, or upsert with .equalityDeletes() for readers of version 2");
    }
  }

  @Override
  public SinkSession open(SinkSource source) {
    return new IcebergSession(written(), source, steps);
  }
}
