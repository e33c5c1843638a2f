package dev.leat.engine.testkit;

import dev.leat.engine.plan.Elements;
import dev.leat.engine.plan.GroupingSets;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.SetOperation;
import dev.leat.engine.plan.Unnest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Relations that compute no expressions. */
final class ReferenceRelations {
  private ReferenceRelations() {}

  static List<ReferenceRow> setOperation(
      SetOperation.Kind kind, List<ReferenceRow> first, List<ReferenceRow> second) {
    List<ReferenceRow> left = new ArrayList<>(first);
    switch (kind) {
      case INTERSECT_DISTINCT -> left.retainAll(second);
      case EXCEPT_DISTINCT -> left.removeAll(second);
      case EXCEPT_ALL -> second.forEach(left::remove);
      case INTERSECT_ALL -> {
        List<ReferenceRow> common = new ArrayList<>();
        for (ReferenceRow row : second) {
          if (left.remove(row)) {
            common.add(row);
          }
        }
        return common;
      }
    }
    boolean isSet =
        kind == SetOperation.Kind.INTERSECT_DISTINCT || kind == SetOperation.Kind.EXCEPT_DISTINCT;
    return isSet ? List.copyOf(new LinkedHashSet<>(left)) : left;
  }

  static List<ReferenceRow> unnested(Unnest unnest, List<ReferenceRow> rows) {
    Elements elements = unnest.elements();
    Schema schema = unnest.input().schema();
    int column = schema.find(elements.column());
    List<ReferenceRow> unnested = new ArrayList<>();
    for (ReferenceRow row : rows) {
      Object array = row.value(column);
      List<?> values = array == null ? List.of() : (List<?>) array;
      for (int i = 0; i < values.size(); i++) {
        unnested.add(with(row, values.get(i), elements.number() == null ? null : i + 1L, elements));
      }
      if (values.isEmpty() && elements.isOuter()) {
        unnested.add(with(row, null, null, elements));
      }
    }
    return unnested;
  }

  private static ReferenceRow with(
      ReferenceRow row, @Nullable Object element, @Nullable Long number, Elements elements) {
    List<@Nullable Object> values = new ArrayList<>(row.values());
    values.add(element);
    if (elements.number() != null) {
      values.add(number);
    }
    return new ReferenceRow(Collections.unmodifiableList(values));
  }

  static List<ReferenceRow> copiedForSets(GroupingSets node, List<ReferenceRow> rows) {
    List<ReferenceRow> copies = new ArrayList<>();
    for (ReferenceRow row : rows) {
      for (List<String> set : node.sets()) {
        List<@Nullable Object> values = new ArrayList<>(row.values());
        StringBuilder bits = new StringBuilder("0");
        for (String key : node.keys()) {
          boolean isIn = set.contains(key);
          values.add(isIn ? row.value(node.input().schema().find(key)) : null);
          bits.append(isIn ? '0' : '1');
        }
        values.add(Long.parseLong(bits.toString(), 2));
        copies.add(new ReferenceRow(Collections.unmodifiableList(values)));
      }
    }
    return copies;
  }
}
