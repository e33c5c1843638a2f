package dev.leat.engine.iceberg.internal.catalog;

/** Is told what is about to be done or was done; where a test lets things fail. */
@FunctionalInterface
public interface Steps {
  /** Nothing but what happens by itself. */
  Steps UNDISTURBED = step -> {};

  /** Says that a step is about to be made or was made. */
  void at(String step);

  /** Does what is written survive a power cut? A test that cuts no power need not wait for that. */
  default boolean isForced() {
    return true;
  }
}
