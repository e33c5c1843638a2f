package dev.leat.engine.plan;

import dev.leat.engine.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A relation of the plan: an input, or an operation on other relations. Immutable and compared by
 * value, so that equal parts of a plan are one part. Made by the {@code of} methods, which check
 * everything that can be checked before there is data.
 *
 * <p>What a relation says of itself it knows from the start, from what its inputs say; nothing here
 * goes through the relations below. So plans may be deep, and relations shared.
 *
 * <p><b>Digests.</b> Equality is by <i>identity</i>: what is computed, over which inputs with all
 * their columns. The {@link #fingerprint} is for what is stored: it is made of the <i>lineage</i>,
 * which says what becomes of the inputs' rows, and of the relation's own columns, so it stays when
 * an input gets columns that are not read. Names that people give ({@link Named}) count in neither;
 * only the named relation itself is not equal to the one without.
 */
public abstract sealed class Node
    permits Node.Input,
        Node.Filter,
        Node.Project,
        Node.Aggregate,
        Node.Union,
        Distinct,
        Node.Named,
        SetOperation,
        Unnest,
        GroupingSets,
        Over,
        Join,
        LookupJoin,
        AsOfJoin,
        Top,
        Windowed,
        ClosingAggregate,
        Ticking,
        Sessionize,
        SessionAggregate,
        ClosingSessions,
        ClosingJoin {
  /**
   * How often one row of an input may be in a relation. A union of a relation with itself doubles
   * it; grouping and {@code distinct} make it one again.
   */
  public static final int MAX_COPIES = 1 << 20;

  private static final int MAX_DESCRIBED = 8;

  private final List<Node> inputs;
  private final Schema schema;
  private final RowTraits traits;
  private final @Nullable Node origin;
  private final Fingerprint lineage;
  private final Fingerprint rowsIdentity;
  private final Fingerprint identity;
  private final Fingerprint fingerprint;

  /**
   * An input or an operation.
   *
   * @param step what it does with the rows of its inputs; the inputs themselves are added here
   */
  Node(List<Node> inputs, Schema schema, RowTraits traits, Canonical step) {
    this.inputs = List.copyOf(inputs);
    this.schema = schema;
    this.traits = traits;
    this.origin = inputs.isEmpty() ? null : inputs.get(0).origin();
    Fingerprint operation = step.fingerprint();
    Canonical lineageText = new Canonical("lineage").part(operation);
    Canonical identityText = new Canonical("identity").part(operation).schema(schema);
    for (Node input : inputs) {
      lineageText.part(input.lineage);
      identityText.part(input.rowsIdentity);
    }
    this.lineage = lineageText.fingerprint();
    this.rowsIdentity = identityText.fingerprint();
    this.identity = rowsIdentity;
    this.fingerprint = new Canonical("state").part(lineage).schema(schema).fingerprint();
  }

  /** A relation with a name. */
  private Node(Node input, String name) {
    this.inputs = List.of(input);
    this.schema = input.schema;
    this.traits = input.traits;
    this.origin = null;
    this.lineage = input.lineage;
    this.rowsIdentity = input.rowsIdentity;
    this.identity = new Canonical("named").name(name).part(input.identity).fingerprint();
    this.fingerprint = input.fingerprint;
  }

  /**
   * Does something for each kind of relation. A new kind is a method here, and so a compile error
   * wherever relations are told apart.
   *
   * @param <R> what it gives
   */
  public interface Visitor<R> {
    R input(Input input);

    R filter(Filter filter);

    R project(Project project);

    R aggregate(Aggregate aggregate);

    R union(Union union);

    R distinct(Distinct distinct);

    R named(Named named);

    R setOperation(SetOperation operation);

    R unnest(Unnest unnest);

    R groupingSets(GroupingSets sets);

    R over(Over over);

    R join(Join join);

    R lookup(LookupJoin lookup);

    R asOf(AsOfJoin join);

    R top(Top top);

    R windowed(Windowed windowed);

    R closing(ClosingAggregate closing);

    R ticking(Ticking ticking);

    R sessionize(Sessionize sessionize);

    R sessionAggregate(SessionAggregate sessions);

    R closingSessions(ClosingSessions sessions);

    R closingJoin(ClosingJoin join);
  }

  /** Has a visitor do what it does for this kind of relation. */
  public abstract <R> R accept(Visitor<R> visitor);

  /** What it is, for messages: "filter", "stream 'clicks'". */
  abstract String word();

  /** The columns of its rows. */
  public final Schema schema() {
    return schema;
  }

  /** What it reads, in order. */
  public final List<Node> inputs() {
    return inputs;
  }

  /**
   * What its operator reads, in order: its inputs, unless it is the last of a {@link JoinChain}.
   */
  public List<Node> sources() {
    return inputs;
  }

  /** Are its rows only ever added, never taken back? */
  public final boolean isAppendOnly() {
    return traits.isAppendOnly();
  }

  /**
   * Columns that no two rows share; an empty list says that there is at most one row. Empty where
   * no key is known.
   */
  public final Optional<List<String>> key() {
    return traits.key();
  }

  /** Have its rows numbers by which their later versions are known, in any operator's output? */
  public final boolean isNumbered() {
    return traits.isNumbered();
  }

  final RowTraits traits() {
    return traits;
  }

  /** Does a row of a stream stay in this relation for ever, as a row of its own or in an array? */
  final boolean holdsStream() {
    return traits.holdsStream();
  }

  /**
   * Which state the operator of this relation has: equal where what is kept, and what it means, is
   * equal. Its canonical text says what the relation computes, with the types of the columns that
   * it reads, of which inputs, by name, kind and key, and the relation's own columns. So a table's
   * rows belong to its name, kind, key and all its columns, and a count by user to the columns that
   * it reads. The same in every process and every version, see {@link Canonical}.
   */
  public final Fingerprint fingerprint() {
    return fingerprint;
  }

  /** Where this is in the pipeline, for messages: "filter on stream 'clicks'". */
  public final String describe() {
    StringBuilder text = new StringBuilder();
    Node node = this;
    for (int i = 0; node.origin != null; i++) {
      if (i == MAX_DESCRIBED) {
        text.append("... on ");
        break;
      }
      text.append(node.word()).append(" on ");
      node = node.inputs.get(0);
    }
    return text.append(node.origin().word()).toString();
  }

  private Node origin() {
    return origin == null ? this : origin;
  }

  /** What its rows come from, in one word. */
  final String originWord() {
    return origin().word();
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return this == other || (other instanceof Node that && identity.equals(that.identity));
  }

  @Override
  public final int hashCode() {
    return identity.hashCode();
  }

  @Override
  public final String toString() {
    return describe() + " #" + identity;
  }

  static EngineException invalid(String message) {
    return new EngineException(EngineException.Kind.INVALID, message);
  }

  /** What kind of input. */
  public enum InputKind {
    /** Rows are only added. */
    STREAM,
    /** Rows are put in and deleted by primary key. */
    KEYED_TABLE,
    /** Whole rows are inserted and deleted; equal rows count. */
    KEYLESS_TABLE
  }

  /** Rows that the host, a file or another system brings. */
  public static final class Input extends Node {
    private final String name;
    private final InputKind kind;
    private final List<String> primaryKey;
    private final Declared declared;

    /**
     * An input.
     *
     * @param primaryKey columns of the primary key, for keyed tables only
     */
    public Input(String name, InputKind kind, Schema schema, List<String> primaryKey) {
      this(name, kind, schema, primaryKey, Declared.NOTHING);
    }

    private Input(
        String name, InputKind kind, Schema schema, List<String> primaryKey, Declared declared) {
      super(
          List.of(),
          schema,
          RowTraits.ofInput(kind, primaryKey),
          declared.write(new Canonical("input").name(name).word(kind.name()).names(primaryKey)));
      this.name = name;
      this.kind = kind;
      this.primaryKey = List.copyOf(primaryKey);
      this.declared = declared;
      InputRules.check(this);
      declared.checkOn(this);
    }

    /**
     * The same stream without repetitions.
     *
     * @throws EngineException if it is no stream, or has no such columns
     */
    public Input deduplicated(Deduplication by) {
      return new Input(name, kind, schema(), primaryKey, declared.with(by));
    }

    /**
     * The same stream, whose rows say when they happened.
     *
     * @throws EngineException if it is no stream, or has no such instant
     */
    public Input withEventTime(EventTime time) {
      return new Input(name, kind, schema(), primaryKey, declared.with(time));
    }

    /**
     * The same table, whose rows are forgotten.
     *
     * @throws EngineException if it is a stream, or the time is less than a millisecond
     */
    public Input forgetting(Forgetting after) {
      return new Input(name, kind, schema(), primaryKey, declared.with(after));
    }

    /** Which of its rows are repetitions, and left out; null if none are. */
    public @Nullable Deduplication deduplication() {
      return declared.deduplication();
    }

    /** When its rows happened; null if that is not declared. */
    public @Nullable EventTime eventTime() {
      return declared.eventTime();
    }

    /** When its rows are forgotten; null if they are not. */
    public @Nullable Forgetting forgetting() {
      return declared.forgetting();
    }

    public String name() {
      return name;
    }

    public InputKind kind() {
      return kind;
    }

    public List<String> primaryKey() {
      return primaryKey;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.input(this);
    }

    @Override
    String word() {
      return (kind == InputKind.STREAM ? "stream '" : "table '") + name + "'";
    }
  }

  /** The rows for which a condition is true. */
  public static final class Filter extends Node {
    private final Expr condition;

    private Filter(Node input, Expr condition) {
      super(
          List.of(input),
          input.schema(),
          input.traits,
          new Canonical("filter")
              .expr(condition)
              .fields(Canonical.read(List.of(condition), input)));
      this.condition = condition;
    }

    /** Checks the condition. */
    public static Filter of(Node input, Expr condition) {
      TypeRules.checkCondition(condition, input.schema(), "filter on " + input.describe());
      return new Filter(input, condition);
    }

    public Node input() {
      return inputs().get(0);
    }

    public Expr condition() {
      return condition;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.filter(this);
    }

    @Override
    String word() {
      return "filter";
    }
  }

  /** New columns, computed from the old ones. */
  public static final class Project extends Node {
    private final List<NamedExpr> columns;

    private Project(Node input, List<NamedExpr> columns, Schema schema) {
      super(List.of(input), schema, input.traits.select(columns), step(input, columns));
      this.columns = columns;
    }

    /** Checks the expressions. */
    public static Project of(Node input, List<NamedExpr> columns) {
      List<Field> fields = new ArrayList<>();
      for (NamedExpr column : columns) {
        String place = "column '" + column.name() + "' of select on " + input.describe();
        TypeRules.Typed typed = TypeRules.check(column.expr(), input.schema(), place);
        fields.add(new Field(column.name(), typed.type(), typed.nullable()));
      }
      Schema schema = Schema.of(fields, "select on " + input.describe());
      return new Project(input, List.copyOf(columns), schema);
    }

    private static Canonical step(Node input, List<NamedExpr> columns) {
      Canonical text = new Canonical("select").word("[");
      columns.forEach(column -> text.name(column.name()).expr(column.expr()));
      return text.word("]")
          .fields(Canonical.read(columns.stream().map(NamedExpr::expr).toList(), input));
    }

    public Node input() {
      return inputs().get(0);
    }

    public List<NamedExpr> columns() {
      return columns;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.project(this);
    }

    @Override
    String word() {
      return "select";
    }
  }

  /**
   * One row for each distinct combination of the key columns, with aggregates over its rows.
   * Without keys it is one row for all, also where there are none.
   */
  public static final class Aggregate extends Node {
    private final List<String> keys;
    private final List<AggregateCall> calls;

    private Aggregate(Node input, List<String> keys, List<AggregateCall> calls, Schema schema) {
      super(List.of(input), schema, traits(input, keys, calls), step(input, keys, calls));
      this.keys = keys;
      this.calls = calls;
    }

    /** Checks keys and aggregates. */
    public static Aggregate of(Node input, List<String> keys, List<AggregateCall> calls) {
      String place = "aggregate on " + input.describe();
      List<Field> fields = new ArrayList<>();
      if (!keys.isEmpty()) {
        fields.addAll(input.schema().select(keys, "groupBy on " + input.describe()).fields());
      }
      if (keys.isEmpty() && calls.isEmpty()) {
        throw invalid(place + ": neither keys nor aggregates; add count()");
      }
      for (AggregateCall call : calls) {
        String name = call.name();
        if (name == null) {
          throw invalid(place + ": " + call + " has no name; add .as(\"...\")");
        }
        TypeRules.Typed typed = AggregateRules.check(call, input.schema(), place);
        AggregateRules.checkTakesBack(call, input, place);
        fields.add(new Field(name, typed.type(), typed.nullable()));
      }
      Schema schema = Schema.of(fields, place);
      return new Aggregate(input, List.copyOf(keys), List.copyOf(calls), schema);
    }

    private static RowTraits traits(Node input, List<String> keys, List<AggregateCall> calls) {
      boolean holdsRows = calls.stream().anyMatch(AggregateCall::holdsRows);
      return RowTraits.ofGroups(keys, holdsRows && input.traits.holdsStream());
    }

    private static Canonical step(Node input, List<String> keys, List<AggregateCall> calls) {
      Canonical text = new Canonical("aggregate").names(keys).word("[");
      List<Expr> read = new ArrayList<>();
      if (Panes.serve(input, keys, calls)) {
        // Another state than that of the same aggregate over any rows.
        text.word("panes");
      }
      for (AggregateCall call : calls) {
        text.call(call);
        read.addAll(call.exprs());
      }
      keys.forEach(key -> read.add(new Expr.Column(key)));
      return text.word("]").fields(Canonical.read(read, input));
    }

    public Node input() {
      return inputs().get(0);
    }

    public List<String> keys() {
      return keys;
    }

    public List<AggregateCall> calls() {
      return calls;
    }

    /** Are its rows put together by pane, and panes by window? */
    public boolean isByPane() {
      return Panes.serve(input(), keys, calls);
    }

    /** What it computes, for people. */
    String text() {
      return "aggregate by " + keys + " " + calls + Panes.text(input(), keys, calls);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.aggregate(this);
    }

    @Override
    String word() {
      return "aggregate";
    }
  }

  /** All rows of several relations; equal rows stay several. */
  public static final class Union extends Node {
    private Union(List<Node> inputs, Schema schema) {
      super(inputs, schema, traits(inputs), new Canonical("union").schema(schema));
    }

    /**
     * Checks that all have the same column names, and types that go together.
     *
     * @throws EngineException also if a row of an input could be in it more than {@link
     *     #MAX_COPIES} times
     */
    public static Union of(List<Node> inputs) {
      if (inputs.isEmpty()) {
        throw new IllegalArgumentException("a union needs at least one relation");
      }
      traits(inputs).checkCopies("union on " + inputs.get(0).describe(), "united");
      return new Union(List.copyOf(inputs), CommonColumns.of("union", inputs));
    }

    private static RowTraits traits(List<Node> inputs) {
      return RowTraits.ofUnion(inputs.stream().map(input -> input.traits).toList());
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.union(this);
    }

    @Override
    String word() {
      return "union";
    }
  }

  /** A relation with a name, for messages and {@code explain()}. */
  public static final class Named extends Node {
    private final String name;

    public Named(Node input, String name) {
      super(input, name);
      this.name = Objects.requireNonNull(name, "name");
    }

    public Node input() {
      return inputs().get(0);
    }

    public String name() {
      return name;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.named(this);
    }

    @Override
    String word() {
      return "relation '" + name + "'";
    }
  }
}
