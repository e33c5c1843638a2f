package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.op.AggregateOperator;
import dev.leat.engine.internal.op.Closing;
import dev.leat.engine.internal.op.DeduplicatingStreamOperator;
import dev.leat.engine.internal.op.Failures;
import dev.leat.engine.internal.op.FilterOperator;
import dev.leat.engine.internal.op.GroupingSetsOperator;
import dev.leat.engine.internal.op.HoppingOperator;
import dev.leat.engine.internal.op.InputOperator;
import dev.leat.engine.internal.op.KeyedTableOperator;
import dev.leat.engine.internal.op.KeylessTableOperator;
import dev.leat.engine.internal.op.Operator;
import dev.leat.engine.internal.op.OverOperator;
import dev.leat.engine.internal.op.ProjectOperator;
import dev.leat.engine.internal.op.SessionizeOperator;
import dev.leat.engine.internal.op.SetOperator;
import dev.leat.engine.internal.op.SinkOperator;
import dev.leat.engine.internal.op.StreamOperator;
import dev.leat.engine.internal.op.SwitchOperator;
import dev.leat.engine.internal.op.TickTime;
import dev.leat.engine.internal.op.TickingOperators;
import dev.leat.engine.internal.op.TopOperator;
import dev.leat.engine.internal.op.UnionOperator;
import dev.leat.engine.internal.op.UnnestOperator;
import dev.leat.engine.internal.op.ViewOperator;
import dev.leat.engine.plan.AsOfJoin;
import dev.leat.engine.plan.ClosingAggregate;
import dev.leat.engine.plan.ClosingJoin;
import dev.leat.engine.plan.ClosingSessions;
import dev.leat.engine.plan.Deduplication;
import dev.leat.engine.plan.Distinct;
import dev.leat.engine.plan.GroupingSets;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.Joined;
import dev.leat.engine.plan.LookupJoin;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Over;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Postorder;
import dev.leat.engine.plan.SessionAggregate;
import dev.leat.engine.plan.Sessionize;
import dev.leat.engine.plan.SetOperation;
import dev.leat.engine.plan.Ticking;
import dev.leat.engine.plan.Top;
import dev.leat.engine.plan.Unnest;
import dev.leat.engine.plan.ViewDefinition;
import dev.leat.engine.plan.Windowed;
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
 * <p><b>Parts.</b> A dataflow may have only a part of a plan, and take over another one's later
 * ({@link #adopt}); see {@link PlanPart}.
 *
 * <p><b>Checkpoints.</b> The state is that of each operator; {@link #parts} names them by what
 * outlives a plan. It is read into a new dataflow before its first step, after the dictionary and
 * before the ledger, which is not part of it. A step that finds no rows then brings nothing: what
 * only a first step brings, the row of an aggregate without keys, is in the state.
 */
public final class Dataflow implements Checkpointed {
  /** Of operators whose failures another dataflow reports. */
  private static final Failures UNREPORTED = (place, reason, schema, batch, row) -> {};

  private final Map<Node, Operator> byNode = new HashMap<>();

  /** Those that are twins of another dataflow's; before the others. */
  private final List<Operator> twins = new ArrayList<>();

  /** What the others read of them, by relation. */
  private final Map<Node, SwitchOperator> switches = new HashMap<>();

  private final List<Operator> operators = new ArrayList<>();
  private final Map<String, InputOperator> inputs = new HashMap<>();
  private final Map<String, ViewOperator> views = new LinkedHashMap<>();
  private final Map<String, SinkOperator> sinks = new LinkedHashMap<>();
  private final List<StatePart> parts = new ArrayList<>();

  /** What time it is for its operators: its own, and that of each dataflow it took over. */
  private final List<TickTime> times = new ArrayList<>();

  /** What to call each operator, in their order. */
  private final List<String> described = new ArrayList<>();

  /** The operators of a plan, whose inputs take staged rows. */
  public Dataflow(Plan plan, Dictionary dictionary, Failures failures) {
    this(plan, PlanPart.whole(plan), dictionary, failures);
  }

  /** The operators of a part of a plan, whose inputs take staged rows. */
  Dataflow(Plan plan, PlanPart part, Dictionary dictionary, Failures failures) {
    this(plan, part, dictionary, failures, new TickTime());
  }

  private Dataflow(
      Plan plan, PlanPart part, Dictionary dictionary, Failures failures, TickTime time) {
    this(plan, part, dictionary, failures, time, stagedInputs(plan, dictionary, failures, time));
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
    this(plan, PlanPart.whole(plan), dictionary, failures, new TickTime(), inputOperators);
  }

  private Dataflow(
      Plan plan,
      PlanPart part,
      Dictionary dictionary,
      Failures failures,
      TickTime time,
      Function<Node.Input, InputOperator> inputOperators) {
    JoinOperators joins = new JoinOperators(plan, dictionary);
    ColumnUse use = ColumnUse.of(plan);
    times.add(time);
    for (Node node : part.nodes()) {
      boolean isTwin = part.twins().contains(node);
      List<Operator> from = node.sources().stream().map(n -> read(n, isTwin, part)).toList();
      Failures reports = part.unreported().contains(node) ? UNREPORTED : failures;
      joins.addIndexes(node, from, isTwin, index -> addIndex(index, isTwin));
      Operator operator =
          node.accept(
              new OfNode(
                  from,
                  new TimeOperators(use, dictionary, reports, n -> read(n, isTwin, part)),
                  dictionary,
                  reports,
                  joins.of(isTwin, reports),
                  new TickingOperators(time, dictionary, reports),
                  new Inputs(inputs, inputOperators)));
      byNode.put(node, operator);
      if (from.contains(operator)) {
        continue;
      }
      operator.readFrom(from);
      if (isTwin) {
        twins.add(operator);
      } else {
        operators.add(operator);
        addPart("relation " + node.fingerprint(), operator);
        described.add(node.describe());
      }
    }
    for (ViewDefinition view : part.views()) {
      Node node = view.relation();
      Operator relation = part.twins().contains(node) ? switchOf(node) : operator(node);
      Operator operator =
          view.isSink()
              ? sink(view, relation, dictionary)
              : views.computeIfAbsent(
                  view.name(), name -> ViewOperator.of(view, relation, dictionary));
      operators.add(operator);
      addPart("view " + view.fingerprint(), operator);
      described.add(view.describe());
    }
  }

  private SinkOperator sink(ViewDefinition sink, Operator relation, Dictionary dictionary) {
    SinkOperator operator = new SinkOperator(sink.relation(), relation, dictionary);
    sinks.put(sink.name(), operator);
    return operator;
  }

  private void addIndex(JoinOperators.Named index, boolean isTwin) {
    if (isTwin) {
      twins.add(index.operator());
    } else {
      operators.add(index.operator());
      addPart(index.part(), index.operator());
      described.add(index.described());
    }
  }

  private Operator operator(Node node) {
    return Objects.requireNonNull(byNode.get(node));
  }

  /** What an operator reads of a relation. */
  private Operator read(Node node, boolean isTwin, PlanPart part) {
    return !isTwin && part.twins().contains(node) ? switchOf(node) : operator(node);
  }

  private Operator switchOf(Node twin) {
    return switches.computeIfAbsent(twin, n -> new SwitchOperator(operator(n)));
  }

  /**
   * Takes over the operators of another dataflow, behind its own; from now on they read its own
   * operators instead of their twins, which are no longer needed. Both have been taken through the
   * same epochs from the first one on, so that the twins have the state of what they are twins of.
   */
  void adopt(Dataflow other) {
    other.switches.forEach((node, place) -> place.turnTo(operator(node)));
    operators.addAll(other.operators);
    described.addAll(other.described);
    parts.addAll(other.parts);
    times.addAll(other.times);
    views.putAll(other.views);
    sinks.putAll(other.sinks);
    other.byNode.forEach(byNode::putIfAbsent);
    other.inputs.forEach(inputs::putIfAbsent);
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
      Plan plan, Dictionary dictionary, Failures failures, TickTime time) {
    ColumnUse use = ColumnUse.of(plan);
    return node ->
        switch (node.kind()) {
          case STREAM -> stream(node, use.isRead(node), dictionary);
          case KEYED_TABLE -> new KeyedTableOperator(node, dictionary, time);
          case KEYLESS_TABLE -> new KeylessTableOperator(node, dictionary, failures, time);
        };
  }

  private static InputOperator stream(Node.Input node, boolean[] isRead, Dictionary dictionary) {
    Deduplication deduplication = node.deduplication();
    return deduplication == null
        ? new StreamOperator(node, isRead, dictionary)
        : new DeduplicatingStreamOperator(node, deduplication, isRead, dictionary);
  }

  private record Inputs(
      Map<String, InputOperator> made, Function<Node.Input, InputOperator> operators) {
    private InputOperator of(Node.Input input, TimeOperators times) {
      return made.computeIfAbsent(input.name(), name -> times.of(input, operators.apply(input)));
    }
  }

  /**
   * The operator of a relation; that of its input, where it adds nothing to that.
   *
   * @param from the operators of its inputs
   */
  private record OfNode(
      List<Operator> from,
      TimeOperators times,
      Dictionary dictionary,
      Failures failures,
      JoinOperators.Made joins,
      TickingOperators ticking,
      Inputs inputs)
      implements Node.Visitor<Operator> {
    @Override
    public Operator input(Node.Input input) {
      return inputs.of(input, times);
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
      return aggregate.isByPane()
          ? new HoppingOperator(aggregate, from.get(0).panes(), dictionary, failures)
          : new AggregateOperator(aggregate, from.get(0), dictionary, failures);
    }

    @Override
    public Operator union(Node.Union union) {
      return new UnionOperator(union, from, dictionary, failures);
    }

    @Override
    public Operator distinct(Distinct distinct) {
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
    public Operator setOperation(SetOperation operation) {
      return new SetOperator(operation, from.get(0), from.get(1), dictionary);
    }

    @Override
    public Operator unnest(Unnest unnest) {
      return new UnnestOperator(unnest, from.get(0), dictionary);
    }

    @Override
    public Operator groupingSets(GroupingSets sets) {
      return new GroupingSetsOperator(sets, from.get(0));
    }

    @Override
    public Operator over(Over over) {
      return new OverOperator(over, from.get(0), dictionary, failures);
    }

    @Override
    public Operator join(Join join) {
      return joins.of(join, from.get(0));
    }

    @Override
    public Operator lookup(LookupJoin lookup) {
      return joins.of(lookup, from.get(0));
    }

    @Override
    public Operator asOf(AsOfJoin join) {
      return joins.of(join);
    }

    @Override
    public Operator top(Top top) {
      return new TopOperator(top, from.get(0), dictionary);
    }

    @Override
    public Operator windowed(Windowed windowed) {
      return times.of(windowed, from.get(0));
    }

    @Override
    public Operator closing(ClosingAggregate closing) {
      return times.of(closing, from.get(0));
    }

    @Override
    public Operator closingSessions(ClosingSessions sessions) {
      return times.of(sessions, from.get(0));
    }

    @Override
    public Operator closingJoin(ClosingJoin join) {
      return times.of(join, from.get(0), from.get(1));
    }

    @Override
    public Operator ticking(Ticking node) {
      return ticking.of(node, from.get(0));
    }

    @Override
    public Operator sessionize(Sessionize sessionize) {
      return new SessionizeOperator(sessionize, from.get(0), dictionary, failures);
    }

    @Override
    public Operator sessionAggregate(SessionAggregate sessions) {
      return new AggregateOperator(sessions, from.get(0), dictionary, failures);
    }
  }

  /** About how many bytes the state of all operators takes. */
  public long stateBytes() {
    long bytes = 0;
    for (Operator operator : twins) {
      bytes += operator.stateBytes();
    }
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
    long ofTwins = 0;
    for (Operator operator : twins) {
      ofTwins += operator.stateBytes();
    }
    if (ofTwins > 0) {
      bytes.merge("relations that are computed twice while views are built", ofTwins, Long::sum);
    }
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

  /** Does it have an input? A part of a plan has those that it reads. */
  boolean hasInput(String name) {
    return inputs.containsKey(name);
  }

  /** A view by name. */
  public ViewOperator view(String name) {
    return Objects.requireNonNull(views.get(name), name);
  }

  /** What goes to sinks, by their names. */
  Map<String, SinkOperator> sinks() {
    return sinks;
  }

  /** Does it have a view? */
  boolean hasView(String name) {
    return views.containsKey(name);
  }

  /** All that closes windows and sessions here. */
  List<Closing> closings() {
    List<Closing> closings = new ArrayList<>();
    for (Operator operator : byNode.values()) {
      if (operator instanceof Closing closing) {
        closings.add(closing);
      }
    }
    return closings;
  }

  /** What closes windows and sessions that a relation is made of, inputs first. */
  List<Closing> closings(Node relation) {
    return Postorder.of(List.of(relation), Node::inputs).stream()
        .filter(Dataflow::waitsForTime)
        .map(node -> (Closing) operator(node))
        .toList();
  }

  /** Does it give rows because time has passed? A closing join gives those that stay alone. */
  private static boolean waitsForTime(Node node) {
    return node instanceof ClosingAggregate
        || node instanceof ClosingSessions
        || (node instanceof ClosingJoin join
            && (join.tellsAlone(Joined.Side.LEFT) || join.tellsAlone(Joined.Side.RIGHT)));
  }

  /**
   * Says what time it is for the next step.
   *
   * @param nowMicros microseconds since 1970, not less than before
   */
  public void setTime(long nowMicros) {
    times.forEach(time -> time.set(nowMicros));
  }

  /** Takes what was staged at the inputs through all operators. */
  public void step() {
    for (Operator operator : twins) {
      operator.step();
    }
    for (Operator operator : operators) {
      operator.step();
    }
  }

  /** Adds the dictionary codes that the state of all operators holds. */
  public void mark(CodeSet live) {
    for (Operator operator : twins) {
      operator.mark(live);
    }
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
