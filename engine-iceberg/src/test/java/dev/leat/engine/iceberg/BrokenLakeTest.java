package dev.leat.engine.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.Threading;
import dev.leat.engine.iceberg.internal.catalog.LocalFileIO;
import dev.leat.engine.iceberg.internal.catalog.Steps;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.io.PositionOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A lake that breaks while an engine writes to it: rows are taken in still, what is wrong is said,
 * and all is delivered when it is mended.
 */
class BrokenLakeTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final String TABLE = "web.users";
  private static final Schema USERS =
      Schema.of(List.of(new Field("id", Type.LONG, false), new Field("plan", Type.STRING, true)));

  @TempDir private Path temp;

  private Path lake() {
    return temp.resolve("lake");
  }

  private Pipeline pipeline(Steps steps) {
    IcebergSink sink =
        IcebergSink.upsert(Lake.local(lake()), TABLE).telling(UnforcedSteps.of(steps));
    return Pipeline.define(
        p -> p.table("users", USERS).primaryKey("id").materialize("users").to("lake", sink));
  }

  private static Row user(long id, String plan) {
    return Row.of(USERS, id, plan);
  }

  private List<Row> rows() {
    return TableRows.of(Lake.local(lake()), TABLE, USERS);
  }

  @FunctionalInterface
  private interface Action {
    void run() throws Exception;
  }

  /** Commits, breaks the lake, appends, looks what is said, mends it, and looks for all rows. */
  private String brokenAndMended(Action breaking, Action mending) throws Exception {
    Pipeline pipeline = pipeline(step -> {});
    EngineSettings settings = EngineSettings.defaults().withThreading(Threading.HOST);
    String said;
    try (Engine engine = Engine.open(temp.resolve("engine"), pipeline, settings)) {
      Position first = engine.table("users").upsert(List.of(user(1, "a"), user(2, "a")));
      int unused = engine.step();
      engine.awaitSink("lake", first, PATIENCE);
      breaking.run();
      Position second = engine.table("users").upsert(List.of(user(2, "b"), user(3, "b")));
      unused = engine.step();
      for (int attempt = 0; attempt < 3; attempt++) {
        assertThatThrownBy(() -> engine.awaitSink("lake", second, Duration.ZERO))
            .isInstanceOf(EngineException.class);
        unused = engine.step();
      }
      said = engine.sinkStatus("lake").failure().orElse("nothing");
      assertThat(engine.view("users").scan()).hasSize(3);
      mending.run();
      Position third = engine.table("users").upsert(List.of(user(4, "c")));
      unused = engine.step();
      engine.awaitSink("lake", third, PATIENCE);
      assertThat(rows())
          .containsExactlyInAnyOrder(user(1, "a"), user(2, "b"), user(3, "b"), user(4, "c"));
      assertThat(engine.sinkStatus("lake").failure()).isEmpty();
    }
    try (Engine engine = Engine.open(temp.resolve("engine"), pipeline, settings)) {
      Position at = engine.table("users").upsert(List.of(user(1, "z")));
      int unused = engine.step();
      engine.awaitSink("lake", at, PATIENCE);
      assertThat(rows()).hasSize(4);
    }
    return said;
  }

  private static void move(Path from, Path to) throws IOException {
    Path unused = Files.move(from, to);
  }

  @Test
  void aFolderThatCannotBeReadOrWrittenTo() throws Exception {
    Path data = lake().resolve("warehouse/web/users/data");
    String said =
        brokenAndMended(
            () -> {
              move(data, temp.resolve("data"));
              Path unused = Files.writeString(data, "no folder");
            },
            () -> {
              Files.delete(data);
              move(temp.resolve("data"), data);
            });
    assertThat(said).contains(data.toString()).contains("root_cause=");
  }

  @Test
  void aTableWhoseMetadataIsGone() throws Exception {
    Path metadata = lake().resolve("warehouse/web/users/metadata");
    String said =
        brokenAndMended(
            () -> move(metadata, temp.resolve("metadata")),
            () -> move(temp.resolve("metadata"), metadata));
    assertThat(said)
        .contains("the catalog has a table whose metadata is not where it should be")
        .contains(metadata.toString());
  }

  @Test
  void aCatalogThatIsDamaged() throws Exception {
    Path catalog = lake().resolve("catalog.db");
    String said =
        brokenAndMended(
            () -> {
              Path unused = Files.copy(catalog, temp.resolve("saved"));
              unused = Files.writeString(catalog, "no database ".repeat(3000));
            },
            () -> {
              Path unused =
                  Files.copy(temp.resolve("saved"), catalog, StandardCopyOption.REPLACE_EXISTING);
            });
    assertThat(said).contains("the catalog of a lake cannot be opened").contains("catalog.db");
  }

  /** As where a disk is not mounted for a while: no other lake is made in its place. */
  @Test
  void aLakeThatIsGoneForAWhile() throws Exception {
    String said =
        brokenAndMended(
            () -> move(lake(), temp.resolve("away")),
            () -> {
              assertThat(lake()).doesNotExist();
              move(temp.resolve("away"), lake());
            });
    assertThat(said).contains("a lake that was there is gone").contains(lake().toString());
  }

  @Test
  void aCatalogThatIsLocked() throws Exception {
    CountDownLatch committing = new CountDownLatch(1);
    Pipeline pipeline =
        pipeline(
            step -> {
              if (step.equals("before a commit")) {
                committing.countDown();
              }
            });
    try (Engine engine = Engine.open(temp.resolve("engine"), pipeline)) {
      Position first = engine.table("users").upsert(List.of(user(1, "a")));
      engine.awaitSink("lake", first, PATIENCE);
      try (Connection other = DriverManager.getConnection(Lake.local(lake()).jdbcUrl());
          Statement statement = other.createStatement()) {
        boolean unused = statement.execute("BEGIN EXCLUSIVE");
        Position at = engine.table("users").upsert(List.of(user(2, "a")));
        assertThat(committing.await(1, TimeUnit.MINUTES)).isTrue();
        assertThatThrownBy(() -> engine.awaitSink("lake", at, Duration.ofMillis(300)))
            .isInstanceOf(EngineException.class);
        engine.view("users").await(engine.table("users").upsert(List.of(user(3, "a"))));
        unused = statement.execute("COMMIT");
        engine.awaitSink("lake", at, PATIENCE);
      }
    }
    assertThat(rows()).hasSize(3);
  }

  @Test
  void aFileThatCannotBeWrittenIsTakenAway() throws IOException {
    Path file = temp.resolve("data/file.parquet");
    PositionOutputStream out =
        new LocalFileIO(UnforcedSteps.of(step -> {}))
            .newOutputFile(LocalFileIO.location(file))
            .create();
    out.write(new byte[10]);
    assertThat(file).exists();
    // What is interrupted cannot be written, as on a disk that is full.
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> out.write(new byte[1 << 20]))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("file.parquet");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(file).doesNotExist();
    out.close();
    assertThat(file).doesNotExist();
  }
}
