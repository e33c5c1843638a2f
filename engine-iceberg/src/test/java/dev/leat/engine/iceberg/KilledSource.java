package dev.leat.engine.iceberg;

import dev.leat.engine.Engine;
import dev.leat.engine.iceberg.internal.catalog.Steps;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A host that reads a table, in a process of its own, and dies at a step of that, without a word.
 * Arguments: the directory of the engine, that of the lake, the step, and at which of its
 * occurrences. It says how many rows it has when it is done.
 */
final class KilledSource {
  static final int KILLED = 137;

  private KilledSource() {}

  public static void main(String[] args) {
    int[] left = {Integer.parseInt(args[3])};
    Steps steps =
        step -> {
          if (step.equals(args[2]) && --left[0] == 0) {
            Runtime.getRuntime().halt(KILLED);
          }
        };
    try (Engine engine =
        Engine.open(Path.of(args[0]), WrittenTable.keeping(SourceCrashTest.ROWS))) {
      SourceProgress read =
          IcebergSource.of(Lake.local(Path.of(args[1])), "web.rows")
              .telling(UnforcedSteps.of(steps))
              .readInto(engine, "rows");
      System.out.printf(
          Locale.ROOT,
          "%d rows, %d of them now%n",
          WrittenTable.rows(engine, read).size(),
          read.rowsAppended());
    }
  }
}
