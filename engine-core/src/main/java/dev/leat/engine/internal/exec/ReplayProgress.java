package dev.leat.engine.internal.exec;

/** Is told how far an engine that is being opened has come. */
@FunctionalInterface
public interface ReplayProgress {
  /**
   * The views are at a position.
   *
   * @param last where they will be in the end
   */
  void reached(long position, long last);
}
