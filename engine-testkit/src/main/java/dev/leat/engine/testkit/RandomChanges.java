package dev.leat.engine.testkit;

import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Makes random changes of a plan's inputs, valid for the kind of each: rows for streams, upserts
 * and deletes by key for keyed tables, inserts and deletes of whole rows for keyless ones. Some
 * deletes find nothing. The same plan and seed give the same changes.
 */
public final class RandomChanges {
  private static final int MAX_EPOCH = 50;

  private final SplittableRandom random;
  private final RandomValues values;
  private final Plan plan;
  private final InputModel model;

  private RandomChanges(Plan plan, SplittableRandom random, RandomValues values) {
    this.plan = plan;
    this.random = random;
    this.values = values;
    this.model = new InputModel(plan);
  }

  /**
   * Changes in epochs of 1 to 50; small epochs are frequent.
   *
   * @param count how many changes; an update of a row of a keyless table is a delete and an insert
   *     in one epoch, so that it can be one more
   */
  public static List<List<InputChange>> epochs(Plan plan, long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    return epochs(new RandomChanges(plan, random, new RandomValues(random)), count);
  }

  /** Changes with other values, picked by the same numbers as all else. */
  static List<List<InputChange>> epochs(
      Plan plan, SplittableRandom random, RandomValues values, int count) {
    return epochs(new RandomChanges(plan, random, values), count);
  }

  private static List<List<InputChange>> epochs(RandomChanges changes, int count) {
    List<List<InputChange>> epochs = new ArrayList<>();
    int made = 0;
    while (made < count) {
      List<InputChange> epoch = changes.epoch(Math.min(count - made, changes.epochSize()));
      made += epoch.size();
      epochs.add(epoch);
    }
    return epochs;
  }

  private int epochSize() {
    return values.percent(40) ? 1 : 1 + random.nextInt(1 + random.nextInt(MAX_EPOCH));
  }

  private List<InputChange> epoch(int size) {
    List<InputChange> epoch = new ArrayList<>();
    while (epoch.size() < size) {
      Node.Input input = values.pick(plan.inputs());
      for (InputChange change : next(input)) {
        model.apply(change);
        epoch.add(change);
      }
    }
    return epoch;
  }

  private List<InputChange> next(Node.Input input) {
    return switch (input.kind()) {
      case STREAM -> List.of(change(input, InputChange.Kind.INSERT, newRow(input)));
      case KEYED_TABLE -> List.of(ofKeyedTable(input));
      case KEYLESS_TABLE -> ofKeylessTable(input);
    };
  }

  private static InputChange change(
      Node.Input input, InputChange.Kind kind, List<@Nullable Object> row) {
    return new InputChange(input.name(), kind, row);
  }

  /** A row of the input's domain, or one equal to a row that is there. */
  private List<@Nullable Object> newRow(Node.Input input) {
    return !model.rows(input.name()).isEmpty() && values.percent(20)
        ? oldRow(input)
        : values.row(input.schema());
  }

  private List<@Nullable Object> oldRow(Node.Input input) {
    return values.written(input.schema(), values.pick(model.rows(input.name())));
  }

  /** A row with one value changed. */
  private List<@Nullable Object> changed(Node.Input input, List<@Nullable Object> old) {
    List<@Nullable Object> row = new ArrayList<>(old);
    int column = random.nextInt(input.primaryKey().size(), row.size() + 1);
    if (column < row.size()) {
      row.set(column, values.value(input.schema().field(column)));
    }
    return row;
  }

  private InputChange ofKeyedTable(Node.Input input) {
    boolean isEmpty = model.rows(input.name()).isEmpty();
    int choice = random.nextInt(100);
    if (isEmpty || choice < 45) {
      return change(input, InputChange.Kind.UPSERT, newRow(input));
    }
    if (choice < 70) {
      return change(input, InputChange.Kind.UPSERT, changed(input, oldRow(input)));
    }
    Schema keySchema = input.schema().select(input.primaryKey(), input.describe());
    List<@Nullable Object> key =
        choice < 90
            ? values.written(
                keySchema, InputModel.key(input, values.pick(model.rows(input.name()))))
            : values.row(keySchema);
    return change(input, InputChange.Kind.DELETE_KEY, key);
  }

  private List<InputChange> ofKeylessTable(Node.Input input) {
    boolean isEmpty = model.rows(input.name()).isEmpty();
    int choice = random.nextInt(100);
    if (choice < 7) {
      return List.of(change(input, InputChange.Kind.DELETE_ROW, values.row(input.schema())));
    }
    if (isEmpty || choice < 60) {
      return List.of(change(input, InputChange.Kind.INSERT, newRow(input)));
    }
    List<@Nullable Object> old = oldRow(input);
    InputChange delete = change(input, InputChange.Kind.DELETE_ROW, old);
    if (choice < 80) {
      return List.of(delete);
    }
    return List.of(delete, change(input, InputChange.Kind.INSERT, changed(input, old)));
  }
}
