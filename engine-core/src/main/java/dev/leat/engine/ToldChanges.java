package dev.leat.engine;

import dev.leat.engine.SubscriptionSettings.Policy;
import dev.leat.engine.internal.exec.ViewChanges;
import dev.leat.engine.plan.Schema;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which changes of a view a listener is told. */
final class ToldChanges {
  /** Takes a change. */
  interface Visitor {
    void change(@Nullable Object[] values, long weight);
  }

  private final Policy policy;
  private final int @Nullable [] key;

  /**
   * The changes by a policy.
   *
   * @param key the columns of the view's key; null if it has none
   */
  ToldChanges(Policy policy, Schema schema, @Nullable List<String> key) {
    this.policy = policy;
    this.key = key == null ? null : key.stream().mapToInt(schema::find).toArray();
  }

  /** Shows those of the changes that are told, in their order. */
  void forEach(ViewChanges changes, Visitor visitor) {
    int count = changes.count();
    @Nullable Object @Nullable [] gone = null;
    for (int i = 0; i < count; i++) {
      long weight = changes.weight(i);
      if (policy == Policy.ALL) {
        visitor.change(changes.values(i), weight);
        continue;
      }
      @Nullable Object[] values = changes.values(i);
      // The old form of a row with a key comes right before its new one.
      boolean isEntry = policy == Policy.UPSERTS || gone == null || !isSameKey(gone, values);
      if (weight > 0 && isEntry) {
        visitor.change(values, weight);
      }
      gone = weight < 0 ? values : null;
    }
  }

  private boolean isSameKey(@Nullable Object[] a, @Nullable Object[] b) {
    if (key == null) {
      return false;
    }
    for (int column : key) {
      if (!Objects.deepEquals(a[column], b[column])) {
        return false;
      }
    }
    return true;
  }
}
