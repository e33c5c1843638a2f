package dev.leat.engine.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be meant is refused where it is said, or with the first commit, and named. */
class WrongSettingsTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Schema ROWS = Schema.of(List.of(new Field("id", Type.LONG, false)));

  @TempDir private Path temp;

  private Lake lake() {
    return Lake.local(temp.resolve("lake"));
  }

  private static void assertWrong(ThrowingCallable call, String said) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(said)
        .message()
        .doesNotContain("hunter2");
  }

  private static void write(IcebergSink sink) {
    Pipeline pipeline =
        Pipeline.define(
            p -> p.stream("rows", ROWS).to("lake", sink.telling(UnforcedSteps.of(step -> {}))));
    try (Engine engine = Engine.inMemory(pipeline)) {
      Position at = engine.stream("rows").append(Row.of(ROWS, 1L));
      engine.awaitSink("lake", at, PATIENCE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "web.", ".t", "web..t", "../x.t", "t", "web. "})
  void namesWithoutANamespaceOrWithAnEmptyPart(String name) {
    assertWrong(() -> IcebergSink.append(lake(), name), "as in 'web.clicks'");
    assertWrong(() -> IcebergSource.of(lake(), name), "as in 'web.clicks'");
    assertWrong(() -> TableCare.of(lake(), name), "as in 'web.clicks'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"web/x.t", "web.a\\b", "web.a#b", "web.a?b", "web.a%20b", "web.a\nb"})
  void namesThatAreNoPartsOfPaths(String name) {
    assertWrong(() -> IcebergSink.append(lake(), name), "part of paths and addresses");
  }

  @ParameterizedTest
  @CsvSource({
    "lake,we b.t t",
    "lake,web.täbleß",
    "lake,web.日本",
    "lake,a.b.c.d",
    "lake,web.t;drop table x",
    "a b#c%20d&e=f,web.t",
    "日本;ü,web.t"
  })
  void namesAndFoldersMayHaveOtherCharacters(String folder, String name) {
    Lake lake = Lake.local(temp.resolve(folder));
    write(IcebergSink.append(lake, name).partitionedBy(Partition.identity("id")));
    assertThat(TableRows.of(lake, name, ROWS)).hasSize(1);
    assertThat(TableCare.of(lake, name).compact().leftAlone()).isZero();
    assertThat(TableCare.of(lake, name).removeOrphans(Duration.ofHours(1))).isEmpty();
    write(IcebergSink.append(Lake.local(temp.resolve(folder)), name + "2").toBranch("a b/ü"));
  }

  @Test
  void aFolderWithAQuestionMark() {
    assertWrong(() -> Lake.local(temp.resolve("a?b")), "question mark");
  }

  @Test
  void quotesInNames() {
    Lake lake = Lake.local(temp.resolve("it's a \"lake\""));
    write(IcebergSink.append(lake, "it's.a \"table\""));
    assertThat(TableRows.of(lake, "it's.a \"table\"", ROWS)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "commit.retry.num-retries,many,integer",
    "write.metadata.metrics.column.nowhere,full,nowhere",
    "encryption.key-id,7,encryption.key-id",
    "format-version,9,v9"
  })
  void propertiesThatATableCannotHave(String key, String value, String said) {
    IcebergSink sink = IcebergSink.append(lake(), "web.t").property(key, value);
    assertThatThrownBy(() -> write(sink))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
        .hasMessageContaining(key + "=" + value)
        .hasMessageContaining(said);
  }

  @Test
  void aPlaceForDataThatBeginsNowhere() {
    IcebergSink sink = IcebergSink.append(lake(), "web.t").property("write.data.path", "some/data");
    assertThatThrownBy(() -> write(sink))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
        .hasMessageContaining("begins nowhere")
        .hasMessageContaining("location=some/data");
    assertThat(Path.of("some/data").toAbsolutePath()).doesNotExist();
  }

  @Test
  void settingsOfASink() {
    IcebergSink sink = IcebergSink.append(lake(), "web.t");
    assertWrong(() -> sink.property("leat.sink.lake.place", "x"), "only a sink sets its place");
    assertWrong(() -> sink.toBranch(" "), "a branch has a name");
    assertWrong(() -> sink.targetFileBytes(0), "target-file-bytes=0");
    assertThatThrownBy(() -> sink.property("comment", null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("value");
  }

  @Test
  void whoeverDoesNotWriteMakesNoLake() {
    Path mistyped = temp.resolve("lak");
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> TableCare.of(Lake.local(mistyped), "web.t").compact(),
            () -> TableCare.of(Lake.local(mistyped), "web.t").removeOrphans(Duration.ofDays(1)),
            () ->
                IcebergSource.of(Lake.local(mistyped), "web.t")
                    .readInto(WrittenTable.reader(ROWS), "rows"))) {
      assertThatThrownBy(call)
          .isInstanceOfSatisfying(
              EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
          .hasMessageContaining("lake")
          .hasMessageContaining(mistyped.toString());
    }
    assertThat(mistyped).doesNotExist();
  }

  @Test
  void addressesAndKeys() {
    for (String uri : List.of("catalog", "ftp://host/x", "http://host/?token=hunter2", "file:/x")) {
      assertWrong(() -> Lake.rest(URI.create(uri)), "an http or https address");
    }
    S3Store store = S3Store.inRegion("any");
    for (String uri : List.of("host", "http://u:hunter2@host", "s3://bucket")) {
      assertWrong(() -> store.at(URI.create(uri)), "an http or https address");
    }
    assertWrong(() -> S3Store.inRegion(" "), "a store has a region");
    assertWrong(() -> S3Keys.of("", "hunter2"), "a key has a name and a secret");
    assertWrong(() -> new S3Keys.Key("id", "", Optional.empty()), "a key has a name and a secret");
    for (String token : new String[] {null, "fails"}) {
      RestLake lake =
          Lake.rest(URI.create("http://127.0.0.1:1"))
              .token(
                  () -> {
                    if (token != null) {
                      throw new IllegalStateException("the vault is closed");
                    }
                    return null;
                  });
      assertThatThrownBy(() -> write(IcebergSink.append(lake, "web.t")))
          .isInstanceOfSatisfying(
              EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE))
          .hasMessageContaining("the token of a catalog cannot be had")
          .hasMessageContaining(token == null ? "no token is given" : "the vault is closed");
    }
    assertThatThrownBy(
            () -> write(IcebergSink.append(Lake.rest(URI.create("http://127.0.0.1:1")), "web.t")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("the catalog does not let us in")
        .hasMessageContaining("Connection refused");
  }
}
