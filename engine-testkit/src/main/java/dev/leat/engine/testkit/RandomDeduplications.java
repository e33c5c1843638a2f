package dev.leat.engine.testkit;

import dev.leat.engine.plan.Deduplication;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Deduplicates some streams, by one or two columns, within some seconds. */
final class RandomDeduplications {
  private static final long SALT = 0x6465647570L;
  private static final int ONE_IN = 3;
  private static final int MAX_SECONDS = 10;

  private final SplittableRandom random;

  RandomDeduplications(long seed) {
    this.random = new SplittableRandom(seed ^ SALT);
  }

  /** The input, or the same deduplicated. */
  Node.Input some(Node.Input input) {
    List<String> columns = new ArrayList<>();
    for (Field field : input.schema().fields()) {
      if (field.type().isOrdered()) {
        columns.add(field.name());
      }
    }
    if (input.kind() != Node.InputKind.STREAM || columns.isEmpty() || random.nextInt(ONE_IN) > 0) {
      return input;
    }
    int size = Math.min(columns.size(), random.nextInt(1, 3));
    while (columns.size() > size) {
      columns.remove(random.nextInt(columns.size()));
    }
    Duration horizon = Duration.ofSeconds(random.nextInt(1, MAX_SECONDS));
    return input.deduplicated(new Deduplication(columns, horizon));
  }
}
