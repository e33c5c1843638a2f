package dev.leat.engine.testkit;

import dev.leat.engine.internal.io.Io;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The disk under an engine that crashes; a power cut leaves another directory. Not final: a test of
 * the tests has one that lies.
 */
class CrashDisk {
  private final Path root;
  private Path disk;
  private PowerCutIo io;
  private int cuts;

  /** A disk whose files are in a directory that exists, and is for nothing else. */
  CrashDisk(Path root) {
    this.root = root;
    this.disk = root.resolve("disk-0");
    try {
      Files.createDirectory(disk);
      this.io = new PowerCutIo(disk);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where everything is. */
  Path root() {
    return root;
  }

  /** The directory of the engine, until the power is cut. */
  Path directory() {
    return disk.resolve("engine");
  }

  /** The files of the engine, until the power is cut. */
  Io io() {
    return io;
  }

  /**
   * Cuts the power: of what was not forced, some is lost and some is not. No file is open.
   *
   * @param seed of what is lost
   */
  void cutPower(long seed) {
    cuts++;
    Path remains = root.resolve("disk-" + cuts);
    try {
      io.cut(seed, remains);
      io = new PowerCutIo(remains);
      disk = remains;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
