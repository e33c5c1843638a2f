package dev.leat.engine.iceberg;

import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.iceberg.Partition.days;
import static dev.leat.engine.iceberg.Partition.identity;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Relation;
import dev.leat.engine.Row;
import dev.leat.engine.SinkSettings;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code of the module's README: what stands there stands here, and works. */
class IcebergReadmeTest {
  private static final Pattern CODE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @TempDir private Path temp;

  record Click(String userId, String type, Instant at) {}

  private static void toTheLake(Relation<Click> clicks, Path directory) {
    clicks.to(
        "clicks_lake",
        IcebergSink.append(Lake.local(directory), "web.clicks")
            .partitionedBy(days("at"), identity("type"))
            .targetFileBytes(128L << 20)
            .property("write.metadata.delete-after-commit.enabled", "true")
            .comment("all clicks"),
        SinkSettings.defaults().withCommitInterval(Duration.ofSeconds(30)));
  }

  record User(String userId, String plan) {}

  private static void toTheLakeByKey(Relation<User> users, Path directory) {
    users.to("users_lake", IcebergSink.upsert(Lake.local(directory), "web.users"));
  }

  @Test
  void theSinksOfTheReadmeWork() {
    Path lake = temp.resolve("lake");
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              toTheLake(p.stream("clicks", Click.class), lake);
              toTheLakeByKey(p.table("users", User.class).primaryKey(User::userId), lake);
            });
    try (Engine engine = Engine.inMemory(pipeline)) {
      engine.table("users", User.class).upsert(new User("u1", "free"));
      engine.table("users", User.class).upsert(new User("u1", "paid"));
      engine.stream("clicks", Click.class)
          .append(new Click("u1", "view", Instant.parse("2026-01-01T00:00:00Z")));
    }
    assertThat(
            TableFiles.of(Lake.local(temp.resolve("lake")), "web.clicks")
                .query("SELECT user_id FROM FILES"))
        .containsExactly(List.of("u1"));
    Schema plans = Schema.of(List.of(new Field("plan", Type.STRING, true)));
    assertThat(TableRows.of(Lake.local(lake), "web.users", plans))
        .containsExactly(Row.of(plans, "paid"));
  }

  private static void fromTheLake(Engine engine, Path directory, Instant since) {
    IcebergSource source = IcebergSource.of(Lake.local(directory), "web.clicks").from("at", since);
    SourceProgress read = source.readInto(engine, "clicks");
    engine.view("by_type").await(read.position());
  }

  @Test
  void theSourceOfTheReadmeWorks() {
    Path lake = temp.resolve("lake");
    Instant at = Instant.parse("2026-01-01T00:00:00Z");
    try (Engine engine =
        Engine.inMemory(Pipeline.define(p -> toTheLake(p.stream("clicks", Click.class), lake)))) {
      engine.stream("clicks", Click.class).append(new Click("u1", "view", at.minusSeconds(1)));
      engine.stream("clicks", Click.class).append(new Click("u1", "view", at));
    }
    Pipeline counting =
        Pipeline.define(
            p ->
                p.stream("clicks", Click.class)
                    .groupBy(Click::type)
                    .aggregate(count().as("n"))
                    .materialize("by_type"));
    try (Engine engine = Engine.inMemory(counting)) {
      fromTheLake(engine, lake, at);
      fromTheLake(engine, lake, at);
      assertThat(engine.view("by_type").scan())
          .singleElement()
          .satisfies(row -> assertThat(row.value("n")).isEqualTo(1L));
    }
  }

  @Test
  void theCodeOfTheReadmeIsThatOfThisTest() throws IOException {
    String source =
        Files.readString(Path.of("src/test/java/dev/leat/engine/iceberg/IcebergReadmeTest.java"));
    Matcher code = CODE.matcher(Files.readString(Path.of("README.md")));
    int blocks = 0;
    while (code.find()) {
      blocks++;
      assertThat(withoutIndent(source)).contains(withoutIndent(code.group(1)));
    }
    assertThat(blocks).isEqualTo(3);
  }

  private static String withoutIndent(String code) {
    return code.replaceAll("(?m)^ +", "").strip();
  }
}
