package dev.leat.engine.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.File;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program with a sink runs with what a host gets from Maven, and says nothing on the console. */
class RuntimeDependenciesTest {
  private static final List<String> LIBRARIES =
      List.of(
          "/iceberg-",
          "/parquet-",
          "/avro-",
          "/jackson-databind",
          "/jackson-annotations",
          "/caffeine-",
          "/jts-core",
          "/RoaringBitmap",
          "/aircompressor",
          "/sqlite-jdbc");

  @TempDir private Path temp;

  @Test
  void noHadoopIsNeededAndNothingIsWarnedOf() throws Exception {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(RuntimeDependenciesTest::isThereAtRunTime)
            .collect(Collectors.joining(File.pathSeparator));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= 23) {
      // Both load native libraries and use Unsafe, of which newer JDKs warn unless told.
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-cp", classPath));
    command.add(SmallProgram.class.getName());
    command.add(temp.resolve("lake").toString());
    Path output = temp.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();

    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();

    String said = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(said).doesNotContain("WARN", "ERROR", "Exception", "hadoop");
    assertThat(
            TableFiles.of(Lake.local(temp.resolve("lake")), "web.orders")
                .query("SELECT count(*), sum(amount)::VARCHAR FROM FILES"))
        .containsExactly(List.of(6L, "7.50"));
    assertThat(
            TableRows.of(
                Lake.local(temp.resolve("lake")),
                "web.latest",
                Schema.of(List.of(new Field("amount", Type.decimal(30, 2), true)))))
        .extracting(row -> row.value("amount"))
        .containsExactlyInAnyOrder(new BigDecimal("1.25"), new BigDecimal("1.00"));
    assertThat(said)
        .contains("refused: REST catalogs and S3 need libraries", "httpclient5", "iceberg-aws");
  }

  /** The enforcer's rule lets in no other libraries than these and those of engine-core. */
  @Test
  void theLibrariesAreNotMoreThan35Megabytes() throws Exception {
    List<Path> libraries =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(RuntimeDependenciesTest::isThereAtRunTime)
            .filter(path -> LIBRARIES.stream().anyMatch(path.replace('\\', '/')::contains))
            .map(Path::of)
            .toList();
    long bytes = 0;
    for (Path library : libraries) {
      bytes += Files.size(library);
    }

    assertThat(libraries).hasSize(19);
    assertThat(bytes).isLessThan(35_000_000);
  }

  private static boolean isThereAtRunTime(String path) {
    String name = String.valueOf(Path.of(path).getFileName());
    return !name.startsWith("hadoop-")
        && !name.startsWith("duckdb")
        && !name.startsWith("iceberg-data")
        && !name.startsWith("parquet-avro")
        && !name.startsWith("zstd-jni")
        && !name.startsWith("http")
        && !name.startsWith("iceberg-aws")
        && !name.startsWith("jetty")
        && !name.endsWith("-tests.jar")
        && !path.contains("awssdk")
        && !name.startsWith("slf4j-nop");
  }
}
