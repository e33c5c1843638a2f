package dev.leat.engine.testkit;

import dev.leat.engine.internal.io.Io;
import java.nio.file.Path;

/** The disk under an engine that crashes. */
final class CrashDisk {
  private final Path root;

  /** A disk whose files are in a directory that exists, and is for nothing else. */
  CrashDisk(Path root) {
    this.root = root;
  }

  /** Where everything is. */
  Path root() {
    return root;
  }

  /** The directory of the engine, until the power is cut. */
  Path directory() {
    return root.resolve("engine");
  }

  /** The files of the engine, until the power is cut. */
  Io io() {
    return UnforcedIo.INSTANCE;
  }

  /**
   * Cuts the power: of what was not forced, some is lost and some is not. No file is open.
   *
   * @param seed of what is lost
   * @return false if it cannot be cut, and nothing is lost
   */
  boolean cutPower(long seed) {
    return false;
  }
}
