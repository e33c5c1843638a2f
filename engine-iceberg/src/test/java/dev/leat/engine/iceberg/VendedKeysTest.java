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
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.rest.credentials.ImmutableCredential;
import org.apache.iceberg.rest.responses.LoadTableResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A store whose keys come from the catalog, for each table. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VendedKeysTest {
  private static final Schema ROWS = Schema.of(List.of(new Field("id", Type.LONG, false)));
  private static final String WRONG = "a-secret-that-is-not-the-right-one";

  private enum Given {
    NOTHING,
    WITH_THE_TABLE,
    APART,
    WRONG_ONES
  }

  private volatile Given given = Given.NOTHING;
  private RestFixture fixture;

  private static Map<String, String> keys(String secret) {
    return Map.of("s3.access-key-id", RestFixture.KEY, "s3.secret-access-key", secret);
  }

  private LoadTableResponse said(LoadTableResponse table) {
    LoadTableResponse.Builder builder =
        LoadTableResponse.builder()
            .withTableMetadata(table.tableMetadata())
            .addAllConfig(table.config());
    switch (given) {
      case WITH_THE_TABLE -> builder.addAllConfig(keys(RestFixture.SECRET));
      case WRONG_ONES -> builder.addAllConfig(keys(WRONG));
      case APART -> {
        builder.addAllConfig(keys(WRONG));
        builder.addCredential(credential("gs://", Map.of("gcs.oauth2.token", "x")));
        builder.addCredential(credential("s3://", keys(WRONG)));
        builder.addCredential(credential("s3://lake/warehouse", keys(RestFixture.SECRET)));
      }
      case NOTHING -> {
        // As most catalogs say it.
      }
    }
    return builder.build();
  }

  private static ImmutableCredential credential(String prefix, Map<String, String> config) {
    return ImmutableCredential.builder().prefix(prefix).config(config).build();
  }

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    fixture = RestFixture.start(directory, this::said);
  }

  @AfterAll
  void stop() {
    fixture.close();
  }

  private RestLake lake() {
    return Lake.rest(fixture.uri())
        .storedIn(S3Store.inRegion("eu-central-1").at(fixture.store()).withPathStyle());
  }

  @Test
  void keysOfTheCatalogAreUsedAndNewOnesWithTheNextSession() {
    IcebergSink sink =
        IcebergSink.append(lake(), "vended.rows").telling(UnforcedSteps.of(step -> {}));
    Pipeline pipeline = Pipeline.define(p -> p.stream("rows", ROWS).to("lake", sink));
    try (Engine engine =
        Engine.inMemory(pipeline, EngineSettings.defaults().withThreading(Threading.HOST))) {
      for (Given now : List.of(Given.WITH_THE_TABLE, Given.WRONG_ONES, Given.APART)) {
        given = now;
        Position at = engine.stream("rows").append(Row.of(ROWS, (long) now.ordinal()));
        // A session has the keys of its beginning.
        TableCare care = TableCare.of(lake(), "vended.rows");
        if (now == Given.WRONG_ONES) {
          assertThatThrownBy(care::compact)
              .hasStackTraceContaining("403")
              .satisfies(e -> assertThat(RestLakeTest.allOf(e)).doesNotContain(WRONG));
        }
        int unused = engine.step();
        engine.awaitSink("lake", at, Duration.ofMinutes(1));
        if (now == Given.APART) {
          assertThat(care.compact().leftAlone()).isZero();
        }
      }
    }
    assertThat(TableFiles.of(lake(), "vended.rows", fixture::file).query("FROM FILES")).hasSize(3);
  }

  @Test
  void withoutKeysItIsSaidWhereTheyCanBeGiven() {
    given = Given.NOTHING;
    IcebergSink sink = IcebergSink.append(lake(), "vended.none");
    Pipeline pipeline = Pipeline.define(p -> p.stream("rows", ROWS).to("lake", sink));
    try (Engine engine = Engine.inMemory(pipeline)) {
      Position at = engine.stream("rows").append(Row.of(ROWS, 1L));
      assertThatThrownBy(() -> engine.awaitSink("lake", at, Duration.ofMinutes(1)))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("S3Store.withKeys");
    }
  }
}
