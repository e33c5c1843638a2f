package dev.leat.engine.plan;

import java.util.List;

/** Which columns rows can be partitioned and ordered by; the one home of these rules. */
final class OrderRules {
  private OrderRules() {}

  /** Checks partition and order of a relation that cannot do without an order. */
  static void check(Node input, List<String> partition, List<SortKey> order, String place) {
    if (order.isEmpty()) {
      throw Node.invalid(place + ": it needs an order; name a column in .orderBy(...)");
    }
    checkPartition(input, partition, place);
    checkOrder(input, order, place);
  }

  /** Checks that the columns are there and can tell partitions apart. */
  static void checkPartition(Node input, List<String> partition, String place) {
    if (partition.isEmpty()) {
      return;
    }
    for (Field field : input.schema().select(partition, "partitionBy for " + place).fields()) {
      if (field.type().kind() == Type.Kind.ARRAY) {
        throw Node.invalid(place + ": cannot partition by an array: " + field);
      }
    }
  }

  /** Checks that the columns are there. */
  static void checkOrder(Node input, List<SortKey> order, String place) {
    for (SortKey key : order) {
      input.schema().indexOf(key.column(), "orderBy for " + place);
    }
  }
}
