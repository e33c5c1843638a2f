package dev.leat.engine.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.Threading;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestLakeTest {
  private static final Schema SCHEMA = Schema.of(List.of(new Field("id", Type.LONG, false)));
  private RestFixture fixture;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    fixture = RestFixture.start(directory);
  }

  @AfterAll
  void stop() {
    fixture.close();
  }

  private static Engine engine(RestLake lake, String table) {
    return Engine.inMemory(
        Pipeline.define(
            p ->
                p.stream("rows", SCHEMA)
                    .to(
                        "lake",
                        IcebergSink.append(lake, table).telling(UnforcedSteps.of(step -> {})))),
        EngineSettings.defaults().withThreading(Threading.HOST));
  }

  static String allOf(Throwable e) {
    StringWriter all = new StringWriter();
    e.printStackTrace(new PrintWriter(all, true));
    return all.toString();
  }

  @Test
  void keysAreAskedForAndTokensShown() {
    AtomicInteger tokens = new AtomicInteger();
    AtomicInteger keys = new AtomicInteger();
    RestLake lake =
        Lake.rest(fixture.uri())
            .token(() -> "token " + tokens.incrementAndGet())
            .storedIn(
                S3Store.inRegion("eu-central-1")
                    .at(fixture.store())
                    .withPathStyle()
                    .withKeys(
                        () -> {
                          keys.incrementAndGet();
                          return new S3Keys.Key(
                              RestFixture.KEY, RestFixture.SECRET, Optional.empty());
                        }));
    try (Engine engine = engine(lake, "rest.keys")) {
      Position at = engine.stream("rows").append(Row.of(SCHEMA, 1L));
      int unused = engine.step();
      engine.awaitSink("lake", at, Duration.ofMinutes(1));
    }
    assertThat(tokens.get()).isPositive();
    assertThat(keys.get()).isGreaterThan(1);
    assertThat(TableFiles.of(lake, "rest.keys", fixture::file).query("SELECT id FROM FILES"))
        .containsExactly(List.of(1L));
    assertThat(lake.toString() + IcebergSink.append(lake, "rest.keys").describe())
        .contains(fixture.store().toString())
        .doesNotContain(RestFixture.SECRET, "token");
  }

  @Test
  void aWrongKeyIsNotShownAnywhere() {
    String secret = "quite-another-secret";
    RestLake lake =
        Lake.rest(fixture.uri())
            .storedIn(
                S3Store.inRegion("eu-central-1")
                    .at(fixture.store())
                    .withPathStyle()
                    .withKeys(S3Keys.of(RestFixture.KEY, secret)));
    try (Engine engine = engine(lake, "rest.wrong")) {
      Position at = engine.stream("rows").append(Row.of(SCHEMA, 1L));
      int unused = engine.step();
      engine.awaitSink("lake", at, Duration.ZERO);
      assertThat(engine.sinkStatus("lake").failure().orElseThrow())
          .contains("403")
          .doesNotContain(secret);
    } catch (EngineException e) {
      assertThat(allOf(e)).contains("403").doesNotContain(secret);
    }
    assertThat(new S3Keys.Key("id", secret, Optional.of(secret)).toString())
        .isEqualTo("Key[id=id]");
    assertThatThrownBy(() -> Lake.rest(URI.create("http://user:" + secret + "@host/")))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .contains("host=host")
        .doesNotContain(secret);
  }

  @Test
  void aStoreThatNobodyGaveIsAskedFor() {
    try (Engine engine = engine(Lake.rest(fixture.uri()), "rest.nowhere")) {
      Position at = engine.stream("rows").append(Row.of(SCHEMA, 1L));
      int unused = engine.step();
      assertThatThrownBy(() -> engine.awaitSink("lake", at, Duration.ofSeconds(1)))
          .isInstanceOfSatisfying(
              EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
          .hasMessageContaining("storedIn(S3Store...)");
    }
  }

  @Test
  void aCatalogThatIsNotThereIsUnavailable() {
    RestLake nowhere = Lake.rest(URI.create("http://127.0.0.1:1"));
    assertThatThrownBy(() -> engine(nowhere, "rest.none").close())
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
  }
}
