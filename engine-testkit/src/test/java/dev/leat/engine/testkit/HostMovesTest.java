package dev.leat.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A host that steps may do what it likes in any order. {@code -Dhost.cases=N -Dhost.seed=S} plays
 * more, or one again.
 */
class HostMovesTest {
  private static final int SHOWN = 40;

  @TempDir Path temp;

  @Test
  void allIsAsTheModelSaysAfterEachMove() throws IOException {
    long cases = Long.getLong("host.cases", 12);
    long first = Long.getLong("host.seed", 1);
    List<String> failures = new ArrayList<>();
    for (long seed = first; seed < first + cases; seed++) {
      Path directory = Files.createDirectory(temp.resolve("case-" + seed));
      HostMoves moves = new HostMoves(seed, directory);
      try {
        moves.run();
      } catch (AssertionError | RuntimeException e) {
        List<String> trace = moves.trace();
        trace.subList(Math.max(0, trace.size() - SHOWN), trace.size()).forEach(System.out::println);
        e.printStackTrace(System.out);
        failures.add("seed=" + seed + " moves=" + trace.size() + ": " + e);
      }
      delete(directory);
    }
    System.out.println(cases + " cases, " + failures.size() + " failures");
    assertThat(failures).isEmpty();
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
