package dev.leat.engine.internal.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.io.SystemIo;
import dev.leat.engine.internal.log.ChronicleLog;
import dev.leat.engine.internal.log.LogSettings;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.ViewDefinition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochLogTest {
  private static final Node.Input EVENTS =
      new Node.Input(
          "events",
          Node.InputKind.STREAM,
          Schema.builder().required("text", Type.STRING).build(),
          List.of());
  private static final Plan PLAN =
      new Plan(List.of(EVENTS), List.of(new ViewDefinition("all", EVENTS, "a test")));

  @TempDir Path directory;
  private final RowsPool pool = new RowsPool(PLAN, new Hashing(1), true);

  private EpochCodec codec() {
    return new EpochCodec(PLAN, pool);
  }

  private Epoch epoch(long position) {
    Epoch epoch = new Epoch(position);
    StagedRows rows = pool.take(0);
    rows.setString(0, "row " + position);
    rows.commit(StagedRows.PUT);
    epoch.sections().add(new Epoch.Section(0, rows));
    return epoch;
  }

  @Test
  void whatIsLeftOfALogAfterAReleaseCanBeReadAlone() {
    LogSettings settings =
        LogSettings.defaults()
            .withSegmentBytes(1)
            .withRetention(Duration.ZERO, LogSettings.UNLIMITED);
    try (ChronicleLog log = ChronicleLog.open(directory, settings, SystemIo.INSTANCE)) {
      EpochLog epochs = new EpochLog(log, codec(), true, false);
      for (long position = 1; position <= 5; position++) {
        epochs.append(epoch(position));
      }
      log.awaitSynced(5);
      log.release(3);
      assertThat(log.firstPosition()).isEqualTo(3);
      EpochCodec fresh = codec();
      List<Long> seen = new ArrayList<>();
      log.replay(
          3,
          (at, buffer, offset, length) -> {
            Epoch epoch = fresh.read(at, buffer, offset, length);
            assertThat(epoch.rowCount()).isEqualTo(1);
            seen.add(epoch.position());
          });
      assertThat(seen).containsExactly(3L, 4L, 5L);
    }
  }

  @Test
  void inputsAreSaidOncePerFile() {
    try (ChronicleLog log =
        ChronicleLog.open(directory, LogSettings.defaults(), SystemIo.INSTANCE)) {
      EpochLog epochs = new EpochLog(log, codec(), true, false);
      epochs.append(epoch(1));
      epochs.append(epoch(2));
      log.replay(
          2,
          (at, buffer, offset, length) ->
              assertThatThrownBy(() -> codec().read(at, buffer, offset, length))
                  .hasMessageContaining("input number 0"));
    }
  }
}
