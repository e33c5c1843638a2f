package dev.leat.engine.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.EngineException;
import dev.leat.engine.iceberg.internal.catalog.S3Key;
import dev.leat.engine.iceberg.internal.catalog.ToldFileIO;
import dev.leat.engine.iceberg.internal.catalog.VendedKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.StorageCredential;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store whose keys come from the catalog. */
class VendedKeysTest {
  private static final String WRONG = "a-secret-that-is-not-the-right-one";

  private static Map<String, String> keys(String secret) {
    return Map.of("s3.access-key-id", RestFixture.KEY, "s3.secret-access-key", secret);
  }

  @Test
  void keysAreThoseOfTheLongestBeginning() {
    VendedKeys keys = new VendedKeys(Map.of("uri", "http://catalog"));
    assertThatThrownBy(keys::get)
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("S3Store.withKeys")
        .hasMessageContaining("uri=http://catalog");
    keys.set(List.of(StorageCredential.create("gs://", Map.of("gcs.oauth2.token", "x"))));
    assertThatThrownBy(keys::get).isInstanceOf(EngineException.class);
    keys.set(
        List.of(
            StorageCredential.create("s3", keys("a")),
            StorageCredential.create("s3://lake/warehouse", keys("b")),
            StorageCredential.create("s3://lake", keys("c"))));
    assertThat(keys.get()).isEqualTo(new S3Key(RestFixture.KEY, "b", Optional.empty()));
  }

  private static void write(ToldFileIO files, String location) throws IOException {
    try (PositionOutputStream out = files.newOutputFile(location).create()) {
      out.write("text".getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void keysThatComeLaterAreUsed(@TempDir Path directory) throws Exception {
    try (RestFixture fixture = RestFixture.start(directory)) {
      S3Store store = S3Store.inRegion("eu-central-1").at(fixture.store()).withPathStyle();
      VendedKeys keys = new VendedKeys(keys(WRONG));
      try (ToldFileIO files =
          new ToldFileIO(store.address().open(keys), UnforcedSteps.of(step -> {}), keys)) {
        assertThatThrownBy(() -> write(files, "s3://lake/a"))
            .hasStackTraceContaining("403")
            .satisfies(e -> assertThat(RestLakeTest.allOf(e)).doesNotContain(WRONG));
        files.setCredentials(
            List.of(StorageCredential.create("s3://lake", keys(RestFixture.SECRET))));
        write(files, "s3://lake/b");
        assertThat(files.credentials()).isEmpty();
      }
      assertThat(Files.readString(fixture.file("s3://lake/b"))).isEqualTo("text");
    }
  }
}
