package dev.leat.engine.iceberg;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.Sink;
import dev.leat.engine.SinkSession;
import dev.leat.engine.SinkSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.ValidationException;

/**
 * A relation as an Iceberg table, each row exactly once: format version 2, Parquet with zstd.
 * Immutable; refinements return a copy.
 *
 * <pre>{@code
 * clicks.to("clicks_lake",
 *     IcebergSink.append(Lake.local(Path.of("lake")), "web.clicks")
 *         .partitionedBy(days("event_time"), identity("event_type"))
 *         .comment("all clicks"));
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

  private final Lake lake;
  private final String table;
  private final List<Partition> partitions;
  private final Map<String, String> properties;
  private final long targetFileBytes;
  private final String branch;
  private final Steps steps;

  private IcebergSink(
      Lake lake,
      String table,
      List<Partition> partitions,
      Map<String, String> properties,
      long targetFileBytes,
      String branch,
      Steps steps) {
    this.lake = lake;
    this.table = table;
    this.partitions = partitions;
    this.properties = properties;
    this.targetFileBytes = targetFileBytes;
    this.branch = branch;
    this.steps = steps;
  }

  /**
   * A table that rows are only added to.
   *
   * @param table with its namespace: {@code "web.clicks"}
   */
  public static IcebergSink append(Lake lake, String table) {
    Objects.requireNonNull(lake, "lake");
    if (TableIdentifier.parse(table).namespace().isEmpty()) {
      throw new IllegalArgumentException(
          "a table has a namespace, as in 'web.clicks': table=" + table);
    }
    return new IcebergSink(
        lake,
        table,
        List.of(),
        Map.of(),
        DEFAULT_TARGET_FILE_BYTES,
        SnapshotRef.MAIN_BRANCH,
        Steps.UNDISTURBED);
  }

  /**
   * A copy with partitions, of a table that is to be made; one that is there must have the same.
   */
  public IcebergSink partitionedBy(Partition... by) {
    return new IcebergSink(lake, table, List.of(by), properties, targetFileBytes, branch, steps);
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
    return new IcebergSink(lake, table, partitions, properties, bytes, branch, steps);
  }

  /**
   * A copy that writes to a branch of the table: nobody sees the rows who reads the table without
   * naming it. It is made with the first commit, from what the table has then. The sink's place on
   * it is its own.
   */
  public IcebergSink toBranch(String name) {
    Objects.requireNonNull(name, "name");
    return new IcebergSink(lake, table, partitions, properties, targetFileBytes, name, steps);
  }

  /** A copy with a property of the table that is to be made. */
  public IcebergSink property(String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(properties);
    more.put(key, value);
    return new IcebergSink(lake, table, partitions, more, targetFileBytes, branch, steps);
  }

  /** A copy with a comment on the table that is to be made. */
  public IcebergSink comment(String text) {
    return property("comment", text);
  }

  /** A copy that says what it does, so that a test can let it fail. */
  IcebergSink telling(Steps told) {
    return new IcebergSink(lake, table, partitions, properties, targetFileBytes, branch, told);
  }

  Lake lake() {
    return lake;
  }

  String table() {
    return table;
  }

  TableIdentifier identifier() {
    return TableIdentifier.parse(table);
  }

  List<Partition> partitions() {
    return partitions;
  }

  String branch() {
    return branch;
  }

  long targetFileBytes() {
    return targetFileBytes;
  }

  PartitionSpec spec(org.apache.iceberg.Schema schema) {
    PartitionSpec.Builder spec = PartitionSpec.builderFor(schema);
    partitions.forEach(partition -> partition.addTo(spec));
    return spec.build();
  }

  Map<String, String> tableProperties() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put(TableProperties.FORMAT_VERSION, "2");
    all.put(TableProperties.PARQUET_COMPRESSION, "zstd");
    all.put(TableProperties.WRITE_TARGET_FILE_SIZE_BYTES, Long.toString(targetFileBytes));
    all.putAll(properties);
    return all;
  }

  @Override
  public String describe() {
    String of = branch.equals(SnapshotRef.MAIN_BRANCH) ? "" : " branch " + branch;
    return "iceberg table " + table + of + " in " + lake;
  }

  @Override
  public void check(SinkSource source) {
    String what = "sink '" + source.name() + "' to " + describe();
    if (!source.isAppendOnly()) {
      throw new EngineException(
          Kind.INVALID,
          what
              + " only adds rows, and "
              + source.relation()
              + " takes rows back when its inputs change: write the rows that it is computed from"
              + " and compute it where they are read, or a relation that only adds rows, such as a"
              + " stream, a filter or projection of one, or a lookup; or keep it as a view with"
              + " .materialize(...)");
    }
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
      PartitionSpec unused = spec(TableShape.toCreate(source.schema()));
    } catch (IllegalArgumentException | ValidationException e) {
      throw new EngineException(
          Kind.INVALID,
          what + " cannot be partitioned by " + partitions + ": " + e.getMessage(),
          e);
    }
  }

  @Override
  public SinkSession open(SinkSource source) {
    return new IcebergSession(this, source, steps);
  }
}
