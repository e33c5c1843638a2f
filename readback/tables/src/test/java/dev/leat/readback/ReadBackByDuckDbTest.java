package dev.leat.readback;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Writes the tables for all engines, and reads them with the first. */
class ReadBackByDuckDbTest {
  private static final Path DIRECTORY = Path.of(System.getProperty("readback")).toAbsolutePath();

  @BeforeAll
  static void write() throws IOException {
    if (Files.exists(DIRECTORY)) {
      List<Path> old;
      try (Stream<Path> files = Files.walk(DIRECTORY)) {
        old = files.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path file : old) {
        Files.delete(file);
      }
    }
    LakeTables.write(DIRECTORY);
  }

  @Test
  void rowsAndResultsAreThoseThatWereWritten() throws Exception {
    try (DuckDb engine = new DuckDb(LakeTables.lake(DIRECTORY))) {
      assertThat(new ReadBack(DIRECTORY, engine, System.out).failures()).isEmpty();
    }
  }
}
