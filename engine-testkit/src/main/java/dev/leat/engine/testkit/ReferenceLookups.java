package dev.leat.engine.testkit;

import dev.leat.engine.plan.AsOfJoin;
import dev.leat.engine.plan.Joined;
import dev.leat.engine.plan.JoinedColumns;
import dev.leat.engine.plan.LookupJoin;
import dev.leat.engine.plan.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Lookups and as-of joins, by comparing each row of one side with each of the other. */
final class ReferenceLookups {
  private ReferenceLookups() {}

  /** What is found for rows of the left in the rows of the right, which are those of now. */
  static List<ReferenceRow> found(
      LookupJoin lookup, List<ReferenceRow> left, List<ReferenceRow> right) {
    List<ReferenceRow> result = new ArrayList<>();
    for (ReferenceRow row : left) {
      int before = result.size();
      for (ReferenceRow other : right) {
        if (isKeyEqual(lookup, row, other)) {
          result.add(pair(lookup, row, other));
        }
      }
      if (result.size() == before) {
        result.add(pair(lookup, row, null));
      }
    }
    return result;
  }

  /** Each row with the latest version that is not after it. */
  static List<ReferenceRow> asOf(AsOfJoin join, List<ReferenceRow> left, List<ReferenceRow> right) {
    int leftTime = join.left().schema().find(join.leftTime());
    int rightTime = join.right().schema().find(join.rightTime());
    List<ReferenceRow> result = new ArrayList<>();
    for (ReferenceRow row : left) {
      ReferenceRow valid = null;
      for (ReferenceRow version : right) {
        Object at = row.value(leftTime);
        Object since = version.value(rightTime);
        if (isKeyEqual(join, row, version)
            && at != null
            && since != null
            && compare(since, at) <= 0
            && (valid == null
                || compare(since, Objects.requireNonNull(valid.value(rightTime))) > 0)) {
          valid = version;
        }
      }
      result.add(pair(join, row, valid));
    }
    return result;
  }

  @SuppressWarnings("unchecked") // Times are of one type, whose values have an order.
  private static int compare(Object a, Object b) {
    return ((Comparable<Object>) a).compareTo(b);
  }

  private static boolean isKeyEqual(Joined join, ReferenceRow left, ReferenceRow right) {
    Schema ofLeft = join.left().schema();
    Schema ofRight = join.right().schema();
    for (int k = 0; k < join.keys().size(); k++) {
      Object a = left.value(ofLeft.find(join.keys().left().get(k)));
      Object b = right.value(ofRight.find(join.keys().right().get(k)));
      boolean isBothNull = a == null && b == null;
      if (isBothNull ? !join.keys().matchesNull() : !Objects.equals(a, b)) {
        return false;
      }
    }
    return true;
  }

  private static ReferenceRow pair(Joined join, ReferenceRow left, @Nullable ReferenceRow right) {
    List<@Nullable Object> values = new ArrayList<>();
    for (JoinedColumns.Source source : join.columns().sources()) {
      if (source.left() >= 0) {
        values.add(left.value(source.left()));
      } else {
        values.add(right == null ? null : right.value(source.right()));
      }
    }
    return new ReferenceRow(values);
  }
}
