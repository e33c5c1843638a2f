package dev.leat.engine.iceberg;

import dev.leat.engine.iceberg.internal.catalog.LocalFileIO;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link RandomCare} of tables in a folder. More: {@code -Dcares=200 -Drandom.seed=1}. */
class RandomCareTest {
  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whateverIsDoneBesideTheTableIsTheView(boolean isByKey) {
    RandomCare.Place place =
        new RandomCare.Place(
            Lake.local(temp.resolve("lake")), LocalFileIO::path, temp, Duration.ofMillis(50));
    int cares = Integer.getInteger("cares", 1);
    long first = Long.getLong("random.seed", 4711);
    for (long seed = first; seed < first + cares; seed++) {
      new RandomCare(place, seed, isByKey).live(cares == 1 ? 2 : 3, cares == 1 ? 4 : 10);
    }
  }
}
