package dev.leat.engine.examples.engagement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Engine;
import dev.leat.engine.Position;
import dev.leat.engine.examples.BatchEngine;
import dev.leat.engine.examples.LakeFiles;
import dev.leat.engine.examples.LakeTable;
import dev.leat.engine.examples.ShownView;
import dev.leat.engine.iceberg.TableCare;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What DuckDB computes over the files of the table is what the live views have. */
class EngagementLakeTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir private Path temp;

  private LakeTable table() {
    return new LakeTable(temp.resolve("lake"), EngagementPipeline.TABLE);
  }

  private Engine open() {
    return Engine.open(temp.resolve("data"), EngagementPipeline.define(table()));
  }

  private static Map<String, Map<List<Object>, Integer>> views(Engine engine) {
    Map<String, Map<List<Object>, Integer>> views = new HashMap<>();
    for (ShownView view : EngagementView.ALL) {
      views.put(view.name(), BatchEngine.rows(engine, view.name()));
    }
    return views;
  }

  private Map<String, Map<List<Object>, Integer>> ofFiles() throws SQLException {
    Map<String, Map<List<Object>, Integer>> tables = new HashMap<>();
    try (BatchEngine batch = new BatchEngine()) {
      LakeFiles.load(
          batch, table(), EngagementPipeline.EVENTS, "event_timestamp", "ingestion_timestamp");
      batch.execute("create or replace temp view sessions as " + BatchEngine.sql("sessions"));
      for (ShownView view : EngagementView.ALL) {
        tables.put(view.name(), batch.rows(BatchEngine.sql(view.name())));
      }
    }
    return tables;
  }

  private void append(Engine engine, List<Interaction> events) {
    Position at = engine.stream(EngagementPipeline.EVENTS, Interaction.class).append(events);
    Engine unused = engine.awaitSink(EngagementPipeline.SINK, at, PATIENCE);
  }

  @Test
  void theSixGroupsAreTheSameFromTheFilesAlsoAfterMaintenance() throws Exception {
    GeneratedInteractions generated = new GeneratedInteractions();
    Map<String, Map<List<Object>, Integer>> live;
    try (Engine engine = open()) {
      for (int i = 0; i < 6; i++) {
        append(engine, generated.next(GeneratedInteractions.SAMPLE / 6));
      }
      live = views(engine);
      assertThat(ofFiles()).isEqualTo(live);

      // Maintenance beside the engine, which then goes on.
      TableCare.Compacted compacted = table().care().compact();
      assertThat(compacted.filesBefore()).isGreaterThan(compacted.filesAfter());
      assertThat(compacted.filesAfter()).isPositive();
      assertThat(ofFiles()).isEqualTo(live);
      assertThat(table().care().expireSnapshots(Duration.ZERO, 1)).isEqualTo(6);
      assertThat(ofFiles()).isEqualTo(live);
      assertThat(table().care().removeOrphans(Duration.ofHours(1))).isEmpty();
      append(engine, generated.next(50));
      assertThat(ofFiles()).isEqualTo(views(engine)).isNotEqualTo(live);
    }
  }

  @Test
  void partitionsAreByDayAndTypeAndTheValidationsPass() throws Exception {
    List<Interaction> events = new GeneratedInteractions().next(10_000);
    try (Engine engine = open()) {
      append(engine, events);
    }
    LakeTable table = table();
    LakeFiles.look(
        table,
        t -> {
          assertThat(t.spec().fields().stream().map(f -> f.name() + "=" + f.transform()))
              .containsExactly("event_timestamp_day=day", "event_type=identity");
          return assertThat(t.properties())
              .containsEntry("write.metadata.delete-after-commit.enabled", "true")
              .containsEntry("write.metadata.previous-versions-max", "100")
              .containsEntry("write.target-file-size-bytes", "134217728")
              .containsEntry("write.distribution-mode", "hash")
              .containsEntry("write.metadata.compression-codec", "gzip")
              .containsKey("comment");
        });
    Set<List<Object>> expected = new HashSet<>();
    for (Interaction event : events) {
      int day = (int) Math.floorDiv(event.eventTimestamp().getEpochSecond(), 86_400L);
      expected.add(List.of(day, event.eventType()));
    }
    Set<List<Object>> found = new HashSet<>();
    for (DataFile file : LakeFiles.files(table)) {
      found.add(
          List.of(
              Objects.requireNonNull(file.partition().get(0, Integer.class)),
              Objects.requireNonNull(file.partition().get(1, CharSequence.class)).toString()));
    }
    assertThat(found).isEqualTo(expected);
    long days = expected.stream().map(partition -> partition.get(0)).distinct().count();
    long types = events.stream().map(Interaction::eventType).distinct().count();
    long sessions = events.stream().map(Interaction::sessionId).distinct().count();
    long users = events.stream().map(Interaction::userId).distinct().count();
    try (BatchEngine batch = new BatchEngine()) {
      LakeFiles.load(
          batch, table, EngagementPipeline.EVENTS, "event_timestamp", "ingestion_timestamp");
      assertThat(batch.rows(BatchEngine.sql("validation")))
          .containsOnlyKeys(List.of(10_000L, types, sessions, users, days));
    }
    assertThat(table.files().partitions()).isEqualTo(expected.size());
    assertThat(days).isGreaterThan(1);
  }

  @Test
  void aTableThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> table().files())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("there is no table analytics.clickstream in " + temp);
  }
}
