package dev.leat.engine.benchmarks;

import dev.leat.engine.internal.batch.Batch;
import java.util.List;

/**
 * A loop written for one query over encoded columns: what the engine is measured against. State is
 * in arrays indexed by dictionary code.
 */
interface HandWritten {
  /** Folds a batch into the state. */
  void fold(Batch batch);

  /** Computes what only the end needs. */
  void finish();

  /** Folds a batch into the state and brings a copy of the result up to date. */
  void maintain(Batch batch);

  /** The rows of the result; after {@link #finish}, or after {@link #maintain}. */
  List<String> rows();

  /** A loop with empty state. */
  static HandWritten of(Workload workload, EncodedEvents events) {
    return switch (workload) {
      case TRAFFIC -> new TrafficLoop(events.dictionary());
      case SESSIONS -> new SessionsLoop(events.dictionary());
      case FUNNEL -> new FunnelLoop(events.dictionary());
    };
  }

  /** The result of one pass over all events. */
  static HandWritten recompute(Workload workload, EncodedEvents events) {
    HandWritten loop = of(workload, events);
    for (Batch batch : events.batches()) {
      loop.fold(batch);
    }
    loop.finish();
    return loop;
  }

  /** The result after all events, kept up to date after each batch. */
  static HandWritten maintain(Workload workload, EncodedEvents events) {
    HandWritten loop = of(workload, events);
    for (Batch batch : events.batches()) {
      loop.maintain(batch);
    }
    return loop;
  }
}
