package dev.leat.engine.iceberg.internal.write;

import dev.leat.engine.iceberg.internal.catalog.LakeAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * The table of a sink: what is written to, and how.
 *
 * @param partitions each adds itself to a specification, which checks that its column is there and
 *     fits; none for those that the table has
 * @param properties of a table that is to be made, beside those that follow from the others
 * @param targetFileBytes the size at which a file is completed
 */
public record SinkTable(
    Target target,
    List<Consumer<PartitionSpec.Builder>> partitions,
    Map<String, String> properties,
    long targetFileBytes) {
  /** What is written to, and what is done to it. */
  public record Target(LakeAddress lake, String table, String branch, WriteMode mode) {
    public Target {
      if (TableIdentifier.parse(table).namespace().isEmpty()) {
        throw new IllegalArgumentException(
            "a table has a namespace, as in 'web.clicks': table=" + table);
      }
    }

    /** For messages. */
    public String describe() {
      String of = branch.equals(SnapshotRef.MAIN_BRANCH) ? "" : " branch " + branch;
      return "iceberg table " + table + of + " in " + lake;
    }
  }

  public LakeAddress lake() {
    return target.lake;
  }

  String table() {
    return target.table;
  }

  public TableIdentifier identifier() {
    return TableIdentifier.parse(target.table);
  }

  public WriteMode mode() {
    return target.mode;
  }

  public String branch() {
    return target.branch;
  }

  /** For messages. */
  public String describe() {
    return target.describe();
  }

  public PartitionSpec spec(org.apache.iceberg.Schema schema) {
    PartitionSpec.Builder spec = PartitionSpec.builderFor(schema);
    partitions.forEach(partition -> partition.accept(spec));
    return spec.build();
  }

  SortOrder order(org.apache.iceberg.Schema schema) {
    SortOrder.Builder order = SortOrder.builderFor(schema);
    target.mode.order().forEach(order::asc);
    return order.build();
  }

  Map<String, String> tableProperties() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put(TableProperties.FORMAT_VERSION, Integer.toString(target.mode.formatVersion()));
    all.put(TableProperties.PARQUET_COMPRESSION, "zstd");
    all.put(TableProperties.WRITE_TARGET_FILE_SIZE_BYTES, Long.toString(targetFileBytes));
    all.putAll(properties);
    return all;
  }
}
