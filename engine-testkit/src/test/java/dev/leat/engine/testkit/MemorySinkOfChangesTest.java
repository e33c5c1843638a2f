package dev.leat.engine.testkit;

/** The same with rows that change and go. */
class MemorySinkOfChangesTest extends MemorySinkTest {
  @Override
  protected Changes changes() {
    return Changes.ROWS_CHANGE;
  }
}
