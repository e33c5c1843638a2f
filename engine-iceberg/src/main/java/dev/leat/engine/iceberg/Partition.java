package dev.leat.engine.iceberg;

import java.util.Objects;
import org.apache.iceberg.PartitionSpec;

/**
 * How rows are spread over the partitions of a table, by one column: {@code days("event_time")}.
 *
 * @param transform what is made of the column's value
 * @param column its name
 * @param width of {@code BUCKET} the number of buckets, of {@code TRUNCATE} the length; else 0
 */
public record Partition(Transform transform, String column, int width) {
  /** What is made of a value. */
  public enum Transform {
    IDENTITY,
    HOURS,
    DAYS,
    MONTHS,
    BUCKET,
    TRUNCATE
  }

  public Partition {
    Objects.requireNonNull(transform, "transform");
    Objects.requireNonNull(column, "column");
    boolean hasWidth = transform == Transform.BUCKET || transform == Transform.TRUNCATE;
    if (hasWidth ? width < 1 : width != 0) {
      throw new IllegalArgumentException(
          "only buckets and truncated values have a width, and it is more than zero: transform="
              + transform
              + " width="
              + width);
    }
  }

  /** A partition for each value. */
  public static Partition identity(String column) {
    return new Partition(Transform.IDENTITY, column, 0);
  }

  /** A partition for each hour, UTC, of a time. */
  public static Partition hours(String column) {
    return new Partition(Transform.HOURS, column, 0);
  }

  /** A partition for each day, UTC, of a time or date. */
  public static Partition days(String column) {
    return new Partition(Transform.DAYS, column, 0);
  }

  /** A partition for each month, UTC, of a time or date. */
  public static Partition months(String column) {
    return new Partition(Transform.MONTHS, column, 0);
  }

  /** So many partitions, by the hash of a value. */
  public static Partition bucket(String column, int buckets) {
    return new Partition(Transform.BUCKET, column, buckets);
  }

  /** A partition for each beginning of a string, or each multiple of a number. */
  public static Partition truncate(String column, int width) {
    return new Partition(Transform.TRUNCATE, column, width);
  }

  /** Adds this to a specification, which checks that the column is there and fits. */
  void addTo(PartitionSpec.Builder spec) {
    switch (transform) {
      case IDENTITY -> spec.identity(column);
      case HOURS -> spec.hour(column);
      case DAYS -> spec.day(column);
      case MONTHS -> spec.month(column);
      case BUCKET -> spec.bucket(column, width);
      case TRUNCATE -> spec.truncate(column, width);
    }
  }
}
