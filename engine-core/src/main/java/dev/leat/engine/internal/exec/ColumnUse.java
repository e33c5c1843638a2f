package dev.leat.engine.internal.exec;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AsOfJoin;
import dev.leat.engine.plan.ClosingAggregate;
import dev.leat.engine.plan.ClosingJoin;
import dev.leat.engine.plan.ClosingSessions;
import dev.leat.engine.plan.Deduplication;
import dev.leat.engine.plan.Distinct;
import dev.leat.engine.plan.EventTime;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.GroupingSets;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.Joined;
import dev.leat.engine.plan.LookupJoin;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Over;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.SessionAggregate;
import dev.leat.engine.plan.Sessionize;
import dev.leat.engine.plan.SetOperation;
import dev.leat.engine.plan.Ticking;
import dev.leat.engine.plan.Top;
import dev.leat.engine.plan.Unnest;
import dev.leat.engine.plan.ViewDefinition;
import dev.leat.engine.plan.Windowed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which columns of each relation anything reads, so that an event id that no view shows need not be
 * decoded.
 */
final class ColumnUse {
  private final Map<Node, Set<String>> used = new HashMap<>();

  private ColumnUse() {}

  /** The use of columns in a plan. */
  static ColumnUse of(Plan plan) {
    ColumnUse use = new ColumnUse();
    for (ViewDefinition view : plan.views()) {
      use.add(view.relation(), view.relation().schema().names());
    }
    List<Node> nodes = plan.computed();
    // What reads a relation comes behind it, so from the back all of its uses are known.
    for (int i = nodes.size() - 1; i >= 0; i--) {
      use.visit(nodes.get(i));
    }
    return use;
  }

  /**
   * For each input, which columns of its rows are kept: the log keeps all; without one, those of a
   * stream are enough that something reads, or that tell its rows apart.
   */
  static List<boolean[]> kept(Plan plan, boolean isDurable) {
    ColumnUse use = of(plan);
    List<boolean[]> kept = new ArrayList<>();
    for (Node.Input input : plan.inputs()) {
      boolean[] columns = use.isRead(input);
      Deduplication deduplication = input.deduplication();
      if (deduplication != null) {
        deduplication.key().forEach(name -> columns[input.schema().find(name)] = true);
      }
      if (isDurable || input.kind() != Node.InputKind.STREAM) {
        Arrays.fill(columns, true);
      }
      kept.add(columns);
    }
    return kept;
  }

  /** For each input, which columns anything but the log reads the values of. */
  static List<boolean[]> read(Plan plan) {
    ColumnUse use = of(plan);
    List<boolean[]> read = new ArrayList<>();
    for (Node.Input input : plan.inputs()) {
      boolean[] columns = use.isRead(input);
      if (input.kind() != Node.InputKind.STREAM) {
        Arrays.fill(columns, true);
      }
      read.add(columns);
    }
    return read;
  }

  /** For each column of a relation, is it read? */
  boolean[] isRead(Node node) {
    Set<String> names = new HashSet<>(needed(node));
    EventTime eventTime = node instanceof Node.Input input ? input.eventTime() : null;
    if (eventTime != null) {
      names.add(eventTime.column());
    }
    boolean[] isRead = new boolean[node.schema().size()];
    for (int c = 0; c < isRead.length; c++) {
      isRead[c] = names.contains(node.schema().field(c).name());
    }
    return isRead;
  }

  private void add(Node node, Collection<String> names) {
    used.computeIfAbsent(node, n -> new HashSet<>()).addAll(names);
  }

  /** Which columns of its result anything reads. */
  Set<String> needed(Node node) {
    return used.getOrDefault(node, Set.of());
  }

  private void visit(Node node) {
    if (node instanceof Join join && join.chain() != null) {
      // All of them are kept.
      node.sources().forEach(source -> add(source, source.schema().names()));
      return;
    }
    if (node instanceof Joined join) {
      for (Joined.Side side : Joined.Side.values()) {
        add(join.input(side), join.read(side, needed(node)));
      }
      return;
    }
    Collection<String> names = node.accept(new Reads(needed(node)));
    node.inputs().forEach(input -> add(input, names));
  }

  /** Which columns of its one kind of input a relation reads, given those that are needed. */
  private record Reads(Set<String> needed) implements Node.Visitor<Collection<String>> {
    @Override
    public Collection<String> input(Node.Input input) {
      return Set.of();
    }

    @Override
    public Collection<String> filter(Node.Filter filter) {
      Set<String> names = new HashSet<>(needed);
      names.addAll(filter.condition().columns());
      return names;
    }

    @Override
    public Collection<String> project(Node.Project project) {
      // All of them, needed or not: a row for which any fails is left out.
      Set<String> names = new HashSet<>();
      project.columns().forEach(column -> names.addAll(column.expr().columns()));
      return names;
    }

    @Override
    public Collection<String> windowed(Windowed windowed) {
      Set<String> names = new HashSet<>(needed);
      names.remove(Windowed.START);
      names.remove(Windowed.END);
      names.add(windowed.column());
      return names;
    }

    @Override
    public Collection<String> closing(ClosingAggregate closing) {
      return aggregate(closing.live());
    }

    @Override
    public Collection<String> closingSessions(ClosingSessions sessions) {
      return sessionAggregate(sessions.live());
    }

    @Override
    public Collection<String> aggregate(Node.Aggregate aggregate) {
      return read(aggregate.keys(), aggregate.calls());
    }

    private static Set<String> read(List<String> keys, List<AggregateCall> calls) {
      Set<String> names = new HashSet<>(keys);
      for (AggregateCall call : calls) {
        for (Expr expr : call.exprs()) {
          names.addAll(expr.columns());
        }
      }
      return names;
    }

    @Override
    public Collection<String> union(Node.Union union) {
      return union.schema().names();
    }

    @Override
    public Collection<String> distinct(Distinct distinct) {
      return distinct.schema().names();
    }

    @Override
    public Collection<String> named(Node.Named named) {
      return needed;
    }

    @Override
    public Collection<String> setOperation(SetOperation operation) {
      return operation.schema().names();
    }

    @Override
    public Collection<String> unnest(Unnest unnest) {
      return unnest.input().schema().names();
    }

    @Override
    public Collection<String> groupingSets(GroupingSets sets) {
      return sets.input().schema().names();
    }

    @Override
    public Collection<String> over(Over over) {
      return over.input().schema().names();
    }

    @Override
    public Collection<String> join(Join join) {
      throw new AssertionError("its two sides are read by themselves");
    }

    @Override
    public Collection<String> closingJoin(ClosingJoin join) {
      throw new AssertionError("its two sides are read by themselves");
    }

    @Override
    public Collection<String> lookup(LookupJoin lookup) {
      throw new AssertionError("its two sides are read by themselves");
    }

    @Override
    public Collection<String> asOf(AsOfJoin join) {
      throw new AssertionError("its two sides are read by themselves");
    }

    @Override
    public Collection<String> top(Top top) {
      // All of them, needed or not: rows that tie are told apart by all columns.
      return top.schema().names();
    }

    @Override
    public Collection<String> ticking(Ticking ticking) {
      return ticking.read(needed);
    }

    @Override
    public Collection<String> sessionize(Sessionize sessionize) {
      // All of them, as above: a row is found again by all that it has.
      return sessionize.input().schema().names();
    }

    @Override
    public Collection<String> sessionAggregate(SessionAggregate sessions) {
      // The time is read by the first of the calls.
      return read(sessions.sessions().by(), sessions.calls());
    }
  }
}
