package dev.leat.engine.plan;

import dev.leat.engine.EngineException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a pipeline does: its inputs and its views. Immutable; the runtime, {@link Explain} and every
 * evaluator read this and nothing else.
 *
 * @param inputs in the order in which they were declared
 * @param views what it is for: views, and what goes to sinks, in the order in which they were
 *     declared; names are unique among both
 */
public record Plan(List<Node.Input> inputs, List<ViewDefinition> views) {
  /** The view of rows that failed; every plan has it. */
  public static final String LEDGER = "ledger";

  /** Checks that names are unique, inputs declared, and growth accepted. */
  public Plan {
    inputs = List.copyOf(inputs);
    views = List.copyOf(views);
    checkInputs(inputs, views);
    checkViewNames(views);
    checkGrowth(views);
    checkTicks(inputs, views);
  }

  private static void checkInputs(List<Node.Input> inputs, List<ViewDefinition> views) {
    Set<String> names = new HashSet<>();
    for (Node.Input input : inputs) {
      checkNamed(input.name(), "an input");
      if (!names.add(input.name())) {
        throw new EngineException(
            EngineException.Kind.INVALID,
            "two inputs have the name '" + input.name() + "': rename one");
      }
    }
    for (Node node : nodes(List.of(), views)) {
      if (node instanceof Node.Input input && !inputs.contains(input)) {
        throw new EngineException(
            EngineException.Kind.INVALID,
            "a view reads " + input.describe() + ", which is not an input of this plan: add it");
      }
    }
  }

  private static void checkViewNames(List<ViewDefinition> views) {
    Set<String> names = new HashSet<>();
    for (ViewDefinition view : views) {
      checkNamed(view.name(), "a view or a sink");
      if (!names.add(view.name())) {
        throw new EngineException(
            EngineException.Kind.INVALID,
            "two views or sinks have the name '"
                + view.name()
                + "': rename one in materialize(...) or to(...)");
      }
      if (view.name().equals(LEDGER)) {
        throw new EngineException(
            EngineException.Kind.INVALID,
            "a view or a sink cannot be called '"
                + LEDGER
                + "': that is where rows that failed are");
      }
    }
  }

  private static void checkNamed(String name, String what) {
    if (name.isBlank()) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          what + " needs a name by which it is found: name='" + name + "'");
    }
  }

  private static void checkTicks(List<Node.Input> inputs, List<ViewDefinition> views) {
    Set<Long> intervals = new HashSet<>();
    for (Node node : nodes(inputs, views)) {
      intervals.add(tickMicros(node));
    }
    intervals.remove(0L);
    if (intervals.size() > 1) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "a plan has one tick interval, as all of its views are at one time: tick-micros="
              + new TreeSet<>(intervals)
              + "; make its relations with one");
    }
  }

  /** How far time moves when it moves, in microseconds; 0 if nothing depends on the time. */
  public long tickMicros() {
    return nodes().stream()
        .mapToLong(Plan::tickMicros)
        .filter(tick -> tick > 0)
        .findFirst()
        .orElse(0);
  }

  private static long tickMicros(Node node) {
    if (node instanceof Ticking ticking) {
      return ticking.tickMicros();
    }
    Forgetting forgetting = node instanceof Node.Input input ? input.forgetting() : null;
    return forgetting == null ? 0 : forgetting.tickMicros();
  }

  private static void checkGrowth(List<ViewDefinition> views) {
    List<ViewDefinition> accepted = views.stream().filter(v -> v.growthReason() != null).toList();
    Set<Node> mayGrow = new HashSet<>(nodes(List.of(), accepted));
    for (ViewDefinition view : views) {
      if (view.growthReason() != null) {
        continue;
      }
      checkGrowthBelow(view, mayGrow);
      if (!view.isSink() && StateBound.ofView(view).kind() == StateBound.Kind.GROWS) {
        throw new EngineException(
            EngineException.Kind.INVALID,
            "view '"
                + view.name()
                + "' keeps every row of "
                + view.relation().describe()
                + " for ever: its state grows with the input; aggregate it, make it distinct over a"
                + " bounded key space, or accept it with .acceptGrowth(\"why\") before"
                + " .materialize(...)");
      }
    }
  }

  /**
   * What an operator keeps may grow too, where the view itself does not, or is a sink; unless
   * another view that needs it has accepted that. A join whose sides may grow without that being
   * accepted is never made.
   */
  private static void checkGrowthBelow(ViewDefinition view, Set<Node> mayGrow) {
    for (Node node : Postorder.of(List.of(view.relation()), Node::inputs)) {
      StateBound bound = StateBound.of(node);
      if (bound.kind() == StateBound.Kind.GROWS
          && !(node instanceof Joined)
          && !mayGrow.contains(node)) {
        throw new EngineException(
            EngineException.Kind.INVALID,
            view.describe()
                + " needs "
                + node.describe()
                + ", whose state grows with the input ("
                + bound.text()
                + "); aggregate its input or bound it, or accept it with .acceptGrowth(\"why\")"
                + " before "
                + (view.isSink() ? ".to(...)" : ".materialize(...)"));
      }
    }
  }

  /**
   * The input of a name.
   *
   * @throws EngineException if there is none; the message names the nearest
   */
  public Node.Input input(String name) {
    return inputs.stream()
        .filter(i -> i.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new EngineException(
                    EngineException.Kind.INVALID,
                    Names.unknown("input", name, inputs.stream().map(Node.Input::name).toList())));
  }

  /**
   * The view of a name.
   *
   * @throws EngineException if there is none; the message names the nearest
   */
  public ViewDefinition view(String name) {
    return views.stream()
        .filter(v -> v.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new EngineException(
                    EngineException.Kind.INVALID,
                    Names.unknown(
                        "view", name, views.stream().map(ViewDefinition::name).toList())));
  }

  /**
   * Every relation that a view needs, each once, inputs before what reads them. Inputs that no view
   * needs come too.
   */
  public List<Node> nodes() {
    return nodes(inputs, views);
  }

  /**
   * Every relation that has an operator, each once, those that it reads before it: {@link #nodes}
   * without those that are only between the joins of a {@link JoinChain}, and with the joins that
   * are done beforehand.
   */
  public List<Node> computed() {
    return Postorder.of(roots(inputs, views), Node::sources);
  }

  private static List<Node> nodes(List<Node.Input> inputs, List<ViewDefinition> views) {
    return Postorder.of(roots(inputs, views), Node::inputs);
  }

  private static List<Node> roots(List<Node.Input> inputs, List<ViewDefinition> views) {
    List<Node> roots = new ArrayList<>(inputs);
    views.forEach(view -> roots.add(view.relation()));
    return roots;
  }
}
