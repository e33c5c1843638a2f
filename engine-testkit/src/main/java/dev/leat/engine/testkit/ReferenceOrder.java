package dev.leat.engine.testkit;

import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.SortKey;
import dev.leat.engine.plan.Top;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows in partitions and in order. */
final class ReferenceOrder implements Comparator<ReferenceRow> {
  private final Schema schema;
  private final List<SortKey> order;

  /** An order by some columns of a schema, and then by all. */
  ReferenceOrder(Schema schema, List<SortKey> order) {
    this.schema = schema;
    this.order = order;
  }

  /** The first rows of each partition. */
  static List<ReferenceRow> first(Top top, List<ReferenceRow> rows) {
    List<ReferenceRow> first = new ArrayList<>();
    Schema schema = top.schema();
    for (List<ReferenceRow> partition : partitions(schema, top.partition(), rows)) {
      partition.stream()
          .sorted(new ReferenceOrder(schema, top.order()))
          .skip(top.offset())
          .limit(top.limit())
          .forEach(first::add);
    }
    return first;
  }

  /** The rows of each partition. */
  static Collection<List<ReferenceRow>> partitions(
      Schema schema, List<String> columns, List<ReferenceRow> rows) {
    Map<List<@Nullable Object>, List<ReferenceRow>> partitions = new LinkedHashMap<>();
    for (ReferenceRow row : rows) {
      List<@Nullable Object> key = new ArrayList<>();
      columns.forEach(column -> key.add(row.value(schema.indexOf(column, "partition"))));
      partitions.computeIfAbsent(key, k -> new ArrayList<>()).add(row);
    }
    return partitions.values();
  }

  @Override
  public int compare(ReferenceRow a, ReferenceRow b) {
    int compared = compareKeys(a, b);
    for (int i = 0; compared == 0 && i < schema.size(); i++) {
      compared = compare(schema.field(i).type(), a.value(i), b.value(i));
    }
    return compared;
  }

  /** Compares by the columns that are named. */
  int compareKeys(ReferenceRow a, ReferenceRow b) {
    for (SortKey key : order) {
      int column = schema.indexOf(key.column(), "order");
      int compared = compare(schema.field(column).type(), a.value(column), b.value(column));
      if (compared != 0) {
        return key.isDescending() ? -compared : compared;
      }
    }
    return 0;
  }

  private static int compare(Type type, @Nullable Object a, @Nullable Object b) {
    if (a == null || b == null) {
      return Boolean.compare(a == null, b == null);
    }
    if (type.kind() != Type.Kind.ARRAY) {
      return ReferenceValues.compare(type, a, b);
    }
    List<?> left = (List<?>) a;
    List<?> right = (List<?>) b;
    int common = Math.min(left.size(), right.size());
    for (int i = 0; i < common; i++) {
      int compared = compare(type.elementType(), left.get(i), right.get(i));
      if (compared != 0) {
        return compared;
      }
    }
    return Integer.compare(left.size(), right.size());
  }
}
