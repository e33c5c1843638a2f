package dev.leat.engine.plan;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

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

    /** The index of a relation beside the base of a chain. */
    public static Index of(JoinChain.Step step) {
      return new Index(unnamed(step.right()), step.keys(), step.matchesNull(), true);
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

  private final Map<Index, Integer> readers = new HashMap<>();

  private JoinIndexes() {}

  /** The indexes of a plan. */
  public static JoinIndexes of(Plan plan) {
    JoinIndexes indexes = new JoinIndexes();
    for (Node node : plan.computed()) {
      needed(node).values().forEach(index -> indexes.readers.merge(index, 1, Integer::sum));
    }
    return indexes;
  }

  /** The indexes that a relation asks, by the place of their relation among its sources. */
  public static SortedMap<Integer, Index> needed(Node node) {
    SortedMap<Integer, Index> needed = new TreeMap<>();
    JoinChain chain = node instanceof Join join ? join.chain() : null;
    if (chain != null) {
      for (JoinChain.Step step : chain.steps()) {
        needed.put(needed.size() + 1, Index.of(step));
      }
    } else if (node instanceof Joined join) {
      for (Joined.Side side : Joined.Side.values()) {
        if (join.isKept(side)) {
          needed.put(side == Joined.Side.LEFT ? 0 : 1, Index.of(join, side));
        }
      }
    }
    return needed;
  }

  /** How many ask an index. */
  int readers(Index index) {
    return readers.getOrDefault(index, 0);
  }
}
