package dev.leat.engine.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The indexes that the joins of a plan need: one for each relation and key, however many joins ask
 * it. Names that people give make no other index.
 */
public final class JoinIndexes {
  /**
   * The rows of a relation by some of its columns.
   *
   * @param relation whose rows
   * @param keys by which they are found
   * @param matchesNull is null a key like others?
   * @param keepsRows does it have the rows, all their columns, and not only how many there are of a
   *     key? What it keeps does not depend on who reads it, so that a view more or less changes no
   *     index that was there
   */
  public record Index(Node relation, List<String> keys, boolean matchesNull, boolean keepsRows) {
    /** The index of a side of a join. */
    public static Index of(Joined join, Joined.Side side) {
      return new Index(
          unnamed(join.input(side)),
          join.keys(side),
          join.keys().matchesNull(),
          join.needsRows(side));
    }

    /** Has a key one row at most? */
    public boolean isUnique() {
      return relation.key().map(keys::containsAll).orElse(false);
    }

    private static Node unnamed(Node node) {
      Node below = node;
      while (below instanceof Node.Named named) {
        below = named.input();
      }
      return below;
    }
  }

  /** A side of a join that asks an index. */
  public record Reader(Joined join, Joined.Side side) {}

  private final Map<Index, List<Reader>> readers = new LinkedHashMap<>();

  private JoinIndexes() {}

  /** The indexes of a plan. */
  public static JoinIndexes of(Plan plan) {
    JoinIndexes indexes = new JoinIndexes();
    for (Node node : plan.nodes()) {
      if (node instanceof Joined join) {
        for (Joined.Side side : sides(join)) {
          indexes
              .readers
              .computeIfAbsent(Index.of(join, side), i -> new ArrayList<>())
              .add(new Reader(join, side));
        }
      }
    }
    return indexes;
  }

  /** The sides of a join whose rows are kept. */
  public static List<Joined.Side> sides(Joined join) {
    return Stream.of(Joined.Side.values()).filter(join::isKept).toList();
  }

  /** Who asks an index. */
  public List<Reader> readers(Index index) {
    return List.copyOf(readers.getOrDefault(index, List.of()));
  }
}
