package dev.leat.engine.plan;

import dev.leat.engine.EngineException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Each row once for each of some sets of keys, to be grouped by all of them: with columns that have
 * the keys that are in the set, and null for those that are not, and a number that tells a null
 * that is a value from one that is not.
 */
public final class GroupingSets extends Node {
  /**
   * How many sets there may be: those of a cube of 8 keys. A step has that many copies of a row.
   */
  public static final int MAX_SETS = 256;

  /** The column that says which keys are not in a row's set. */
  public static final String ID = "grouping_id";

  private final List<String> keys;
  private final List<List<String>> sets;

  private GroupingSets(
      Node input, List<String> keys, List<List<String>> sets, Schema schema, RowTraits traits) {
    super(List.of(input), schema, traits, step(input, keys, sets, schema));
    this.keys = List.copyOf(keys);
    this.sets = sets.stream().map(List::copyOf).toList();
  }

  /**
   * Checks that all keys are there, and each set once.
   *
   * @param keys all keys, in the order of their columns
   * @param sets which of them each row is grouped by
   * @throws EngineException if not, if there are more than 256 sets, or a row of an input could be
   *     in it more than {@link #MAX_COPIES} times
   */
  public static GroupingSets of(Node input, List<String> keys, List<List<String>> sets) {
    String place = "grouping sets on " + input.describe();
    List<Field> fields = new ArrayList<>(input.schema().fields());
    for (Field key :
        keys.isEmpty() ? List.<Field>of() : input.schema().select(keys, place).fields()) {
      fields.add(new Field(nameOf(key.name(), fields), key.type(), true));
    }
    fields.add(new Field(nameOf(ID, fields), Type.LONG, false));
    if (sets.isEmpty() || sets.size() > MAX_SETS || keys.size() >= Long.SIZE) {
      throw invalid(
          place
              + ": 1 to "
              + MAX_SETS
              + " sets of up to 63 keys: sets="
              + sets.size()
              + " keys="
              + keys.size());
    }
    Set<Set<String>> known = new HashSet<>();
    for (List<String> set : sets) {
      if (!keys.containsAll(set) || !known.add(Set.copyOf(set))) {
        throw invalid(place + ": each set once, of keys that are there: " + set + " keys=" + keys);
      }
    }
    RowTraits of = input.traits();
    RowTraits traits =
        new RowTraits(
            of.isAppendOnly(), of.holdsStream(), of.copies() * sets.size(), Optional.empty());
    traits.checkCopies(place, "grouped");
    return new GroupingSets(input, keys, sets, Schema.of(fields, place), traits);
  }

  /** The name of a column beside others, of which one may have the name itself. */
  private static String nameOf(String name, List<Field> fields) {
    Set<String> taken = new HashSet<>();
    fields.forEach(field -> taken.add(field.name()));
    String other = name + "?";
    while (taken.contains(other)) {
      other += "?";
    }
    return other;
  }

  private static Canonical step(
      Node input, List<String> keys, List<List<String>> sets, Schema schema) {
    Canonical text = new Canonical("grouping-sets").names(keys).word("[");
    sets.forEach(text::names);
    return text.word("]").fields(input.schema().fields(keys)).names(schema.names());
  }

  public Node input() {
    return inputs().get(0);
  }

  /** All keys. */
  public List<String> keys() {
    return keys;
  }

  /** Which keys each copy of a row is grouped by. */
  public List<List<String>> sets() {
    return sets;
  }

  /** The columns to group by: a copy of each key that is null where the key is not in the set. */
  public List<String> groupedBy() {
    return schema().names().subList(input().schema().size(), schema().size());
  }

  /**
   * The number of a set: a bit for each key, the first the highest, which is 1 if the key is not in
   * it; as SQL's {@code grouping(...)} of all keys.
   */
  public long id(List<String> set) {
    long id = 0;
    for (String key : keys) {
      id = id << 1 | (set.contains(key) ? 0 : 1);
    }
    return id;
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.groupingSets(this);
  }

  @Override
  String word() {
    return "grouping sets";
  }
}
