package dev.leat.engine.testkit;

import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.SystemIo;

/** The disk under an engine that crashes. */
interface CrashDisk {
  /** The files of the operating system, whose power cannot be cut. */
  CrashDisk PLAIN =
      new CrashDisk() {
        @Override
        public Io io() {
          return SystemIo.INSTANCE;
        }

        @Override
        public boolean cutPower(long seed) {
          return false;
        }
      };

  /** Its files. */
  Io io();

  /**
   * Cuts the power: of what was not forced, some is lost and some is not. No file is open.
   *
   * @param seed of what is lost
   * @return false if it cannot be cut, and nothing is lost
   */
  boolean cutPower(long seed);
}
