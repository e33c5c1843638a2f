package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.op.Operator;
import dev.leat.engine.internal.state.StoredRows;
import dev.leat.engine.plan.Schema;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A view at run time: its rows, its changes, and who wants to know of them. */
public final class ViewHandle {
  private final String name;
  private final StoredRows rows;
  private final Operator operator;
  private final Optional<List<String>> key;
  private final @Nullable Backfill backfill;
  private final List<Delivery> deliveries = new CopyOnWriteArrayList<>();
  private boolean isWatched;

  /**
   * A view.
   *
   * @param backfill builds it; null if it is there
   */
  ViewHandle(
      String name,
      StoredRows rows,
      Operator operator,
      Optional<List<String>> key,
      @Nullable Backfill backfill) {
    this.backfill = backfill;
    this.name = name;
    this.rows = rows;
    this.operator = operator;
    this.key = key;
  }

  public String name() {
    return name;
  }

  public Schema schema() {
    return rows.schema();
  }

  /** The columns by which a row can be looked up; empty if the view is a multiset. */
  public Optional<List<String>> key() {
    return key;
  }

  /** Can it be read, or is it still being built? */
  public boolean isReady() {
    return backfill == null || backfill.isDone();
  }

  /** Throws if it cannot be read yet. */
  void checkReady() {
    if (!isReady()) {
      throw notReady();
    }
  }

  /** Says that it was not there yet, and how far it is. */
  EngineException notReady() {
    Backfill building = backfill;
    EngineException failure = building == null ? null : building.failure();
    if (failure != null) {
      return new EngineException(
          failure.kind(),
          "view '"
              + name
              + "' could not be built from the log, and will not be before the engine is opened"
              + " again: "
              + failure.getMessage(),
          failure);
    }
    return new EngineException(
        Kind.UNAVAILABLE,
        "view '"
            + name
            + "' is new or changed, and was still being built from the log; wait with"
            + " await(position) or engine.awaitBackfill(...): built_to="
            + (building == null ? 0 : building.position()));
  }

  StoredRows rows() {
    return rows;
  }

  Operator operator() {
    return operator;
  }

  /** Has changes made while there is somebody to be told of them; before an epoch is taken. */
  void watch() {
    boolean isWanted = !deliveries.isEmpty();
    if (isWanted && !isWatched) {
      operator.addReader();
    } else if (!isWanted && isWatched) {
      operator.removeReader();
    }
    isWatched = isWanted;
  }

  /** To whom its changes go; the engine's state is locked while one is added. */
  List<Delivery> deliveries() {
    return deliveries;
  }
}
