package dev.leat.engine.testkit;

import static dev.leat.engine.Expressions.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Durability;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.testkit.CrashMove.Kind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps no promise is found out: runs whose disk or whose scenario lies fail. */
class CrashRunTest {
  record Click(String page, int number) {}

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p ->
              p.stream("clicks", Click.class)
                  .groupBy(Click::page)
                  .aggregate(count().as("clicks"))
                  .materialize("pages"));
  private static final EngineSettings SETTINGS =
      EngineSettings.defaults().withDurability(Durability.SYNCED);

  @TempDir Path temp;

  private static List<CrashMove> moves(Kind... kinds) {
    return Arrays.stream(kinds).map(kind -> new CrashMove(kind, 1)).toList();
  }

  private static CrashScenario scenario() {
    List<Consumer<Engine>> appends = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Click click = new Click("/" + i % 3, i);
      appends.add(engine -> engine.stream("clicks", Click.class).append(click));
    }
    return new CrashScenario(PIPELINE, appends, null, SETTINGS);
  }

  @Test
  void anHonestDiskPasses() {
    CrashRun run = new CrashRun(scenario(), new CrashDisk(temp), 1);
    run.run(
        moves(
            Kind.APPEND, Kind.STEP, Kind.POWER_CUT, Kind.APPEND, Kind.STEP, Kind.KILL, Kind.READ));
    assertThat(run.crashes()).isEqualTo(2);
    assertThat(run.trace()).anyMatch(line -> line.startsWith("power cut"));
    assertThat(run.ioCalls()).isGreaterThan(50);
  }

  /** Gives back, when the power goes, what it had at the first close. */
  private static final class ForgettingDisk extends CrashDisk {
    private final Path copy;

    ForgettingDisk(Path root) {
      super(root);
      copy = root.resolve("copy");
    }

    void called(IoCall call) {
      if (call.kind() == IoCall.Kind.UNLOCK && !Files.exists(copy)) {
        copy(directory(), copy);
      }
    }

    @Override
    void cutPower(long seed) {
      super.cutPower(seed);
      try (Stream<Path> files = Files.walk(directory())) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      copy(copy, directory());
    }

    private static void copy(Path from, Path to) {
      try (Stream<Path> files = Files.walk(from)) {
        for (Path file : files.toList()) {
          Files.copy(file, to.resolve(from.relativize(file)));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void aDiskThatForgetsWhatWasForcedIsFoundOut() {
    ForgettingDisk disk = new ForgettingDisk(temp);
    CrashRun run = new CrashRun(scenario(), disk, 1);
    run.observe(disk::called);
    assertThatThrownBy(
            () ->
                run.run(
                    moves(
                        Kind.APPEND,
                        Kind.STEP,
                        Kind.REOPEN,
                        Kind.APPEND,
                        Kind.STEP,
                        Kind.POWER_CUT)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("acknowledged epochs are lost: 1 of 2");
  }

  /** Cuts off the files of the log when the power goes. */
  private static final class CuttingDisk extends CrashDisk {
    CuttingDisk(Path root) {
      super(root);
    }

    @Override
    void cutPower(long seed) {
      super.cutPower(seed);
      try (Stream<Path> files = Files.walk(directory())) {
        for (Path file : files.filter(f -> f.toString().endsWith(".cq4")).toList()) {
          try (RandomAccessFile raf = new RandomAccessFile(file.toFile(), "rw")) {
            raf.setLength(100);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void aDiskThatLosesPartOfAFileIsFoundOut() {
    CrashRun run = new CrashRun(scenario(), new CuttingDisk(temp), 1);
    assertThatThrownBy(() -> run.run(moves(Kind.APPEND, Kind.STEP, Kind.POWER_CUT)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("told as CORRUPT");
  }

  @Test
  void rowsThatAreNotThereAreFoundOut() {
    CrashScenario honest = scenario();
    CrashScenario lying =
        new CrashScenario(
            honest.pipeline(),
            honest.appends(),
            appends -> Map.of("clicks", List.of()),
            honest.settings());
    CrashRun run = new CrashRun(lying, new CrashDisk(temp), 1);
    assertThatThrownBy(() -> run.run(moves(Kind.APPEND, Kind.STEP, Kind.READ)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("input 'clicks'");
  }

  @Test
  void rowsThatComeAgainAreFoundOut() {
    AtomicInteger times = new AtomicInteger();
    List<Consumer<Engine>> appends =
        List.of(
            engine -> {
              // The first engine gets it twice, the one that never crashes once.
              for (int i = times.getAndIncrement() == 0 ? 0 : 1; i < 2; i++) {
                engine.stream("clicks", Click.class).append(new Click("/", 0));
              }
            });
    CrashScenario doubling = new CrashScenario(PIPELINE, appends, null, SETTINGS);
    CrashRun run = new CrashRun(doubling, new CrashDisk(temp), 1);
    assertThatThrownBy(() -> run.run(moves(Kind.APPEND, Kind.STEP, Kind.READ)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("view 'pages'");
  }
}
