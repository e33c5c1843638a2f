package dev.leat.engine.sketches;

import static dev.leat.engine.sketches.Sketches.approxCountDistinct;
import static dev.leat.engine.sketches.Sketches.approxPercentile;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Relation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The code of the module's README: what stands there stands here, and works. */
class SketchesReadmeTest {
  private static final Pattern CODE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  record Click(String pageUrl, String userId, long millis) {}

  private static void pages(Relation<Click> clicks) {
    clicks
        .groupBy(Click::pageUrl)
        .aggregate(
            approxCountDistinct(Click::userId).as("users"),
            approxCountDistinct(Click::userId, 14).as("users_to_0_6_percent"),
            approxPercentile(0.99, Click::millis).as("p99"),
            approxPercentile(0.5, Click::millis, 0.001).as("median"))
        .materialize("pages");
  }

  @Test
  void thePipelineOfTheReadmeWorks() {
    Pipeline pipeline = Pipeline.define(p -> pages(p.stream("clicks", Click.class)));
    try (Engine engine = Engine.inMemory(pipeline)) {
      Position at = engine.stream("clicks", Click.class).append(new Click("/", "u1", 128));
      List<Object> page = engine.view("pages").await(at).get("/").orElseThrow().values();
      assertThat(page.subList(0, 3)).containsExactly("/", 1L, 1L);
      assertThat((Double) page.get(3)).isBetween(126.72, 129.28);
      assertThat((Double) page.get(4)).isBetween(127.87, 128.13);
    }
  }

  @Test
  void theCodeOfTheReadmeIsThatOfThisTest() throws IOException {
    String source =
        Files.readString(Path.of("src/test/java/dev/leat/engine/sketches/SketchesReadmeTest.java"));
    Matcher code = CODE.matcher(Files.readString(Path.of("README.md")));
    int blocks = 0;
    while (code.find()) {
      blocks++;
      assertThat(withoutIndent(source)).contains(withoutIndent(code.group(1)));
    }
    assertThat(blocks).isEqualTo(1);
  }

  private static String withoutIndent(String code) {
    return code.replaceAll("(?m)^ +", "").strip();
  }
}
