package dev.leat.readback.trino;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.readback.ReadBack;
import java.io.PrintStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadBackByTrinoTest {
  @Test
  void rowsAndResultsAreThoseThatWereWritten() throws Exception {
    Path directory = Path.of(System.getProperty("readback")).toAbsolutePath();
    // Trino takes System.out for its log.
    PrintStream out = System.out;
    try (Trino engine = new Trino(directory.resolve("lake"))) {
      assertThat(new ReadBack(directory, engine, out).failures()).isEmpty();
    }
  }
}
