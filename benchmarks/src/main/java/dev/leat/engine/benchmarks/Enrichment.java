package dev.leat.engine.benchmarks;

/** Who enriches events by five dimensions, one through another, and in which way. */
public enum Enrichment {
  /** A loop written for it, which fills all columns. */
  LOOP,
  /** The engine: an event sees the dimensions as they are when it comes. */
  LOOKUPS,
  /** The engine: what was joined is corrected when a dimension changes. */
  LEFT_JOINS,
  /** The same, and one in a hundred users changes with each batch of events. */
  LEFT_JOINS_OF_CHANGING_USERS;

  /** Ready for the events. */
  interface Prepared {
    /** Takes all events through; gives how many there were. */
    long pass();

    /** What is kept then, dimensions included; 0 of a loop. */
    long stateBytes();
  }

  /** Takes the dimensions in. */
  Prepared prepare(EnrichmentData data) {
    return switch (this) {
      case LOOP -> new EnrichmentLoop(data);
      case LOOKUPS -> EnrichmentRun.lookups(data);
      case LEFT_JOINS -> EnrichmentRun.leftJoins(data);
      case LEFT_JOINS_OF_CHANGING_USERS -> EnrichmentRun.leftJoinsOfChangingUsers(data);
    };
  }
}
