package dev.leat.engine.plan;

import org.jspecify.annotations.Nullable;

/**
 * What is said of an input beside its columns and its key.
 *
 * @param deduplication which of its rows are repetitions
 * @param eventTime when its rows happened
 * @param forgetting when its rows are forgotten
 */
record Declared(
    @Nullable Deduplication deduplication,
    @Nullable EventTime eventTime,
    @Nullable Forgetting forgetting) {
  static final Declared NOTHING = new Declared(null, null, null);

  Declared with(Deduplication by) {
    return new Declared(by, eventTime, forgetting);
  }

  Declared with(EventTime time) {
    return new Declared(deduplication, time, forgetting);
  }

  Declared with(Forgetting after) {
    return new Declared(deduplication, eventTime, after);
  }

  /** Adds it to the text of an input; nothing where nothing is said. */
  Canonical write(Canonical input) {
    return Forgetting.write(
        forgetting, EventTime.write(eventTime, Deduplication.write(deduplication, input)));
  }

  /** Checks that it can be said of an input. */
  void checkOn(Node.Input input) {
    if (deduplication != null) {
      deduplication.checkOn(input);
    }
    if (eventTime != null) {
      eventTime.checkOn(input);
    }
    if (forgetting != null) {
      forgetting.checkOn(input);
    }
  }
}
