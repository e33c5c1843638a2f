package dev.leat.engine.benchmarks;

/** In which order the events come. */
public enum Order {
  /** By event time: about two thousand sessions are open at once. */
  TIMED,
  /** Uniformly random: any event may be of any session, the hard case for caches. */
  SHUFFLED
}
