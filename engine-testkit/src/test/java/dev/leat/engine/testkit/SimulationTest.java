package dev.leat.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An engine whose disk fails and which dies at any moment keeps its promises. {@code mvn verify
 * -Psimulation -Dseeds=N -Dseed=S} runs any number of seeds; one alone with {@code -Dseeds=1}.
 */
class SimulationTest {
  private static final int MAX_SHOWN = 3;

  @TempDir Path temp;
  private int directories;

  @Test
  void nothingAcknowledgedIsLostAndViewsAreRight() {
    long seeds = Long.getLong("seeds", 20);
    long seed = Long.getLong("seed", 1);
    all(seed, seeds, Simulation::of);
  }

  @Test
  void windowsAndSessionsAreRightWhenTheEngineWasClosed() {
    // A part of the others' number: what dies and fails is the same.
    long seeds = Math.max(1, Long.getLong("seeds", 20) / 4);
    long seed = Long.getLong("seed", 1);
    // There, other rows were late if the time for which the engine was closed counted as silence.
    all(133, 1, Simulation::ofWindows);
    all(seed, seeds, Simulation::ofWindows);
  }

  private long all(long seed, long seeds, LongFunction<Simulation> simulations) {
    List<Simulation> failed = new ArrayList<>();
    long crashes = 0;
    long whileBuilding = 0;
    for (long i = 0; i < seeds; i++) {
      Simulation simulation = simulations.apply(seed + i);
      Simulation.Result result = run(simulation, seed + i);
      crashes += result.crashes();
      whileBuilding += result.whileBuilding();
      if (result.failure() != null) {
        failed.add(simulation);
      }
    }
    failed.stream().limit(MAX_SHOWN).forEach(this::show);
    System.out.println(crashes + " crashes, " + whileBuilding + " while views were built");
    System.out.println(seeds + " cases, " + failed.size() + " failures");
    assertThat(failed.stream().map(Simulation::seed)).as("seeds that fail").isEmpty();
    return whileBuilding;
  }

  @Test
  void viewsAreRightWhateverIsBuiltWhenItDies() {
    long seeds = Long.getLong("seeds", 20);
    long seed = Long.getLong("seed", 1);
    assertThat(all(seed, seeds, some -> Simulation.of(some).changed()))
        .as("crashes while views were built")
        .isPositive();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aSeedIsTheSameSimulationAgain(long seed) {
    List<String> trace = run(Simulation.of(seed), 1).trace();
    assertThat(trace).hasSizeGreaterThan(5);
    assertThat(run(Simulation.of(seed), 1).trace()).isEqualTo(trace);
    assertThat(run(Simulation.of(seed), 2).trace())
        .as("nothing depends on the seed of the hashes")
        .isEqualTo(trace);
    assertThat(run(Simulation.of(seed + 100), 1).trace()).isNotEqualTo(trace);
  }

  private Simulation.Result run(Simulation simulation, long hashSeed) {
    try {
      Path directory = Files.createDirectory(temp.resolve("case-" + directories++));
      Simulation.Result result = simulation.run(directory, hashSeed);
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
      return result;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void show(Simulation failing) {
    Simulation small = failing;
    for (int chunk = failing.moves().size(); chunk >= 1; chunk /= 2) {
      for (int from = small.moves().size() - chunk; from >= 0; from -= chunk) {
        List<CrashMove> fewer = new ArrayList<>(small.moves());
        fewer.subList(from, Math.min(fewer.size(), from + chunk)).clear();
        Simulation smaller = small.withMoves(fewer);
        if (run(smaller, failing.seed()).failure() != null) {
          small = smaller;
        }
      }
    }
    Simulation.Result result = run(small, failing.seed());
    System.out.println("failing simulation: " + small);
    result.trace().forEach(System.out::println);
    System.out.println(result.failure());
    for (StackTraceElement element : result.failure().getStackTrace()) {
      if (element.getClassName().startsWith("dev.leat")) {
        System.out.println("    at " + element);
      }
    }
  }
}
