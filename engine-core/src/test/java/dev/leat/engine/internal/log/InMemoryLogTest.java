package dev.leat.engine.internal.log;

import static dev.leat.engine.internal.log.LogFixture.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.leat.engine.EngineException.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InMemoryLogTest {
  @Test
  void itCountsAndEverythingIsSyncedAtOnce() {
    List<Long> seen = new ArrayList<>();
    try (InMemoryLog log = new InMemoryLog()) {
      log.onSynced(seen::add);
      log.replay(1, (position, buffer, offset, length) -> seen.add(-1L));
      LogFixture.append(log, 3);
      assertThat(log.lastPosition()).isEqualTo(3);
      assertThat(log.syncedPosition()).isEqualTo(3);
      log.awaitSynced(3);
      assertThatIllegalArgumentException().isThrownBy(() -> log.awaitSynced(4));
    }
    assertThat(seen).containsExactly(1L, 2L, 3L);
  }

  @Test
  void itSaysThatItKeepsNothingAndWhenItIsClosed() {
    InMemoryLog log = new InMemoryLog();
    LogFixture.append(log, 1);
    assertThat(failure(() -> LogFixture.replay(log, 1)).kind()).isEqualTo(Kind.INVALID);
    log.close();
    assertThat(failure(() -> LogFixture.append(log, 1)).kind()).isEqualTo(Kind.CLOSED);
  }
}
