package dev.leat.engine;

import static dev.leat.engine.Expressions.count;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionTest {
  private static final int MIB = 1 << 20;

  record Text(String text) {}

  @TempDir private Path temp;

  @Test
  void aLogWithAByteBudgetIsLetGoOfByCheckpointsThatAreDueInTime() {
    Pipeline pipeline =
        Pipeline.define(
            p -> p.stream("texts", Text.class).aggregate(count().as("n")).materialize("texts"));
    EngineSettings settings =
        EngineSettings.defaults()
            .withThreading(Threading.HOST)
            .withRetention(Retention.ofBytes(128L * MIB));
    int epochs = 2 * 128;
    try (Engine engine = Engine.open(temp, pipeline, settings)) {
      StreamInput<Text> texts = engine.stream("texts", Text.class);
      for (int i = 0; i < epochs; i++) {
        List<Text> rows = new ArrayList<>();
        for (int k = 0; k < 16; k++) {
          rows.add(new Text((i + "/" + k + "/").repeat(MIB / 16).substring(0, MIB / 16)));
        }
        texts.append(rows);
        assertThat(engine.step()).isEqualTo(16);
      }
      assertThat(engine.view("texts").get().orElseThrow().value("n", Long.class))
          .isEqualTo(16L * epochs);
      assertThat(engine.checkpointStatus().taken()).isGreaterThan(10);
    }
  }
}
