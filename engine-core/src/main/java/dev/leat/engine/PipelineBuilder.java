package dev.leat.engine;

import dev.leat.engine.plan.ClockRules;
import dev.leat.engine.plan.Deduplication;
import dev.leat.engine.plan.EventTime;
import dev.leat.engine.plan.Names;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Postorder;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.ViewDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects the inputs and views of a pipeline; see {@link Pipeline#define}. One thread. */
public final class PipelineBuilder {
  private final List<Node.Input> inputs = new ArrayList<>();
  private final Map<String, ViewDefinition> views = new LinkedHashMap<>();
  private final Map<String, SinkBinding> sinks = new LinkedHashMap<>();
  private long tickMicros = ClockRules.tickMicros(ClockRules.DEFAULT_TICK);
  private boolean isTickUsed;
  private final Set<String> openTables = new LinkedHashSet<>();
  private boolean isBuilt;

  PipelineBuilder() {}

  /** Declares a stream: rows are only added. */
  public <T extends Record> Relation<T> stream(String name, Class<T> record) {
    return new Relation<>(
        this,
        add(
            new Node.Input(
                name, Node.InputKind.STREAM, RecordMapping.of(record).schema(), List.of())),
        record);
  }

  /** Declares a stream of rows with a schema made at run time. */
  public Relation<Row> stream(String name, Schema schema) {
    return new Relation<>(
        this, add(new Node.Input(name, Node.InputKind.STREAM, schema, List.of())), Row.class);
  }

  /** Declares a table: rows are put in and deleted. The next call says how rows are told apart. */
  public <T extends Record> TableDeclaration<T> table(String name, Class<T> record) {
    Schema schema = RecordMapping.of(record).schema();
    openTables.add(name);
    return new TableDeclaration<>(this, name, schema, record);
  }

  /** Declares a table of rows with a schema made at run time. */
  public TableDeclaration<Row> table(String name, Schema schema) {
    openTables.add(name);
    return new TableDeclaration<>(this, name, schema, Row.class);
  }

  /**
   * Declares how far {@link Expressions#now} moves when it moves: to the next multiple of this
   * interval. If nothing else comes in, the engine takes a step of its own that often, and writes
   * it to the log; but only if the pipeline depends on the time. A change of the interval is a
   * change of the relations that depend on it.
   *
   * @param interval a millisecond to a day, in whole microseconds; one second if it is not declared
   * @throws EngineException if relations that depend on the time were made before
   */
  public PipelineBuilder tickEvery(Duration interval) {
    long micros = ClockRules.tickMicros(interval);
    if (isTickUsed && micros != tickMicros) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "tickEvery comes before the first relation that depends on the time: tick=" + interval);
    }
    tickMicros = micros;
    return this;
  }

  /** The interval; from now on it stays. */
  long tickMicros() {
    isTickUsed = true;
    return tickMicros;
  }

  /** The relation of a view that was materialized before, to build on. */
  public Relation<Row> view(String name) {
    ViewDefinition view = views.get(name);
    if (view == null || view.isSink()) {
      throw new EngineException(
          EngineException.Kind.INVALID, Names.unknown("view", name, views.keySet()));
    }
    return new Relation<>(
        this, new Node.Named(view.relation(), name), Row.class, view.growthReason());
  }

  Node.Input add(Node.Input input) {
    checkOpen(input.describe());
    openTables.remove(input.name());
    for (Node.Input known : inputs) {
      if (known.name().equals(input.name())) {
        throw new EngineException(
            EngineException.Kind.INVALID,
            "two inputs have the name '" + input.name() + "': rename one");
      }
    }
    inputs.add(input);
    return input;
  }

  /** Says of a stream that its repetitions are left out. */
  Node.Input deduplicate(Node.Input stream, Deduplication by) {
    return declare(stream, "deduplicate", stream.deduplication() != null, stream.deduplicated(by));
  }

  /** Says of a stream when its rows happened. */
  Node.Input eventTime(Node.Input stream, EventTime time) {
    return declare(stream, "eventTime", stream.eventTime() != null, stream.withEventTime(time));
  }

  private Node.Input declare(Node.Input stream, String what, boolean isSaid, Node.Input declared) {
    checkOpen(what + " on " + stream.describe());
    int index = inputs.indexOf(stream);
    if (isSaid || index < 0) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          what + " on " + stream.describe() + ": it is said of a stream once");
    }
    inputs.set(index, declared);
    return declared;
  }

  /** A relation made before all was said of its stream would see rows that are none of it. */
  private void checkDeclarations() {
    for (ViewDefinition view : views.values()) {
      for (Node node : Postorder.of(List.of(view.relation()), Node::inputs)) {
        if (node instanceof Node.Input input
            && !inputs.contains(input)
            && inputs.contains(declaredNow(input))) {
          throw new EngineException(
              EngineException.Kind.INVALID,
              view.describe()
                  + " reads "
                  + input.describe()
                  + " as it was before "
                  + missing(input, declaredNow(input))
                  + "(...): build on what "
                  + missing(input, declaredNow(input))
                  + "(...) gives");
        }
      }
    }
  }

  /** What was said of a stream later. */
  private static String missing(Node.Input old, Node.Input now) {
    return Objects.equals(old.eventTime(), now.eventTime()) ? "deduplicate" : "eventTime";
  }

  private Node.Input declaredNow(Node.Input old) {
    return inputs.stream().filter(i -> i.name().equals(old.name())).findFirst().orElse(old);
  }

  void materialize(String name, Node relation, @Nullable String growthReason) {
    Objects.requireNonNull(name, "name");
    add(new ViewDefinition(name, relation, growthReason));
  }

  void to(Node relation, @Nullable String growthReason, SinkBinding sink) {
    String name = sink.source().name();
    add(new ViewDefinition(name, relation, growthReason, ViewDefinition.Use.SINK));
    sinks.put(name, sink);
  }

  private void add(ViewDefinition view) {
    checkOpen(view.describe());
    if (views.putIfAbsent(view.name(), view) != null) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "two views or sinks have the name '"
              + view.name()
              + "': rename one in materialize(...) or to(...)");
    }
  }

  /** What is declared later would be in no pipeline, and nobody would hear of it. */
  private void checkOpen(String what) {
    if (isBuilt) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          what + ": its pipeline is defined already; declare it inside Pipeline.define(...)");
    }
  }

  Plan build() {
    for (String table : openTables) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "table '"
              + table
              + "': say how its rows are told apart, with .primaryKey(...) or .keyless()");
    }
    checkDeclarations();
    isBuilt = true;
    return new Plan(inputs, List.copyOf(views.values()));
  }

  /** The sinks of the plan, by name. */
  Map<String, SinkBinding> sinks() {
    return Map.copyOf(sinks);
  }
}
