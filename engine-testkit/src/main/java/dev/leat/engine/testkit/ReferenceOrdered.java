package dev.leat.engine.testkit;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.SortKey;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An aggregate that depends on an order, over tuples of a value and of what it is ordered by. Where
 * tuples tie, the lesser value comes first, and null last.
 */
final class ReferenceOrdered {
  private final AggregateCall call;
  private final List<Type> types;

  ReferenceOrdered(AggregateCall call, List<Type> types) {
    this.call = call;
    this.types = types;
  }

  @Nullable Object result(List<Object> tuples) {
    List<@Nullable Object> values = values(tuples);
    if (values.isEmpty()) {
      return null;
    }
    return switch (call.function()) {
      case FIRST -> values.get(0);
      case LAST -> values.get(values.size() - 1);
      case ARRAY_AGG -> values;
      case STRING_AGG ->
          values.stream()
              .map(value -> (String) Objects.requireNonNull(value))
              .collect(Collectors.joining((String) call.arguments().constant()));
      default -> throw new IllegalArgumentException("depends on no order: " + call);
    };
  }

  /** The values in order, without nulls but for an array. */
  private List<@Nullable Object> values(List<Object> tuples) {
    List<List<?>> sorted = new ArrayList<>();
    tuples.forEach(tuple -> sorted.add((List<?>) tuple));
    sorted.sort(this::compare);
    List<@Nullable Object> values = new ArrayList<>();
    for (List<?> tuple : sorted) {
      Object value = tuple.get(0);
      boolean counts = value != null || call.function() == AggregateFunction.ARRAY_AGG;
      if (counts && !(call.isDistinct() && values.contains(value))) {
        values.add(value);
      }
    }
    return values;
  }

  private int compare(List<?> a, List<?> b) {
    for (int k = 0; k < call.order().size(); k++) {
      int order = compare(call.order().get(k), types.get(k + 1), a.get(k + 1), b.get(k + 1));
      if (order != 0) {
        return order;
      }
    }
    return compareNullLast(types.get(0), a.get(0), b.get(0));
  }

  /** Orders two values of a type, as a key of an order says. */
  static int compare(SortKey key, Type type, @Nullable Object a, @Nullable Object b) {
    return a == null || b == null
        ? Boolean.compare(a == null, b == null) * (key.isNullFirst() ? -1 : 1)
        : ReferenceValues.compare(type, a, b) * (key.isDescending() ? -1 : 1);
  }

  /** Orders two values of a type, null as the largest. */
  static int compareNullLast(Type type, @Nullable Object a, @Nullable Object b) {
    return a == null || b == null
        ? Boolean.compare(a == null, b == null)
        : ReferenceValues.compare(type, a, b);
  }
}
