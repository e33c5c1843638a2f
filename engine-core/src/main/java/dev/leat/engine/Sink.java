package dev.leat.engine;

/**
 * Where the changes of a relation go, beside the views: a table of a lake, a database, a topic. See
 * {@link Relation#to}.
 *
 * <p><b>Law.</b> What the sink shows is what the relation was at the position that it stores: each
 * change once, none left out, whatever is killed when. The position is stored in the same commit as
 * the changes; the engine asks for it when it is opened, and brings what comes after.
 *
 * <p><b>Threading.</b> {@link #check} is called where the pipeline is defined; {@link #open} and
 * the session by one thread at a time. A sink may be used by several engines one after the other.
 *
 * <p>{@code SinkContractTest} in the test kit holds a sink to this.
 */
public interface Sink {
  /** What it writes to, in words: "iceberg table lake.clicks". */
  String describe();

  /**
   * Looks whether it can take a relation.
   *
   * @throws EngineException INVALID if not; the message names the ways out
   */
  void check(SinkSource source);

  /**
   * Begins to write. What an earlier session has left without a commit must not be seen.
   *
   * @throws EngineException UNAVAILABLE if that may work later; INVALID if never
   */
  SinkSession open(SinkSource source);
}
