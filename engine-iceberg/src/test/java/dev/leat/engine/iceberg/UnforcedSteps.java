package dev.leat.engine.iceberg;

import dev.leat.engine.iceberg.internal.catalog.Steps;

/** Steps of tests that cut no power, and so need not wait for disks. */
record UnforcedSteps(Steps steps) implements Steps {
  static Steps of(Steps steps) {
    return new UnforcedSteps(steps);
  }

  @Override
  public void at(String step) {
    steps.at(step);
  }

  @Override
  public boolean isForced() {
    return false;
  }
}
