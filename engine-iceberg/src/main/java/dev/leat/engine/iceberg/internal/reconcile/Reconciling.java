package dev.leat.engine.iceberg.internal.reconcile;

import dev.leat.engine.Change;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.SinkPlace;
import dev.leat.engine.View;
import dev.leat.engine.iceberg.internal.catalog.OpenCatalog;
import dev.leat.engine.iceberg.internal.catalog.Steps;
import dev.leat.engine.iceberg.internal.parquet.TableShape;
import dev.leat.engine.iceberg.internal.reconcile.TableDifference.Side;
import dev.leat.engine.iceberg.internal.scan.SnapshotRows;
import dev.leat.engine.iceberg.internal.write.IcebergSession;
import dev.leat.engine.iceberg.internal.write.SinkTable;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.jspecify.annotations.Nullable;

/**
 * Compares a table with a view, as bags of rows, at the position that is stored with the table.
 *
 * <p>A view can be read as it is, not as it was, and a sink's commits are of positions that are
 * past. So the view is followed from some position on, the sink is asked for a commit of that or a
 * later one, and what the view was at the position of that commit is put together. The place and
 * the snapshot are of one version of the table, so they belong together.
 */
public final class Reconciling {
  private final Engine engine;
  private final View<Row> view;
  private final String sinkName;
  private final SinkTable sink;
  private final Duration atMost;
  private final long beganNanos = System.nanoTime();

  /** A comparison that may take so long. */
  public Reconciling(Engine engine, String view, String sinkName, SinkTable sink, Duration atMost) {
    this.engine = engine;
    this.view = engine.view(view);
    this.sinkName = sinkName;
    this.sink = sink;
    this.atMost = atMost;
  }

  private Duration left() {
    return atMost.minusNanos(System.nanoTime() - beganNanos);
  }

  private String what() {
    return "sink '" + sinkName + "' to " + sink.describe();
  }

  public TableDifference run() {
    do {
      Optional<TableDifference> found = attempt();
      if (found.isPresent()) {
        return found.get();
      }
    } while (!left().isNegative());
    throw new EngineException(
        Kind.UNAVAILABLE,
        "view '"
            + view.name()
            + "' changes too fast to be compared; try again, or append less meanwhile: "
            + what());
  }

  /** Compares; empty if there was no position at which both could be had. */
  private Optional<TableDifference> attempt() {
    try (ViewHistory history = new ViewHistory(view)) {
      Position first = history.first(left());
      engine.awaitSink(sinkName, first, left());
      try (OpenCatalog catalog = sink.lake().open(Steps.UNDISTURBED)) {
        Table table = load(catalog);
        Position position = stored(table, first);
        return history.until(position, left()).map(changes -> compare(table, position, changes));
      }
    }
  }

  private Table load(OpenCatalog catalog) {
    try {
      return catalog.tables().loadTable(sink.identifier());
    } catch (NoSuchTableException e) {
      throw new EngineException(
          Kind.INVALID, "the table is not there: " + what() + "; is it of another sink?", e);
    }
  }

  private Position stored(Table table, Position first) {
    String property = IcebergSession.property(sinkName, sink.branch());
    String text = table.properties().get(property);
    SinkPlace place = text == null ? null : SinkPlace.parse(text);
    if (place == null
        || place.position().compareTo(first) < 0
        || place.position().compareTo(engine.position()) > 0) {
      throw new EngineException(
          Kind.INVALID,
          "the table is not at a position that the engine's sink of that name has committed; give"
              + " the sink that the pipeline has: "
              + what()
              + " property="
              + property
              + " found="
              + text
              + " expected_position="
              + first.value());
    }
    return place.position();
  }

  private TableDifference compare(Table table, Position position, List<Change<Row>> changes) {
    Schema schema = view.schema();
    checkColumns(table, schema);
    RowBag bag = new RowBag(schema);
    for (Change<Row> change : changes) {
      if (!bag.add(change.row().values(), change.weight())) {
        throw new IllegalStateException("a row goes that was not there: " + change);
      }
    }
    long rowsOfView = bag.rows();
    Surplus surplus = new Surplus(bag);
    Snapshot snapshot = snapshot(table);
    if (snapshot != null) {
      new SnapshotRows(table, schema, what()).forEach(snapshot, surplus::take);
    }
    Optional<Row> firstSurplus =
        Optional.ofNullable(surplus.first)
            .map(values -> Row.of(nullable(schema), values.toArray(new Object[0])));
    return new TableDifference(
        position,
        new Side(rowsOfView, bag.rows(), firstMissing(changes, bag, firstSurplus)),
        new Side(surplus.rows, surplus.count, firstSurplus));
  }

  /** Takes the rows of the table out of the bag; what is not in it is too much. */
  private static final class Surplus {
    private final RowBag bag;
    private long rows;
    private long count;
    private @Nullable List<@Nullable Object> first;

    private Surplus(RowBag bag) {
      this.bag = bag;
    }

    private void take(List<@Nullable Object> row) {
      rows++;
      if (!bag.add(row, -1)) {
        count++;
        first = first == null ? row : first;
      }
    }
  }

  /** What the sink has committed; null if that is nothing yet. */
  private @Nullable Snapshot snapshot(Table table) {
    SnapshotRef branch = table.refs().get(sink.branch());
    return branch == null ? null : table.snapshot(branch.snapshotId());
  }

  private void checkColumns(Table table, Schema schema) {
    String name = "view '" + view.name() + "' is compared with a table: " + what();
    TableShape.evolve(schema, table.schema(), table.updateSchema(), name);
    for (String column : schema.names()) {
      if (table.schema().findField(column) == null) {
        throw new EngineException(
            Kind.INVALID,
            name
                + " lacks a column; compare with the view of the relation that is written:"
                + " column="
                + column);
      }
    }
  }

  /** What the table has may be null where the view's columns may not. */
  private static Schema nullable(Schema schema) {
    return Schema.of(
        schema.fields().stream().map(f -> new Field(f.name(), f.type(), true)).toList());
  }

  private Optional<Row> firstMissing(
      List<Change<Row>> changes, RowBag missing, Optional<Row> surplus) {
    if (missing.rows() == 0) {
      return Optional.empty();
    }
    Row first = null;
    for (Change<Row> change : changes) {
      Row row = change.row();
      if (change.weight() > 0 && missing.count(row.values()) > 0) {
        if (surplus.isEmpty() || hasKeyOf(row, surplus.get())) {
          return Optional.of(row);
        }
        first = first == null ? row : first;
      }
    }
    return Optional.ofNullable(first);
  }

  private boolean hasKeyOf(Row row, Row other) {
    List<String> key = view.key().orElse(sink.mode().key());
    return !key.isEmpty()
        && key.stream().allMatch(c -> Objects.deepEquals(row.value(c), other.value(c)));
  }
}
