package dev.leat.engine.iceberg.internal.write;

import dev.leat.engine.SinkChanges;
import dev.leat.engine.iceberg.internal.parquet.DataFileWriter;
import dev.leat.engine.iceberg.internal.parquet.TableShape;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.Table;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spreads rows over files: one open for each partition, another when it is as large as it should
 * be. If too many are open, those that were opened first are completed. Rows of a partition that
 * has a file find it by {@link PartitionRoutes}, if there is one for its transforms.
 *
 * @param <F> what a file that is complete is
 */
public final class PartitionedWriter<F extends ContentFile<F>> {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionedWriter.class);
  private static final int MAX_OPEN_FILES = 64;

  /** What becomes of a file. */
  @FunctionalInterface
  private interface Completion<F> {
    F complete(PartitionKey partition, DataFileWriter.Written written);
  }

  private final Table table;
  private final PartitionSpec spec;
  private final TableShape shape;
  private final long targetFileBytes;
  private final MetricsConfig metrics;
  private final Completion<F> completion;
  private final PartitionKey key;
  private final @Nullable PartitionRoutes routes;
  private final String suffix;
  private final String session = UUID.randomUUID().toString();
  private final Map<PartitionKey, DataFileWriter> open = new LinkedHashMap<>();
  private final List<F> complete = new ArrayList<>();
  private int files;

  private PartitionedWriter(
      Table table,
      TableShape shape,
      long targetFileBytes,
      String suffix,
      MetricsConfig metrics,
      Completion<F> completion) {
    this.table = table;
    this.spec = table.spec();
    this.shape = shape;
    this.targetFileBytes = targetFileBytes;
    this.suffix = suffix;
    this.metrics = metrics;
    this.completion = completion;
    this.key = new PartitionKey(spec, shape.schema());
    this.routes = PartitionRoutes.of(spec, shape).orElse(null);
  }

  /** Of files of rows in any order. */
  static PartitionedWriter<org.apache.iceberg.DataFile> ofRows(
      Table table, TableShape shape, long targetFileBytes) {
    return ofRows(table, shape, targetFileBytes, SortOrder.unsorted());
  }

  /**
   * Of files of rows.
   *
   * @param order in which the rows come
   */
  static PartitionedWriter<org.apache.iceberg.DataFile> ofRows(
      Table table, TableShape shape, long targetFileBytes, SortOrder order) {
    PartitionSpec spec = table.spec();
    return new PartitionedWriter<>(
        table,
        shape,
        targetFileBytes,
        "",
        MetricsConfig.forTable(table),
        (partition, written) -> {
          DataFiles.Builder builder =
              DataFiles.builder(spec)
                  .withSortOrder(order)
                  .withPath(written.location())
                  .withFormat(FileFormat.PARQUET)
                  .withFileSizeInBytes(written.bytes())
                  .withMetrics(written.metrics())
                  .withSplitOffsets(written.splits());
          return spec.isPartitioned() ? builder.withPartition(partition).build() : builder.build();
        });
  }

  /**
   * Of files of keys, whose rows are deleted in the partitions where they are.
   *
   * @param shape with the columns of the key as those that are written
   */
  static PartitionedWriter<org.apache.iceberg.DeleteFile> ofDeletes(
      Table table, TableShape shape, long targetFileBytes) {
    PartitionSpec spec = table.spec();
    int[] ids =
        shape.written().stream().mapToInt(c -> shape.schema().columns().get(c).fieldId()).toArray();
    return new PartitionedWriter<>(
        table,
        shape,
        targetFileBytes,
        "-deletes",
        MetricsConfig.forTable(table),
        (partition, written) -> {
          FileMetadata.Builder builder =
              FileMetadata.deleteFileBuilder(spec)
                  .ofEqualityDeletes(ids)
                  .withPath(written.location())
                  .withFormat(FileFormat.PARQUET)
                  .withFileSizeInBytes(written.bytes())
                  .withMetrics(written.metrics())
                  .withSplitOffsets(written.splits());
          return spec.isPartitioned() ? builder.withPartition(partition).build() : builder.build();
        });
  }

  /** Writes all rows, each as often as its weight says. */
  void write(SinkChanges changes) {
    ChangeRow struct = new ChangeRow(changes);
    for (int row = 0; row < changes.count(); row++) {
      for (long copy = changes.weight(row); copy > 0; copy--) {
        DataFileWriter unused = write(changes, row, struct);
      }
    }
  }

  /**
   * Writes a row once.
   *
   * @param struct shows rows to transforms; the caller's, so that not each row needs a new one
   * @return the file that it is the last row of
   */
  DataFileWriter write(SinkChanges changes, int row, ChangeRow struct) {
    DataFileWriter known = routes == null ? null : routes.find(changes, row);
    DataFileWriter file = known == null ? route(struct.at(changes, row)) : known;
    file.write(changes, row);
    if (file.isFull()) {
      if (spec.isPartitioned()) {
        key.partition(struct.at(changes, row));
      }
      PartitionKey partition = key.copy();
      open.remove(partition);
      complete(partition, file);
    }
    return file;
  }

  /** The file of a row by its partition; a new one if need be. */
  private DataFileWriter route(ChangeRow row) {
    if (spec.isPartitioned()) {
      key.partition(row);
    }
    DataFileWriter file = open.get(key);
    if (file == null) {
      makeRoom();
      PartitionKey partition = key.copy();
      file = newFile(partition);
      open.put(partition, file);
    }
    if (routes != null) {
      routes.put(file);
    }
    return file;
  }

  private DataFileWriter newFile(PartitionKey partition) {
    String name = session + "-" + String.format("%05d", ++files) + suffix + ".parquet";
    String location =
        spec.isPartitioned()
            ? table.locationProvider().newDataLocation(spec, partition, name)
            : table.locationProvider().newDataLocation(name);
    return new DataFileWriter(table.io().newOutputFile(location), shape, targetFileBytes);
  }

  private void makeRoom() {
    if (open.size() < MAX_OPEN_FILES) {
      return;
    }
    Iterator<Map.Entry<PartitionKey, DataFileWriter>> all = open.entrySet().iterator();
    Map.Entry<PartitionKey, DataFileWriter> first = all.next();
    all.remove();
    complete(first.getKey(), first.getValue());
  }

  private void complete(PartitionKey partition, DataFileWriter file) {
    if (routes != null) {
      routes.forget();
    }
    complete.add(completion.complete(partition, file.finish(metrics)));
  }

  /** Completes all files. */
  List<F> finish() {
    while (!open.isEmpty()) {
      Iterator<Map.Entry<PartitionKey, DataFileWriter>> all = open.entrySet().iterator();
      Map.Entry<PartitionKey, DataFileWriter> next = all.next();
      all.remove();
      complete(next.getKey(), next.getValue());
    }
    return List.copyOf(complete);
  }

  /** Deletes all files, which are in no commit. What cannot be deleted is an orphan. */
  void abandon() {
    List<String> locations = new ArrayList<>();
    for (DataFileWriter file : open.values()) {
      locations.add(file.location());
      try {
        file.abandon();
      } catch (RuntimeException e) {
        LOG.debug("a file is let go of that could not be written", e);
      }
    }
    complete.forEach(file -> locations.add(file.location()));
    delete(table, locations);
    open.clear();
    complete.clear();
  }

  /** Deletes files that are in no commit. */
  public static void delete(Table table, List<String> locations) {
    for (String location : locations) {
      try {
        table.io().deleteFile(location);
      } catch (RuntimeException e) {
        LOG.info("a file that is in no commit stays: location={} cause={}", location, e.toString());
      }
    }
  }
}
