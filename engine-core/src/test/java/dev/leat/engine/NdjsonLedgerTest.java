package dev.leat.engine;

import static dev.leat.engine.Expressions.count;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a general JSON parser lets through, or chokes on, is one entry of the ledger here, and the
 * rows around it are in.
 */
class NdjsonLedgerTest {
  record Event(String name, double amount) {}

  private static final String GOOD = "{\"name\":\"good\",\"amount\":1}";
  private static final int MAX_COPY = 1024 + "...".length();

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p -> p.stream("events", Event.class).aggregate(count().as("n")).materialize("n"));

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] named(int... name) {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    line.writeBytes(utf8("{\"name\":\""));
    IntStream.of(name).forEach(line::write);
    line.writeBytes(utf8("\",\"amount\":1}"));
    return line.toByteArray();
  }

  private static Arguments line(String what, byte[] bytes, String reason) {
    return Arguments.of(what, bytes, reason);
  }

  private static Arguments line(String what, String text, String reason) {
    return line(what, utf8(text), reason);
  }

  private static String fields(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"f" + i + "\":1")
        .collect(Collectors.joining(",", "{", "}"));
  }

  static Stream<Arguments> badLines() {
    return Stream.of(
        line("duplicate keys", "{\"name\":\"a\",\"name\":\"b\",\"amount\":1}", "'name'"),
        line("overlong UTF-8", named(0xc0, 0xaf), "UTF-8"),
        line("an encoded surrogate", named(0xed, 0xa0, 0x80), "UTF-8"),
        line("a lone surrogate", "{\"name\":\"\\ud800\",\"amount\":1}", "surrogate"),
        line("two documents on a line", GOOD + " " + GOOD, "something follows"),
        line("a huge exponent", "{\"name\":\"a\",\"amount\":1e999999999}", "amount"),
        line("a long number", "{\"name\":\"a\",\"amount\":" + "1".repeat(65) + "}", "64"),
        line("a string of 19 MB", "{\"name\":\"" + "x".repeat(19_000_000) + "\"}", "1048576 bytes"),
        line("a long field", "{\"name\":\"" + "x".repeat(65_537) + "\",\"amount\":1}", "65536"),
        line("a million keys", fields(1_000_000), ""),
        line("too many fields", fields(1025), "1024"),
        line("deep nesting", "{\"x\":" + "[".repeat(64) + "]".repeat(64) + "}", "64"),
        line("an array", "[1]", "object"),
        line("not JSON", "name=good", ""),
        line("a missing number", "{\"name\":\"a\"}", "amount"),
        line("a wrong type", "{\"name\":1,\"amount\":1}", "name"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badLines")
  void aBadLineIsOneEntryAndTheOthersAreIn(String what, byte[] bad, String reason) {
    ByteArrayOutputStream input = new ByteArrayOutputStream();
    input.writeBytes(utf8(GOOD + "\n"));
    input.writeBytes(bad);
    input.writeBytes(utf8("\n" + GOOD + "\n"));
    EngineSettings host = EngineSettings.defaults().withThreading(Threading.HOST);
    try (Engine engine = Engine.inMemory(PIPELINE, host)) {
      NdjsonResult result = engine.ndjson("events").append(input.toByteArray());
      assertThat(engine.view("n").await(result.position()).get().orElseThrow().values())
          .containsExactly(2L);
      assertThat(result.accepted()).isEqualTo(2);
      assertThat(result.rejected()).isEqualTo(1);
      assertThat(engine.ledger().scan())
          .singleElement()
          .satisfies(
              entry -> {
                assertThat(entry.source()).isEqualTo("stream 'events'");
                assertThat(entry.reason()).isNotBlank().contains(reason);
                assertThat(entry.row()).isNotEmpty().hasSizeLessThanOrEqualTo(MAX_COPY);
              });
      assertThat(engine.rejectedRows()).containsEntry("stream 'events'", 1L);
    }
  }
}
