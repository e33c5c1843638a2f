package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.op.AggregateOperator;
import dev.leat.engine.internal.op.DeduplicatingStreamOperator;
import dev.leat.engine.internal.op.Failures;
import dev.leat.engine.internal.op.FilterOperator;
import dev.leat.engine.internal.op.InputOperator;
import dev.leat.engine.internal.op.KeyedTableOperator;
import dev.leat.engine.internal.op.KeylessTableOperator;
import dev.leat.engine.internal.op.Operator;
import dev.leat.engine.internal.op.OverOperator;
import dev.leat.engine.internal.op.ProjectOperator;
import dev.leat.engine.internal.op.StreamOperator;
import dev.leat.engine.internal.op.TopOperator;
import dev.leat.engine.internal.op.UnionOperator;
import dev.leat.engine.internal.op.ViewOperator;
import dev.leat.engine.plan.Deduplication;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Over;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Top;
import dev.leat.engine.plan.ViewDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * The operators of a plan, one for each relation, however many views or relations read it. A step
 * takes one epoch through all of them.
 *
 * <p><b>Checkpoints.</b> The state is that of each operator; {@link #parts} names them by what
 * outlives a plan. It is read into a new dataflow before its first step, after the dictionary and
 * before the ledger, which is not part of it. A step that finds no rows then brings nothing: what
 * only a first step brings, the row of an aggregate without keys, is in the state.
 */
public final class Dataflow implements Checkpointed {
  private final List<Operator> operators = new ArrayList<>();
  private final Map<String, InputOperator> inputs = new HashMap<>();
  private final Map<String, ViewOperator> views = new LinkedHashMap<>();
  private final List<StatePart> parts = new ArrayList<>();

  /** What to call each operator, in their order. */
  private final List<String> described = new ArrayList<>();

  /** The operators of a plan, whose inputs take staged rows. */
  public Dataflow(Plan plan, Dictionary dictionary, Failures failures) {
    this(plan, dictionary, failures, stagedInputs(plan, dictionary, failures));
  }

  /**
   * The operators of a plan over input operators of the caller's, which may bring rows in another
   * way.
   *
   * @param inputOperators makes the operator of an input; called once for each
   */
  public Dataflow(
      Plan plan,
      Dictionary dictionary,
      Failures failures,
      Function<Node.Input, InputOperator> inputOperators) {
    Map<Node, Operator> byNode = new HashMap<>();
    for (Node node : plan.nodes()) {
      List<Operator> from =
          node.inputs().stream().map(n -> Objects.requireNonNull(byNode.get(n))).toList();
      Operator operator =
          node.accept(new OfNode(from, dictionary, failures, inputs, inputOperators));
      byNode.put(node, operator);
      if (!from.contains(operator)) {
        operators.add(operator);
        addPart("relation " + node.fingerprint(), operator);
        described.add(node.describe());
      }
    }
    for (ViewDefinition view : plan.views()) {
      Operator relation = Objects.requireNonNull(byNode.get(view.relation()));
      ViewOperator operator = new ViewOperator(view, relation, dictionary);
      views.put(view.name(), operator);
      operators.add(operator);
      addPart("view " + view.fingerprint(), operator);
      described.add("view '" + view.name() + "'");
    }
  }

  private void addPart(String name, Operator operator) {
    // What keeps no state need not be found again, and may change freely.
    if (operator.capture() != StateImage.EMPTY) {
      parts.add(new StatePart(name, operator));
    }
  }

  /**
   * The operators that keep state, by the fingerprints of their relations and views. Two may have
   * the same one: they compute the same, and their states are equal.
   */
  List<StatePart> parts() {
    return List.copyOf(parts);
  }

  private static Function<Node.Input, InputOperator> stagedInputs(
      Plan plan, Dictionary dictionary, Failures failures) {
    ColumnUse use = ColumnUse.of(plan);
    return node ->
        switch (node.kind()) {
          case STREAM -> stream(node, use.isRead(node), dictionary);
          case KEYED_TABLE -> new KeyedTableOperator(node, dictionary);
          case KEYLESS_TABLE -> new KeylessTableOperator(node, dictionary, failures);
        };
  }

  private static InputOperator stream(Node.Input node, boolean[] isRead, Dictionary dictionary) {
    Deduplication deduplication = node.deduplication();
    return deduplication == null
        ? new StreamOperator(node, isRead, dictionary)
        : new DeduplicatingStreamOperator(node, deduplication, isRead, dictionary);
  }

  /**
   * The operator of a relation; that of its input, where it adds nothing to that.
   *
   * @param from the operators of its inputs
   */
  private record OfNode(
      List<Operator> from,
      Dictionary dictionary,
      Failures failures,
      Map<String, InputOperator> inputs,
      Function<Node.Input, InputOperator> inputOperators)
      implements Node.Visitor<Operator> {
    @Override
    public Operator input(Node.Input input) {
      return inputs.computeIfAbsent(input.name(), name -> inputOperators.apply(input));
    }

    @Override
    public Operator filter(Node.Filter filter) {
      return new FilterOperator(filter, from.get(0), dictionary, failures);
    }

    @Override
    public Operator project(Node.Project project) {
      return new ProjectOperator(project, from.get(0), dictionary, failures);
    }

    @Override
    public Operator aggregate(Node.Aggregate aggregate) {
      return new AggregateOperator(aggregate, from.get(0), dictionary, failures);
    }

    @Override
    public Operator union(Node.Union union) {
      return new UnionOperator(union, from, dictionary, failures);
    }

    @Override
    public Operator distinct(Node.Distinct distinct) {
      // Rows with a key are distinct.
      return distinct.input().key().isPresent()
          ? from.get(0)
          : new AggregateOperator(distinct, from.get(0), dictionary, failures);
    }

    @Override
    public Operator named(Node.Named named) {
      return from.get(0);
    }

    @Override
    public Operator top(Top top) {
      return new TopOperator(top, from.get(0), dictionary);
    }

    @Override
    public Operator over(Over over) {
      return new OverOperator(over, from.get(0), dictionary, failures);
    }
  }

  /** About how many bytes the state of all operators takes. */
  long stateBytes() {
    long bytes = 0;
    for (Operator operator : operators) {
      bytes += operator.stateBytes();
    }
    return bytes;
  }

  /**
   * About how many bytes the state of each takes that has some, by what it is called.
   *
   * @param bytes is added to
   */
  void addStateBytes(Map<String, Long> bytes) {
    for (int i = 0; i < operators.size(); i++) {
      long some = operators.get(i).stateBytes();
      if (some > 0) {
        bytes.merge(described.get(i), some, Long::sum);
      }
    }
  }

  /** Where the rows of an input go in. */
  public InputOperator input(String name) {
    return Objects.requireNonNull(inputs.get(name), name);
  }

  /** A view by name. */
  public ViewOperator view(String name) {
    return Objects.requireNonNull(views.get(name), name);
  }

  /** Takes what was staged at the inputs through all operators. */
  public void step() {
    for (Operator operator : operators) {
      operator.step();
    }
  }

  /** Adds the dictionary codes that the state of all operators holds. */
  public void mark(CodeSet live) {
    for (Operator operator : operators) {
      operator.mark(live);
    }
  }

  @Override
  public StateImage capture() {
    List<StateImage> images = operators.stream().map(Operator::capture).toList();
    return out -> images.forEach(image -> image.writeTo(out));
  }

  /**
   * {@inheritDoc}
   *
   * <p>The plan must be the one whose state was captured.
   */
  @Override
  public void restore(StateReader in) {
    operators.forEach(operator -> operator.restore(in));
  }
}
