package dev.leat.engine.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.examples.engagement.EngagementPipeline;
import dev.leat.engine.examples.enrichment.EnrichmentPipeline;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples with a lake, as they are called; also when they are killed while they commit. */
class LakeExamplesTest {
  private static final Duration GLANCE = Duration.ofMillis(1);

  @TempDir private Path temp;

  private List<String> arguments(String... more) {
    List<String> arguments = new ArrayList<>(List.of(more));
    arguments.addAll(
        List.of(
            "--data", temp.resolve("data").toString(), "--lake", temp.resolve("lake").toString()));
    return arguments;
  }

  private static String run(int status, List<String> arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream to = new PrintStream(out, true, StandardCharsets.UTF_8);
    assertThat(Main.run(arguments, to, to)).isEqualTo(status);
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void interactionsAreShownLiveAndFromTheFiles() {
    String first = run(0, arguments("002"));
    assertThat(first)
        .contains("analytics.clickstream in " + temp.resolve("lake") + ": 300 rows, ")
        .contains("Maintenance: ")
        .contains("conversion_funnel               7 rows live,        7 from the files: equal")
        .doesNotContain("DIFFERENT");
    String again = run(0, arguments("002"));
    assertThat(again).contains("Found 300 of 300 events").contains(": 300 rows, ");
    assertThat(run(2, List.of("002", "--lake", "x"))).contains("--lake goes with --data");
  }

  @Test
  void joinedEventsAreShownLiveAndFromTheFiles() {
    assertThat(run(0, arguments("000")))
        .contains("The table analytics.clickstream_joined in ")
        .contains(": 3 rows, ")
        .containsPattern("Maintenance: \\d+ files became \\d+, \\d+ snapshots expired")
        .contains("clickstream_joined_mv           3 rows live,        3 from the files: equal");
    assertThat(run(2, List.of("000", "--lake", "x"))).contains("--lake goes with --data");
    assertThat(run(2, arguments("000", "--keyless"))).contains("and without --keyless");
  }

  @Test
  void interactionsAreThereOnceHoweverOftenTheHostIsKilled() throws Exception {
    killWhileCommitting(
        new LakeTable(temp.resolve("lake"), EngagementPipeline.TABLE),
        3000,
        arguments("002", "--generate", "3000"));
  }

  @Test
  void joinedEventsAreThereOnceHoweverOftenTheHostIsKilled() throws Exception {
    killWhileCommitting(
        new LakeTable(temp.resolve("lake"), EnrichmentPipeline.TABLE), 3, arguments("000"));
  }

  /** Kills a host when it writes the first file of each kind, and lets one live at the end. */
  private void killWhileCommitting(LakeTable table, long rows, List<String> arguments)
      throws Exception {
    for (String kind : List.of(".parquet", ".avro", ".metadata.json")) {
      long before = files(kind);
      try (ChildProcess host = ChildProcess.start(Main.class, "256m", arguments)) {
        while (files(kind) == before && !host.endsWithin(GLANCE)) {
          assertThat(host.isKilled()).isFalse();
        }
        host.kill();
        int unused = host.waitFor();
      }
      if (!kind.equals(".parquet")) {
        assertEachOnce(table);
      }
    }
    assertThat(run(0, arguments)).contains("equal").doesNotContain("DIFFERENT");
    assertThat(assertEachOnce(table)).isEqualTo(rows);
    assertThat(table.files().rows()).isEqualTo(rows);
  }

  private static long assertEachOnce(LakeTable table) throws SQLException {
    if (!isThere(table)) {
      return 0;
    }
    try (BatchEngine batch = new BatchEngine()) {
      LakeFiles.load(batch, table, "events");
      List<Object> counts =
          batch
              .rows("select count(*), count(distinct event_id) from events")
              .keySet()
              .iterator()
              .next();
      assertThat(counts.get(0)).isEqualTo(counts.get(1));
      return (Long) counts.get(0);
    }
  }

  private static boolean isThere(LakeTable table) {
    try {
      return table.files().files() > 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** How many files of a kind the lake has, while another process writes to it. */
  private long files(String kind) throws IOException {
    Path lake = temp.resolve("lake");
    while (Files.exists(lake)) {
      try (Stream<Path> all = Files.walk(lake)) {
        return all.filter(file -> file.toString().endsWith(kind)).count();
      } catch (NoSuchFileException | UncheckedIOException e) {
        assertThat(e.toString()).contains("NoSuchFile"); // It went meanwhile: look again.
      }
    }
    return 0;
  }
}
