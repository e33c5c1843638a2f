package dev.leat.engine.examples.feed;

import static dev.leat.engine.Expressions.count;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Relation;
import dev.leat.engine.Row;
import dev.leat.engine.Sink;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import dev.leat.engine.testkit.SinkContractTest;
import dev.leat.engine.testkit.SinkFaults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChangeFileTest extends SinkContractTest {
  record Click(String user) {}

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir private Path temp;

  @Override
  protected Sink sink(Path directory, SinkFaults faults) {
    return new ChangeFile(directory.resolve("changes.ndjson"), faults::at);
  }

  private static byte[] committed(Path file) {
    try {
      long bytes = new ChangeFile(file).stored().map(ChangeFile.Stored::bytes).orElse(0L);
      return bytes == 0
          ? new byte[0]
          : Arrays.copyOf(Files.readAllBytes(file), Math.toIntExact(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The feed of one engine is read by another. */
  @Override
  protected List<Row> rows(Path directory, Schema schema) {
    List<Field> fields = new ArrayList<>(List.of(new Field("weight", Type.LONG, false)));
    fields.addAll(schema.fields());
    Pipeline reading =
        Pipeline.define(
            p -> p.stream("lines", Schema.of(fields)).acceptGrowth("a test").materialize("lines"));
    List<Row> rows = new ArrayList<>();
    try (Engine engine = Engine.inMemory(reading)) {
      byte[] lines = committed(directory.resolve("changes.ndjson"));
      Position at = engine.ndjson("lines").append(lines).position();
      for (Row line : engine.view("lines").await(at).scan()) {
        Row row = Row.of(schema, line.values().subList(1, fields.size()).toArray());
        for (long i = 0; i < (long) line.values().get(0); i++) {
          rows.add(row);
        }
      }
      assertThat(engine.ledger().scan()).isEmpty();
    }
    return rows;
  }

  @Test
  void aSubscriberThatWasAwayGoesOnFromItsPosition() {
    Path file = temp.resolve("clicks.ndjson");
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Row> counts =
                  p.stream("clicks", Click.class)
                      .groupBy(Click::user)
                      .aggregate(count().as("n"))
                      .acceptGrowth("a test");
              counts.materialize("counts");
              counts.to("feed", new ChangeFile(file));
            });
    for (String user : List.of("a", "b \"quoted\"\n", "a")) {
      try (Engine engine = Engine.open(temp.resolve("data"), pipeline)) {
        Position at = engine.stream("clicks", Click.class).append(new Click(user));
        engine.awaitSink("feed", at, PATIENCE);
      }
    }
    assertThat(new String(committed(file), StandardCharsets.UTF_8).lines())
        .containsExactly(
            "{\"position\":1,\"weight\":1,\"user\":\"a\",\"n\":1}",
            "{\"position\":2,\"weight\":1,\"user\":\"b \\u0022quoted\\u0022\\u000a\",\"n\":1}",
            "{\"position\":3,\"weight\":-1,\"user\":\"a\",\"n\":1}",
            "{\"position\":3,\"weight\":1,\"user\":\"a\",\"n\":2}");
  }
}
