package dev.leat.engine.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.io.CorruptionDriver;
import dev.leat.engine.internal.io.CorruptionTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random damage to the log's files alone. {@code EngineCorruptionTest} damages them too, and
 * whatever else an engine has on disk.
 */
class LogCorruptionTest {
  private static final long CASES = 200;

  @TempDir Path work;

  @Test
  void damageIsFoundOrHarmless() throws Exception {
    CorruptionDriver.Outcome outcome =
        new CorruptionDriver(new LogTarget(), work, System.out::println).run(1, CASES);
    assertThat(outcome.failures()).isEmpty();
    assertThat(outcome.rightAnswers()).isGreaterThan(CASES / 10);
    assertThat(outcome.found()).isGreaterThan(CASES / 10);
  }

  /** Cases that must fail do. */
  @Test
  void theDriverReportsWhatItMust() throws Exception {
    CorruptionTarget careless =
        new CorruptionTarget() {
          @Override
          public int variants() {
            return 1;
          }

          @Override
          public Content build(Path directory, int variant, Random random) throws IOException {
            new LogTarget().build(directory, 0, random);
            return damaged -> {
              throw new IllegalStateException("planted");
            };
          }
        };
    List<String> said = new ArrayList<>();
    CorruptionDriver.Outcome outcome = new CorruptionDriver(careless, work, said::add).run(1, 5);
    assertThat(said).hasSize(6).last().isEqualTo("5 cases, 5 failures");
    assertThat(outcome.failures())
        .hasSize(5)
        .allMatch(line -> line.startsWith("seed=") && line.contains("planted"));
  }
}
