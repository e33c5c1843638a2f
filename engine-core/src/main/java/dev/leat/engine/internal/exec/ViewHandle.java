package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.op.Operator;
import dev.leat.engine.internal.state.StoredRows;
import dev.leat.engine.plan.Schema;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A view at run time: its rows, its changes, and who wants to know of them. */
public final class ViewHandle {
  private final String name;
  private final StoredRows rows;
  private final Operator operator;
  private final Optional<List<String>> key;
  private final List<Delivery> deliveries = new CopyOnWriteArrayList<>();
  private boolean isWatched;

  ViewHandle(String name, StoredRows rows, Operator operator, Optional<List<String>> key) {
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
