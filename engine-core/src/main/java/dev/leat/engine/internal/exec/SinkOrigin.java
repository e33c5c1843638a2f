package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.plan.ViewDefinition;
import org.jspecify.annotations.Nullable;

/**
 * Where the changes of a sink come from, and which places that a sink stores are of that.
 *
 * @param log which log it is
 * @param run which opening of the engine this is
 */
record SinkOrigin(ViewDefinition definition, String log, String run) {
  private String query() {
    return definition.relation().fingerprint().toString();
  }

  /** The place of a position. */
  SinkTarget.Place at(long position) {
    return new SinkTarget.Place(log, query(), run, position);
  }

  /**
   * Looks at what is stored when the sink is opened.
   *
   * @throws EngineException INVALID if that is no place of this log and query
   */
  void check(SinkTarget.@Nullable Place place, SinkRules rules) {
    if (place == null) {
      return;
    }
    if (!place.log().equals(log)) {
      throw new EngineException(
          Kind.INVALID,
          definition.describe()
              + " has rows of another engine's log; write to another table, or give the sink"
              + " another name, or open the directory that wrote them: position="
              + place.position()
              + " stored_log="
              + place.log()
              + " log="
              + log);
    }
    boolean mayDiffer = rules.continuesChangedQuery() && definition.relation().isAppendOnly();
    if (!place.query().equals(query()) && !mayDiffer) {
      throw new EngineException(
          Kind.INVALID,
          definition.describe()
              + " has rows of another query up to position "
              + place.position()
              + "; give the changed one another name and table, or, if its rows are only added, let"
              + " it go on behind them with SinkSettings.continuingChangedQuery()");
    }
  }

  /** Is it a place that this run stored, behind another one? */
  boolean isLater(SinkTarget.Place place, SinkTarget.@Nullable Place before) {
    return place.run().equals(run)
        && place.log().equals(log)
        && (before == null || place.position() > before.position());
  }
}
