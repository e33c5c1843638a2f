package dev.leat.engine.internal.exec;

import java.util.Set;

/**
 * What the runtime needs to know beside the plan.
 *
 * @param epochRows rows after which an epoch takes no more
 * @param epochBytes bytes after which an epoch takes no more
 * @param ledgerRows entries that the ledger keeps
 * @param ownThread does the engine step itself, on a thread of its own?
 * @param awaitSync is an append acknowledged only when it survives a power cut?
 * @param producers which producers' last appends are known
 * @param stateBytes about how many bytes the state may take
 * @param mayStartEmpty names of views that may do without the records that the log no longer has
 * @param stallMicros after how long without a result of what closes it is said what a view waits
 *     for; 0 for never
 * @param sinks one for each sink of the plan
 */
public record RuntimeSettings(
    int epochRows,
    long epochBytes,
    int ledgerRows,
    boolean ownThread,
    boolean awaitSync,
    ProducerLimits producers,
    long stateBytes,
    Set<String> mayStartEmpty,
    long stallMicros,
    Sinks sinks) {
  /** For a plan without sinks, of which nothing is said that closes. */
  public RuntimeSettings(
      int epochRows,
      long epochBytes,
      int ledgerRows,
      boolean ownThread,
      boolean awaitSync,
      ProducerLimits producers,
      long stateBytes,
      Set<String> mayStartEmpty) {
    this(
        epochRows,
        epochBytes,
        ledgerRows,
        ownThread,
        awaitSync,
        producers,
        stateBytes,
        mayStartEmpty,
        0,
        Sinks.none());
  }
}
