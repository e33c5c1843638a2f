package dev.leat.engine.internal.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;

/** Something on disk that is to be damaged, and what must come of it then. */
public interface CorruptionTarget {
  /** How many different directories {@link #build} makes; they are built once and copied. */
  int variants();

  /**
   * Builds a directory.
   *
   * @param variant below {@link #variants()}; the same one gives the same content
   */
  Content build(Path directory, int variant, Random random) throws IOException;

  /** What is in a directory that was built. */
  interface Content {
    /**
     * Opens a damaged copy and reads all of it. Returns if the answer is right: everything, or at
     * least all that was durable if more was never acknowledged.
     *
     * @throws dev.leat.engine.EngineException if the damage was found
     * @throws AssertionError if the answer is wrong
     */
    void verify(Path damaged);
  }
}
