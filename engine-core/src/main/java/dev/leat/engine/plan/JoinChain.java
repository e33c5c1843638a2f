package dev.leat.engine.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Joins one upon the other, each by a unique key of its right side, seen as one: each row of the
 * <i>base</i> beside at most one row of each of some relations. So a row of the base is kept once,
 * and not once for each join, each time wider.
 *
 * <p>A join whose key is a column of an earlier right side, as when events find sessions and those
 * their devices, is done between these two beforehand: {@code (events join sessions) join devices}
 * is {@code events join (sessions join devices)}. That is a relation of its own, which nobody
 * wrote.
 *
 * <p>It follows from the join alone, not from who else reads what is between, so the same join has
 * the same state in every plan. What is between is computed only if something else reads it.
 */
public final class JoinChain {
  /** Beyond so many joins a chain begins anew, upon what the first one gives. */
  private static final int MAX_JOINS = 16;

  /**
   * A relation beside the base.
   *
   * @param right the relation
   * @param left the columns of the base that are its key
   * @param keys its columns that must be equal to them; no two of its rows share all of them
   * @param matchesNull is null equal to null?
   * @param isNeeded is a row of the base without a row of this left out?
   * @param growthReason why the rows of the right may be kept though they grow with the input
   */
  public record Step(
      Node right,
      List<String> left,
      List<String> keys,
      boolean matchesNull,
      boolean isNeeded,
      @Nullable String growthReason) {}

  /**
   * Where a column of the result is from.
   *
   * @param step the relation beside the base, or {@link #BASE}
   * @param column the index of the column there
   */
  public record Source(int step, int column) {
    /** The place of the base. */
    public static final int BASE = -1;
  }

  private final Node base;
  private final List<Step> steps;
  private final List<Source> sources;
  private final int joins;

  private JoinChain(Node base, List<Step> steps, List<Source> sources, int joins) {
    this.base = base;
    this.steps = List.copyOf(steps);
    this.sources = List.copyOf(sources);
    this.joins = joins;
  }

  /** A join as it is added to a chain: what {@link Join} knows before it is made. */
  record Link(
      Node left,
      Node right,
      JoinKeys keys,
      JoinedColumns columns,
      boolean isInner,
      Join.Accepted accepted) {
    private Step step(List<String> leftKeys) {
      return new Step(
          right, leftKeys, keys.right(), keys.matchesNull(), isInner, accepted.rightGrowth());
    }
  }

  /** The chain that ends with a join, whose result has the numbers of its left side's rows. */
  static JoinChain of(Link link) {
    JoinChain before = ofLeft(link.left());
    JoinChain longer = before == null ? null : before.with(link);
    return longer == null ? alone(link) : longer;
  }

  private static @Nullable JoinChain ofLeft(Node left) {
    Node below = left;
    while (below instanceof Node.Named named) {
      below = named.input();
    }
    return below instanceof Join join ? join.chainOrOnlyThis() : null;
  }

  private static JoinChain alone(Link link) {
    List<Source> base =
        IntStream.range(0, link.left().schema().size())
            .mapToObj(c -> new Source(Source.BASE, c))
            .toList();
    return new JoinChain(
        link.left(),
        List.of(link.step(link.keys().left())),
        sources(link, base, c -> new Source(0, c)),
        1);
  }

  private static List<Source> sources(Link link, List<Source> ofLeft, IntFunction<Source> ofRight) {
    return link.columns().sources().stream()
        .map(s -> s.left() >= 0 ? ofLeft.get(s.left()) : ofRight.apply(s.right()))
        .toList();
  }

  /** This with one more join; null if it must begin another chain. */
  private @Nullable JoinChain with(Link link) {
    List<Source> keys =
        link.keys().left().stream()
            .map(name -> sources.get(link.left().schema().find(name)))
            .toList();
    int from = keys.isEmpty() ? Source.BASE : keys.get(0).step();
    boolean isOfOne = keys.stream().allMatch(key -> key.step() == from);
    if (!isOfOne || joins == MAX_JOINS) {
      return null;
    }
    if (from == Source.BASE) {
      List<String> names =
          keys.stream().map(key -> base.schema().field(key.column()).name()).toList();
      List<Step> longer = new ArrayList<>(steps);
      longer.add(link.step(names));
      int added = steps.size();
      return new JoinChain(
          base, longer, sources(link, sources, c -> new Source(added, c)), joins + 1);
    }
    // A missing row has null in every column, which would match a null.
    return link.keys().matchesNull() ? null : through(link, from, keys);
  }

  /** This with a join by columns of one of the relations beside the base. */
  private JoinChain through(Link link, int from, List<Source> keys) {
    Step step = steps.get(from);
    Node right = step.right();
    List<String> names =
        keys.stream().map(key -> right.schema().field(key.column()).name()).toList();
    Join joined =
        Join.of(
            right,
            link.right(),
            link.isInner() ? Join.Kind.INNER : Join.Kind.LEFT,
            new JoinKeys(names, link.keys().right(), false),
            null,
            new Join.Accepted(step.growthReason(), link.accepted().rightGrowth(), null));
    List<Step> same = new ArrayList<>(steps);
    same.set(
        from,
        new Step(
            joined,
            step.left(),
            step.keys(),
            step.matchesNull(),
            step.isNeeded() || link.isInner(),
            step.growthReason() == null ? link.accepted().rightGrowth() : step.growthReason()));
    List<JoinedColumns.Source> columns = joined.columns().sources();
    return new JoinChain(
        base,
        same,
        sources(
            link, sources, c -> new Source(from, columns.indexOf(new JoinedColumns.Source(-1, c)))),
        joins + 1);
  }

  /** Is it more than one join? */
  boolean isChain() {
    return joins > 1;
  }

  /** The relation whose rows are kept. */
  public Node base() {
    return base;
  }

  /** What comes beside its rows. */
  public List<Step> steps() {
    return steps;
  }

  /** Where each column of the result is from. */
  public List<Source> sources() {
    return sources;
  }

  /** The base, then the relation of each step. */
  List<Node> inputs() {
    List<Node> inputs = new ArrayList<>();
    inputs.add(base);
    steps.forEach(step -> inputs.add(step.right()));
    return inputs;
  }

  /**
   * What bounds what is kept of the base and of the others.
   *
   * @param reason why the base may grow with the input
   */
  StateBound stateBound(@Nullable String reason) {
    StateBound ofBase = StateBound.ofRows(base);
    StateBound.Kind largest = ofBase.kind();
    StringBuilder text = new StringBuilder("left: ").append(ofBase.accepted(reason));
    for (Step step : steps) {
      StateBound ofRight = StateBound.ofRows(step.right());
      largest = ofRight.kind().compareTo(largest) > 0 ? ofRight.kind() : largest;
      text.append(", right: ").append(ofRight.accepted(step.growthReason()));
    }
    return new StateBound(largest, text.toString());
  }
}
