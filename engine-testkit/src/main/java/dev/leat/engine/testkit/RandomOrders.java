package dev.leat.engine.testkit;

import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.SortKey;
import dev.leat.engine.plan.Top;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Makes random relations over an order of the rows of another. */
final class RandomOrders {
  private static final int MAX_LIMIT = 5;
  private static final int MAX_OFFSET = 4;

  private final SplittableRandom random;
  private final RandomValues values;
  private final Node source;
  private final List<Field> ordered;

  RandomOrders(SplittableRandom random, Node source) {
    this.random = random;
    this.values = new RandomValues(random);
    this.source = source;
    this.ordered =
        new RandomExprs(random, source.schema(), 0)
            .shuffledColumns().stream().filter(f -> f.type().isOrdered()).toList();
  }

  /**
   * A relation over an order; the source itself if its rows have none.
   *
   * @param name of new columns
   */
  Node relation(String name) {
    if (ordered.isEmpty()) {
      return source;
    }
    return top();
  }

  private Node top() {
    List<String> partition = values.percent(40) ? List.of() : partition();
    long offset = values.percent(60) ? 0 : random.nextInt(MAX_OFFSET);
    long limit = values.percent(30) ? 1 : random.nextInt(1, MAX_LIMIT);
    return Top.of(source, partition, order(), offset, limit);
  }

  private List<String> partition() {
    return values.percent(70)
        ? List.of(ordered.get(ordered.size() - 1).name())
        : ordered.stream().skip(1).limit(2).map(Field::name).toList();
  }

  private List<SortKey> order() {
    List<SortKey> order = new ArrayList<>();
    for (Field field : ordered) {
      if (order.isEmpty() || values.percent(30)) {
        order.add(new SortKey(field.name(), random.nextBoolean()));
      }
    }
    return order;
  }
}
