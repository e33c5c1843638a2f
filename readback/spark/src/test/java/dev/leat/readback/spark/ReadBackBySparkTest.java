package dev.leat.readback.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.readback.ReadBack;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadBackBySparkTest {
  @TempDir private Path work;

  @Test
  void rowsAndResultsAreThoseThatWereWritten() throws Exception {
    Path directory = Path.of(System.getProperty("readback")).toAbsolutePath();
    try (Spark engine = new Spark(directory.resolve("lake"), work)) {
      assertThat(new ReadBack(directory, engine, System.out).failures()).isEmpty();
    }
  }
}
