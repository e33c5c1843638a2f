package dev.leat.engine;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AsOfJoin;
import dev.leat.engine.plan.ClockRules;
import dev.leat.engine.plan.Deduplication;
import dev.leat.engine.plan.Distinct;
import dev.leat.engine.plan.Elements;
import dev.leat.engine.plan.EventTime;
import dev.leat.engine.plan.EventTimeBounds;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Forget;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.NamedExpr;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Over;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.SessionWindow;
import dev.leat.engine.plan.SetOperation;
import dev.leat.engine.plan.SortKey;
import dev.leat.engine.plan.Unnest;
import dev.leat.engine.plan.Windowed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rows, and what becomes of them: a stream, a table, or a query over others. Every operation gives
 * a new relation; nothing runs before the pipeline is opened by an engine. Columns are named by
 * accessors or by name; after a change of shape rows are {@link Row}s until {@link #as} gives them
 * a record again.
 *
 * @param <T> the type of the rows
 */
public final class Relation<T> {
  private static final int MAX_CUBE = 8;

  private final PipelineBuilder builder;
  private final Node node;
  private final Class<T> record;
  private final @Nullable String growthReason;

  Relation(PipelineBuilder builder, Node node, Class<T> record) {
    this(builder, node, record, null);
  }

  Relation(PipelineBuilder builder, Node node, Class<T> record, @Nullable String growthReason) {
    this.builder = builder;
    this.node = node;
    this.record = record;
    this.growthReason = growthReason;
  }

  private <R> Relation<R> with(Node next, Class<R> rows) {
    return new Relation<>(builder, next, rows, growthReason);
  }

  /** What comes of this and another relation; it may grow where one of them may. */
  <R> Relation<R> with(Relation<?> other, Node next, Class<R> rows) {
    String reason = growthReason == null ? other.growthReason : growthReason;
    return new Relation<>(builder, next, rows, reason);
  }

  Node node() {
    return node;
  }

  @Nullable String growthReason() {
    return growthReason;
  }

  /** A relation of rows of other columns. */
  Relation<Row> otherRows(Node next) {
    return with(next, Row.class);
  }

  /** A relation of rows of the same type. */
  Relation<T> sameRows(Node next) {
    return with(next, record);
  }

  /** The columns. */
  public Schema schema() {
    return node.schema();
  }

  /**
   * Only the rows for which a condition is true. With {@link Expressions#now} in it rows enter and
   * leave as time passes.
   */
  public Relation<T> where(Expr condition) {
    Node rows =
        ClockRules.readsClock(condition)
            ? ClockRules.filtered(node, condition, builder.tickMicros())
            : Over.filtered(node, condition);
    return with(rows, record);
  }

  /**
   * Forgets rows: what came, or was changed, so long ago by {@link Expressions#now} is taken back
   * and freed, and what becomes of it later is passed over. So this is not what a query over all
   * rows would give, and depends on when rows came in; a {@code where} over a time of the row does
   * not. What is kept before it, such as the groups of an aggregate, is not freed: forget the rows
   * that are aggregated, or those of a table at the table: {@link TableDeclaration#forgetAfter}.
   *
   * @param after a millisecond to ten years, in whole microseconds
   * @throws EngineException if rows have no key and are taken back
   */
  public Relation<T> forgetAfter(Duration after) {
    String place = "forgetAfter on " + node.describe();
    long micros = ClockRules.forgettingMicros(after, place);
    return with(Forget.of(node, micros, builder.tickMicros()), record);
  }

  private Node projected(List<NamedExpr> columns) {
    boolean readsClock = columns.stream().anyMatch(c -> ClockRules.readsClock(c.expr()));
    return readsClock
        ? ClockRules.projected(node, columns, builder.tickMicros())
        : Node.Project.of(node, columns);
  }

  /**
   * New columns: {@code select(col("a"), col("b").plus(1).as("c"))}. A column alone keeps its name.
   */
  public Relation<Row> select(Object... columns) {
    return with(projected(Selected.columns(columns, node)), Row.class);
  }

  /** All columns and more, or others in the place of those of the same name. */
  public Relation<Row> with(NamedExpr... columns) {
    List<NamedExpr> all = new ArrayList<>();
    for (String name : schema().names()) {
      all.add(new NamedExpr(name, new Expr.Column(name)));
    }
    for (NamedExpr column : columns) {
      int index = schema().find(column.name());
      if (index >= 0) {
        all.set(index, column);
      } else {
        all.add(column);
      }
    }
    return with(projected(all), Row.class);
  }

  /** The same rows with one column renamed. */
  public Relation<Row> rename(String from, String to) {
    schema().indexOf(from, "rename on " + node.describe());
    List<NamedExpr> all = new ArrayList<>();
    for (String name : schema().names()) {
      all.add(new NamedExpr(name.equals(from) ? to : name, new Expr.Column(name)));
    }
    return with(Node.Project.of(node, all), Row.class);
  }

  /**
   * The rows of a stream without repetitions: a row is left out, and counted in {@link
   * Engine#duplicateRows}, if one with the same key came in within the horizon before it and was
   * not left out. Time is when the rows came into the log. A row whose key is null is not left out.
   *
   * <p>This is said of a stream where it is declared, and holds for all that read it: {@code
   * p.stream("clicks", Click.class).deduplicate(Click::eventId, Duration.ofHours(24))}. What is
   * kept is 31 to 41 bytes for each key of the last 24 hours.
   *
   * @param key tells rows apart
   * @param horizon for how long a key is known; a millisecond to ten years
   * @throws EngineException if this is no stream just declared
   */
  public Relation<T> deduplicate(Accessor<T, ?> key, Duration horizon) {
    return deduplicate(List.of(Columns.name(key)), horizon);
  }

  /** The rows of a stream without repetitions, told apart by several columns. */
  public Relation<T> deduplicate(List<String> key, Duration horizon) {
    if (!(node instanceof Node.Input input)) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "deduplicate on "
              + node.describe()
              + ": it is said of a stream where that is declared:"
              + " p.stream(...).deduplicate(...)");
    }
    return with(builder.deduplicate(input, new Deduplication(key, horizon)), record);
  }

  /**
   * The rows of a stream, which say when they happened: {@code p.stream("clicks",
   * Click.class).eventTime(Click::eventTime, outOfOrderBy(minutes(5)))}. That is needed where
   * windows close, and said where the stream is declared. Rows without event time, and those too
   * far ahead of the engine's clock (a day, unless the bounds say otherwise), are no rows of the
   * stream: they go to the ledger.
   *
   * @param column an instant
   * @param bounds what is promised of it
   * @throws EngineException if this is no stream just declared, or has no such instant
   */
  public Relation<T> eventTime(Accessor<T, ?> column, EventTimeBounds bounds) {
    return eventTime(Columns.name(column), bounds);
  }

  /** The rows of a stream, which say when they happened, by name of a column. */
  public Relation<T> eventTime(String column, EventTimeBounds bounds) {
    if (!(node instanceof Node.Input input)) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "eventTime on "
              + node.describe()
              + ": it is said of a stream where that is declared: p.stream(...).eventTime(...)");
    }
    return with(builder.eventTime(input, new EventTime(column, bounds)), record);
  }

  /**
   * Each row once for each window of time that it is in, with the columns {@code window_start} and
   * {@code window_end}, which is not part of the window: {@code
   * clicks.window(tumbling(minutes(10)).on(Click::eventTime)).groupBy("window_start")}. Results of
   * it are corrected whatever comes late; for those that become final see {@link #closing}. A row
   * whose time is null is in no window, and goes to the ledger.
   *
   * @throws EngineException if the column is no instant
   */
  public Relation<Row> window(Windows.On window) {
    return with(Windowed.of(node, window.window(), window.column()), Row.class);
  }

  /**
   * Has windows close: results of groups of what {@link #window} gave become final. The row of a
   * group comes once, when the watermark reaches {@code window_end} plus the lateness, and is never
   * changed. A row that comes later for a window that is closed goes to the ledger.
   *
   * @param lateness for how long after its end, in event time, a window still takes rows
   */
  public ClosingRelation<T> closing(Duration lateness) {
    return new ClosingRelation<>(this, lateness);
  }

  /**
   * All columns, each with a prefix: {@code users.prefix("u_")}. Tells the sides of a join apart.
   */
  public Relation<Row> prefix(String prefix) {
    Objects.requireNonNull(prefix, "prefix");
    List<NamedExpr> all = new ArrayList<>();
    for (String name : schema().names()) {
      all.add(new NamedExpr(prefix + name, new Expr.Column(name)));
    }
    return with(Node.Project.of(node, all), Row.class);
  }

  /** Pairs of rows that match; see {@link Joining}. */
  public <U> Joining<T, U, Row> join(Relation<U> right) {
    return Joining.of(this, right, Join.Kind.INNER, Row.class);
  }

  /**
   * Pairs of rows that match; a row of this that matches none has nulls for the other's columns.
   */
  public <U> Joining<T, U, Row> leftJoin(Relation<U> right) {
    return Joining.of(this, right, Join.Kind.LEFT, Row.class);
  }

  /**
   * Pairs of rows that match; a row of the other that matches none has nulls for this's columns.
   */
  public <U> Joining<T, U, Row> rightJoin(Relation<U> right) {
    return Joining.of(this, right, Join.Kind.RIGHT, Row.class);
  }

  /** Pairs of rows that match, and the rows of both that match none. */
  public <U> Joining<T, U, Row> fullJoin(Relation<U> right) {
    return Joining.of(this, right, Join.Kind.FULL, Row.class);
  }

  /** The rows that match some row of another relation, each once, as {@code EXISTS} in SQL. */
  public <U> Joining<T, U, T> semiJoin(Relation<U> right) {
    return Joining.of(this, right, Join.Kind.SEMI, record);
  }

  /** The rows that match no row of another relation, as {@code NOT EXISTS} in SQL. */
  public <U> Joining<T, U, T> antiJoin(Relation<U> right) {
    return Joining.of(this, right, Join.Kind.ANTI, record);
  }

  /**
   * Each row of a stream beside what another relation has for its key at the moment when the row
   * comes in. What that becomes later corrects nothing, so no row of this is kept; and the result
   * depends on the order in which rows come in, as no other does. The rows of the other are kept;
   * those of a stream only if that is accepted, with {@link #acceptGrowth} on it.
   */
  public <U> Lookup<T, U> lookup(Relation<U> right) {
    return Lookup.of(this, right, null);
  }

  /**
   * Each row beside the version of its key that was valid at its time: of those whose time is not
   * after it, the latest. A version that comes late corrects the rows that it concerns.
   *
   * @param versions has one row for each key and time
   * @param time when a row of this happened
   * @param since when a version begins to be valid
   */
  public <U> Lookup<T, U> asOfJoin(
      Relation<U> versions, Accessor<T, ?> time, Accessor<U, ?> since) {
    return asOfJoin(versions, Columns.name(time), Columns.name(since));
  }

  /** Each row beside the version of its key that was valid at its time, by names of columns. */
  public <U> Lookup<T, U> asOfJoin(Relation<U> versions, String time, String since) {
    return Lookup.of(this, versions, new AsOfJoin.Times(time, since));
  }

  /**
   * Each row beside the one row of another relation, such as an aggregate without groups; none
   * while that has none.
   *
   * @throws EngineException if neither is known to have at most one row
   */
  public Relation<Row> crossJoin(Relation<?> one) {
    return Joining.of(this, one, Join.Kind.INNER, Row.class).onEvery();
  }

  /** Groups by columns. */
  @SafeVarargs
  @SuppressWarnings("varargs") // The array is only read.
  public final GroupedRelation groupBy(Accessor<T, ?>... columns) {
    return groupBy(Columns.names(List.of(columns)));
  }

  /** Groups by columns. */
  public GroupedRelation groupBy(String... columns) {
    return new GroupedRelation(this, List.of(columns));
  }

  /**
   * Groups by all of some columns, then by all but the last, and so on to one group of all rows:
   * subtotals. A column that a row is not grouped by is null in it; {@code grouping_id} has a bit
   * for each column, the first the highest, which is 1 if the row is not grouped by it. Groups are
   * there if they have rows, that of all rows too.
   */
  public GroupedRelation rollup(String... columns) {
    List<String> keys = List.of(columns);
    List<List<String>> sets = new ArrayList<>();
    for (int size = keys.size(); size >= 0; size--) {
      sets.add(keys.subList(0, size));
    }
    return new GroupedRelation(this, keys, sets);
  }

  /** Groups by all of some columns, by all but the last, and so on to one group of all rows. */
  @SafeVarargs
  @SuppressWarnings("varargs") // The array is only read.
  public final GroupedRelation rollup(Accessor<T, ?>... columns) {
    return rollup(Columns.names(List.of(columns)));
  }

  /**
   * Groups by every set of some columns, from all to none; else as {@link #rollup}.
   *
   * @param columns at most 8
   */
  public GroupedRelation cube(String... columns) {
    List<String> keys = List.of(columns);
    if (keys.size() > MAX_CUBE) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "cube on " + node.describe() + ": at most " + MAX_CUBE + " columns: " + keys);
    }
    List<List<String>> sets = new ArrayList<>();
    for (long id = 0; id < 1L << keys.size(); id++) {
      List<String> set = new ArrayList<>();
      for (int k = 0; k < keys.size(); k++) {
        if ((id >>> (keys.size() - 1 - k) & 1) == 0) {
          set.add(keys.get(k));
        }
      }
      sets.add(set);
    }
    return new GroupedRelation(this, keys, sets);
  }

  /** Groups by every set of some columns, from all to none. */
  @SafeVarargs
  @SuppressWarnings("varargs") // The array is only read.
  public final GroupedRelation cube(Accessor<T, ?>... columns) {
    return cube(Columns.names(List.of(columns)));
  }

  /**
   * Groups by several sets of columns; else as {@link #rollup}: {@code
   * groupingSets(List.of("country", "city"), List.of("device"), List.of())}.
   *
   * @param sets each once
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // The array is only read.
  public final GroupedRelation groupingSets(List<String>... sets) {
    Set<String> keys = new LinkedHashSet<>();
    List.of(sets).forEach(keys::addAll);
    return new GroupedRelation(this, List.copyOf(keys), List.of(sets));
  }

  /**
   * Puts rows into sessions by the time between them: {@code
   * clicks.sessionize(gap(Duration.ofMinutes(30))).on(Click::eventTime).by(Click::userId)}.
   */
  public SessionizedRelation<T> sessionize(SessionWindow window) {
    return new SessionizedRelation<>(this, window);
  }

  /** Aggregates over all rows: one row, also where there are none. */
  public Relation<Row> aggregate(AggregateCall... calls) {
    return with(Node.Aggregate.of(node, List.of(), List.of(calls)), Row.class);
  }

  /** All rows in an order. */
  public OrderedRelation<T> orderBy(SortKey... keys) {
    return new OrderedRelation<>(this, List.of(), List.of(keys), 0);
  }

  /** All rows as one partition. */
  public PartitionedRelation<T> partitionBy() {
    return new PartitionedRelation<>(this, List.of());
  }

  /** Partitions by columns: what follows is done for the rows of each partition. */
  @SafeVarargs
  @SuppressWarnings("varargs") // The array is only read.
  public final PartitionedRelation<T> partitionBy(Accessor<T, ?>... columns) {
    return partitionBy(Columns.names(List.of(columns)));
  }

  /** Partitions by columns: what follows is done for the rows of each partition. */
  public PartitionedRelation<T> partitionBy(String... columns) {
    return new PartitionedRelation<>(this, List.of(columns));
  }

  /** The rows of this and of another; equal rows stay several. */
  public Relation<T> union(Relation<T> other) {
    return with(Node.Union.of(List.of(node, other.node)), record);
  }

  /** The rows that are in this or in another, each once. */
  public Relation<T> unionDistinct(Relation<T> other) {
    return union(other).distinct();
  }

  private Relation<T> with(SetOperation.Kind kind, Relation<T> other) {
    return with(SetOperation.of(kind, node, other.node), record);
  }

  /**
   * The rows that are in both, each as often as in the one that has fewer of it. Rows are compared
   * as a whole; nulls are equal.
   */
  public Relation<T> intersectAll(Relation<T> other) {
    return with(SetOperation.Kind.INTERSECT_ALL, other);
  }

  /** The rows that are in both, each once. */
  public Relation<T> intersectDistinct(Relation<T> other) {
    return with(SetOperation.Kind.INTERSECT_DISTINCT, other);
  }

  /**
   * The rows of this, each as often as this has more of it than the other. Rows are compared as a
   * whole; nulls are equal.
   */
  public Relation<T> exceptAll(Relation<T> other) {
    return with(SetOperation.Kind.EXCEPT_ALL, other);
  }

  /** The rows of this that are not in another, each once. */
  public Relation<T> exceptDistinct(Relation<T> other) {
    return with(SetOperation.Kind.EXCEPT_DISTINCT, other);
  }

  /** Each row once. */
  public Relation<T> distinct() {
    return with(Distinct.of(node), record);
  }

  /**
   * A row for each element of an array of each row, with all columns of the row: {@code
   * unnest(elements(Order::items, "item"))}.
   */
  public Relation<Row> unnest(Elements elements) {
    return with(Unnest.of(node, elements), Row.class);
  }

  /**
   * The rows as records; their components must be the columns, by name and type, in any order.
   *
   * @throws EngineException if they are not; the message says which
   */
  public <R extends Record> Relation<R> as(Class<R> type) {
    return with(RecordMapping.of(type).project(node), type);
  }

  /** Gives the relation a name, for messages and {@code explain()}. */
  public Relation<T> named(String name) {
    return with(new Node.Named(node, name), record);
  }

  /**
   * Accepts that what is kept of this, and of all that is built on it, for a view or for a join,
   * grows with the input.
   *
   * @param reason why that is all right, for {@code explain()}
   */
  public Relation<T> acceptGrowth(String reason) {
    return new Relation<>(builder, node, record, reason);
  }

  /**
   * Keeps the rows up to date for readers.
   *
   * @param name of the view; unique in the pipeline
   * @return the relation, to build on
   */
  public Relation<T> materialize(String name) {
    builder.materialize(name, node, growthReason);
    return with(new Node.Named(node, name), record);
  }

  /** Brings the changes to a sink, with the default settings. */
  public Relation<T> to(String name, Sink sink) {
    return to(name, sink, SinkSettings.defaults());
  }

  /**
   * Brings the changes to a sink, each exactly once. Rows are not kept for that.
   *
   * @param name of the sink, under which it stores its place; unique in the pipeline
   * @return the relation, to build on
   * @throws EngineException INVALID if the sink cannot take such rows; the message says why
   */
  public Relation<T> to(String name, Sink sink, SinkSettings settings) {
    SinkSource source =
        new SinkSource(name, node.describe(), schema(), node.isAppendOnly(), node.key());
    sink.check(source);
    builder.to(node, growthReason, new SinkBinding(source, sink, settings));
    return this;
  }
}
