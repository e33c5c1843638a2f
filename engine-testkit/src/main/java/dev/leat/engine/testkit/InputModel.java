package dev.leat.engine.testkit;

import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The current rows of a plan's inputs, by the plainest means. */
public final class InputModel {
  private final Plan plan;
  private final Map<String, List<ReferenceRow>> rows = new LinkedHashMap<>();

  /** A model in which all inputs are empty. */
  public InputModel(Plan plan) {
    this.plan = plan;
    plan.inputs().forEach(input -> rows.put(input.name(), new ArrayList<>()));
  }

  /** The rows of each input, equal rows several times. They follow later changes. */
  public Map<String, List<ReferenceRow>> rows() {
    return rows;
  }

  /** The rows of one input, equal rows several times. They follow later changes. */
  public List<ReferenceRow> rows(String input) {
    List<ReferenceRow> ofInput = rows.get(plan.input(input).name());
    if (ofInput == null) {
      throw new IllegalStateException("no rows of '" + input + "'");
    }
    return ofInput;
  }

  /**
   * Makes a change.
   *
   * @return was there a row to delete? True for changes that delete nothing
   * @throws IllegalArgumentException if the input does not take such changes
   */
  public boolean apply(InputChange change) {
    Node.Input input = plan.input(change.input());
    List<ReferenceRow> current = rows(change.input());
    if (!fits(change.kind(), input.kind())) {
      throw new IllegalArgumentException(input.describe() + " takes no " + change.kind());
    }
    switch (change.kind()) {
      case INSERT -> {
        current.add(ReferenceRow.of(input.schema(), change.values()));
        return true;
      }
      case UPSERT -> {
        ReferenceRow row = ReferenceRow.of(input.schema(), change.values());
        current.removeIf(old -> key(input, old).equals(key(input, row)));
        current.add(row);
        return true;
      }
      case DELETE_KEY -> {
        Schema keySchema = input.schema().select(input.primaryKey(), input.describe());
        ReferenceRow key = ReferenceRow.of(keySchema, change.values());
        return current.removeIf(old -> key(input, old).equals(key));
      }
      case DELETE_ROW -> {
        return current.remove(ReferenceRow.of(input.schema(), change.values()));
      }
    }
    throw new IllegalStateException("no such change: " + change);
  }

  private static boolean fits(InputChange.Kind change, Node.InputKind input) {
    return switch (change) {
      case INSERT -> input != Node.InputKind.KEYED_TABLE;
      case UPSERT, DELETE_KEY -> input == Node.InputKind.KEYED_TABLE;
      case DELETE_ROW -> input == Node.InputKind.KEYLESS_TABLE;
    };
  }

  /** The primary key of a row of a keyed table. */
  static ReferenceRow key(Node.Input input, ReferenceRow row) {
    List<@Nullable Object> key = new ArrayList<>();
    for (String name : input.primaryKey()) {
      key.add(row.value(input.schema().indexOf(name, input.describe())));
    }
    return new ReferenceRow(key);
  }
}
