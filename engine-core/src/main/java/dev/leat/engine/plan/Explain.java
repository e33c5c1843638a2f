package dev.leat.engine.plan;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Prints a plan: of each relation what it computes, its key, whether it is append-only or updating,
 * and what bounds its state. A relation that is read by several is printed once, with a number.
 */
public final class Explain {
  /** A relation deeper than this is not indented further, but says how deep it is. */
  private static final int MAX_INDENT = 24;

  private static final Describer DESCRIBER = new Describer();

  private final StringBuilder text = new StringBuilder();
  private final Map<Node, Integer> numbers = new HashMap<>();
  private final JoinIndexes indexes;

  private Explain(Plan plan) {
    this.indexes = JoinIndexes.of(plan);
  }

  /** The plan in words, a block for each view. */
  public static String of(Plan plan) {
    Explain explain = new Explain(plan);
    for (ViewDefinition view : plan.views()) {
      explain.view(view);
    }
    for (Node.Input input : plan.inputs()) {
      if (!explain.numbers.containsKey(input)) {
        explain.text.append("unused ");
        explain.tree(input, 0);
      }
    }
    return explain.text.toString();
  }

  /** What a relation computes, without what it reads: "aggregate by [user_id] [count(*) as n]". */
  static String what(Node node) {
    return node.accept(DESCRIBER);
  }

  private void view(ViewDefinition view) {
    text.append(view.describe()).append(' ').append(view.relation().schema());
    text.append(" [").append(key(view.relation())).append("; rows: ");
    text.append(view.isSink() ? "none kept" : StateBound.ofView(view).text());
    if (view.growthReason() != null) {
      text.append(", accepted: ").append(view.growthReason());
    }
    text.append("]\n");
    tree(view.relation(), 1);
  }

  private record Line(Node node, int depth) {}

  private void tree(Node root, int rootDepth) {
    Deque<Line> rest = new ArrayDeque<>();
    rest.push(new Line(root, rootDepth));
    while (!rest.isEmpty()) {
      Line line = rest.pop();
      List<Node> inputs = line.node().sources();
      if (line(line.node(), line.depth())) {
        for (int i = inputs.size() - 1; i >= 0; i--) {
          rest.push(new Line(inputs.get(i), line.depth() + 1));
        }
      }
    }
  }

  /** Prints a relation; false if it was printed before, with all that is below it. */
  private boolean line(Node node, int depth) {
    text.append("  ".repeat(Math.min(depth, MAX_INDENT)));
    if (depth > MAX_INDENT) {
      text.append("(depth ").append(depth).append(") ");
    }
    boolean isShared = numbers.putIfAbsent(node, numbers.size() + 1) != null;
    text.append("#").append(numbers.get(node)).append(" ");
    if (isShared && !node.inputs().isEmpty()) {
      text.append("(shared, see above)\n");
      return false;
    }
    text.append(what(node)).append(" [");
    text.append(key(node)).append("; ").append(node.isAppendOnly() ? "append-only" : "updating");
    text.append("; state: ").append(StateBound.of(node).text());
    String indexes =
        JoinIndexes.needed(node).entrySet().stream()
            .map(index -> index(node, index.getKey(), index.getValue()))
            .collect(Collectors.joining(", "));
    text.append(indexes.isEmpty() ? "" : "; ").append(indexes);
    text.append("]\n");
    return true;
  }

  /** Which index a relation asks for one of its sources, and how many do. */
  private String index(Node node, int source, JoinIndexes.Index index) {
    int readers = indexes.readers(index);
    boolean isOneOfMany = node.sources().size() > 2;
    return (isOneOfMany ? "right " + source : source == 0 ? "left" : "right")
        + (!index.keepsRows() ? " counts " : index.isUnique() ? " unique index " : " index ")
        + index.keys()
        + (readers > 1 ? " shared by " + readers : "");
  }

  private static String key(Node node) {
    return node.key().map(key -> key.isEmpty() ? "at most one row" : "key " + key).orElse("no key");
  }

  private static final class Describer implements Node.Visitor<String> {
    @Override
    public String input(Node.Input input) {
      String columns = input.describe() + " " + input.schema();
      return columns
          + (input.deduplication() == null ? "" : " " + input.deduplication())
          + (input.eventTime() == null ? "" : " " + input.eventTime())
          + (input.forgetting() == null ? "" : " " + input.forgetting());
    }

    @Override
    public String filter(Node.Filter filter) {
      return "filter " + filter.condition();
    }

    @Override
    public String project(Node.Project project) {
      return "select " + project.columns();
    }

    @Override
    public String aggregate(Node.Aggregate aggregate) {
      return aggregate.text();
    }

    @Override
    public String union(Node.Union union) {
      return "union all";
    }

    @Override
    public String distinct(Distinct distinct) {
      return "distinct";
    }

    @Override
    public String named(Node.Named named) {
      return named.describe();
    }

    @Override
    public String setOperation(SetOperation operation) {
      return operation.kind().sign();
    }

    @Override
    public String unnest(Unnest unnest) {
      return "unnest " + unnest.elements();
    }

    @Override
    public String groupingSets(GroupingSets sets) {
      return "grouping sets " + sets.sets();
    }

    @Override
    public String over(Over over) {
      return over.text();
    }

    @Override
    public String join(Join join) {
      JoinChain chain = join.chain();
      if (chain != null) {
        return chain(chain);
      }
      JoinKeys keys = join.keys();
      StringBuilder what = new StringBuilder(join.kind().name().toLowerCase(Locale.ROOT));
      what.append(" join ");
      what.append(keys.size() == 0 ? "of every row with every other" : keys.text());
      if (join.scanReason() != null) {
        what.append(" (accepted: ").append(join.scanReason()).append(")");
      }
      Expr condition = join.condition();
      return condition == null
          ? what.toString()
          : what.append(" and ").append(condition).toString();
    }

    @Override
    public String lookup(LookupJoin lookup) {
      return "lookup " + lookup.keys().text();
    }

    @Override
    public String asOf(AsOfJoin join) {
      return "as-of join "
          + join.keys().text()
          + " at "
          + join.leftTime()
          + " >= "
          + join.rightTime();
    }

    private static String chain(JoinChain chain) {
      return chain.steps().stream()
          .map(
              step ->
                  (step.isNeeded() ? "inner join " : "left join ")
                      + new JoinKeys(step.left(), step.keys(), step.matchesNull()).text())
          .collect(Collectors.joining(", ", "each row once for ", ""));
    }

    @Override
    public String top(Top top) {
      return top.text();
    }

    @Override
    public String windowed(Windowed windowed) {
      return "window " + windowed.window() + " on " + windowed.column();
    }

    @Override
    public String closing(ClosingAggregate closing) {
      return closing.text();
    }

    @Override
    public String closingSessions(ClosingSessions sessions) {
      return sessions.text();
    }

    @Override
    public String closingJoin(ClosingJoin join) {
      return join.text();
    }

    @Override
    public String ticking(Ticking ticking) {
      return ticking.text();
    }

    @Override
    public String sessionize(Sessionize sessionize) {
      return sessionize.text();
    }

    @Override
    public String sessionAggregate(SessionAggregate sessions) {
      return sessions.text();
    }
  }
}
