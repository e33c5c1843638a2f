package dev.leat.readback;

import java.nio.file.Path;

/** Where what is expected lies, beside the lake. Needs nothing but the JDK, as engines use it. */
final class ExpectedFiles {
  /** Between the name of a table and that of a branch. */
  static final String BRANCH = "@";

  static final String ENDING = ".rows";

  private ExpectedFiles() {}

  /** A file for each table. */
  static Path tables(Path directory) {
    return directory.resolve("expected/tables");
  }

  /** A file for each of the six results' views. */
  static Path results(Path directory) {
    return directory.resolve("expected/results");
  }
}
