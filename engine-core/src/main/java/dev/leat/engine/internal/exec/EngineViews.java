package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.op.ViewOperator;
import dev.leat.engine.plan.Names;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.ViewDefinition;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What can be read of an engine: the views of its plan, and the ledger. */
final class EngineViews {
  private final Map<String, ViewHandle> views = new LinkedHashMap<>();

  EngineViews(Plan plan, EngineState state) {
    for (ViewDefinition view : plan.views()) {
      if (view.isSink()) {
        continue;
      }
      ViewOperator operator = state.view(view.name());
      views.put(
          view.name(),
          new ViewHandle(
              view.name(),
              operator.rows(),
              operator,
              view.relation().key(),
              state.isBuilding(view.name()) ? state.backfill() : null));
    }
    Ledger ledger = state.ledger();
    views.put(
        Plan.LEDGER,
        new ViewHandle(Plan.LEDGER, ledger.rows(), ledger, Optional.of(List.of("sequence")), null));
  }

  /**
   * A view by name.
   *
   * @throws EngineException if there is none; the message names the nearest
   */
  ViewHandle named(String name) {
    ViewHandle view = views.get(name);
    if (view == null) {
      throw new EngineException(Kind.INVALID, Names.unknown("view", name, views.keySet()));
    }
    return view;
  }

  /** The first view that is being built; null if these are sinks only. */
  @Nullable ViewHandle firstOf(Backfill building) {
    return building.views().stream()
        .filter(views::containsKey)
        .map(this::named)
        .findFirst()
        .orElse(null);
  }

  /** All of them, the ledger last. */
  Collection<ViewHandle> all() {
    return views.values();
  }
}
