package dev.leat.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.io.CorruptionDriver;
import dev.leat.engine.internal.io.CorruptionTarget;
import dev.leat.engine.internal.log.LogTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random damage to all that engines have on disk. {@code mvn verify -Pcorruption -Dflips=N
 * -Dseed=S} runs any number of cases, some of them logs alone; one that failed runs again with
 * {@code -Dflips=1} and its seed.
 */
class EngineCorruptionTest {
  private static final long CASES_IN_THE_BUILD = 120;

  @TempDir Path work;

  @Test
  void damageIsFoundOrHarmless() throws Exception {
    long cases = Long.getLong("corruption.flips", CASES_IN_THE_BUILD);
    long seed = Long.getLong("corruption.seed", 1);
    CorruptionDriver.Outcome outcome =
        new CorruptionDriver(new EnginesAndLogs(), work, System.out::println).run(seed, cases);
    assertThat(outcome.failures()).isEmpty();
    if (cases >= 100) {
      assertThat(outcome.rightAnswers()).isGreaterThan(cases / 10);
      assertThat(outcome.found()).isGreaterThan(cases / 10);
    }
  }

  private static final class EnginesAndLogs implements CorruptionTarget {
    private final EngineTarget engines = new EngineTarget();
    private final LogTarget logs = new LogTarget();

    @Override
    public int variants() {
      return engines.variants() + logs.variants();
    }

    @Override
    public Content build(Path directory, int variant, Random random) throws IOException {
      return variant < engines.variants()
          ? engines.build(directory, variant, random)
          : logs.build(directory, variant - engines.variants(), random);
    }
  }
}
