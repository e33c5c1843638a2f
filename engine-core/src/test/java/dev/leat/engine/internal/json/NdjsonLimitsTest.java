package dev.leat.engine.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What hostile input is refused, and that nothing just within a limit is. */
class NdjsonLimitsTest {
  private static final Schema SCHEMA =
      Schema.builder()
          .nullable("s", Type.STRING)
          .nullable("d", Type.DOUBLE)
          .nullable("m", Type.decimal(38, 10))
          .nullable("a", Type.array(Type.STRING))
          .build();

  private static void assertAccepted(String line) {
    assertThat(Decoded.of(SCHEMA, line).reasons()).isEmpty();
    assertThat(Decoded.of(SCHEMA, line).rows()).hasSize(1);
  }

  private static void assertRejected(String line, String reason) {
    assertRejected(line.getBytes(StandardCharsets.UTF_8), reason);
  }

  private static void assertRejected(byte[] line, String reason) {
    Decoded decoded = Decoded.of(SCHEMA, line);
    assertThat(decoded.reasons()).containsExactly(reason);
    assertThat(decoded.rows()).isEmpty();
  }

  @Test
  void depth() {
    assertAccepted("{\"x\":" + "[".repeat(63) + "]".repeat(63) + "}");
    assertRejected(
        "{\"x\":" + "[".repeat(64) + "]".repeat(64) + "}", "more than 64 levels of nesting");
    assertRejected("{\"x\":" + "{\"x\":".repeat(100_000), "more than 64 levels of nesting");
    assertRejected("[".repeat(100_000), "not an object but an array");
  }

  @Test
  void digitsOfANumber() {
    assertAccepted("{\"d\":" + "9".repeat(64) + ",\"x\":0." + "9".repeat(63) + "}");
    for (String name : List.of("d", "m", "x")) {
      String reason = "field '" + name + "': a number of more than 64 digits";
      assertRejected("{\"" + name + "\":" + "9".repeat(65) + "}", reason);
      assertRejected("{\"" + name + "\":-0." + "1".repeat(64) + "}", reason);
      assertRejected("{\"" + name + "\":1e" + "0".repeat(63) + "1}", reason);
      assertRejected("{\"" + name + "\":" + "9".repeat(900_000) + "}", reason);
    }
    assertRejected(
        "{\"m\":\"" + "9".repeat(65) + "\"}", "field 'm': a number of more than 64 digits");
  }

  @Test
  void exponentOfANumber() {
    assertAccepted("{\"d\":1e-400,\"x\":1E+400}");
    for (String name : List.of("d", "m", "x")) {
      String start = "field '" + name + "': an exponent beyond 400: ";
      assertRejected("{\"" + name + "\":1e999999999}", start + "1e999999999");
      assertRejected("{\"" + name + "\":1e401}", start + "1e401");
      assertRejected("{\"" + name + "\":0E-999999999999}", start + "0E-999999999999");
    }
    assertRejected("{\"m\":\"1e999999999\"}", "field 'm': an exponent beyond 400: 1e999999999");
  }

  @Test
  void bytesOfARow() {
    int most = JsonLimits.DEFAULT.maxRowBytes();
    String fit = "{\"x\":[" + "1,".repeat((most - 9) / 2) + "1]}";
    assertAccepted(fit + " ".repeat(most - fit.length()));
    assertRejected(fit + " ".repeat(most - fit.length() + 1), "a line of more than 1048576 bytes");
    assertRejected("x".repeat(19_000_000), "a line of more than 1048576 bytes");
  }

  @Test
  void bytesOfAField() {
    String fit = "s".repeat(65_536);
    assertAccepted(
        "{\"s\":\"" + fit + "\",\"x\":\"" + fit + "\",\"" + fit + "\":[\"" + fit + "\"]}");
    assertRejected("{\"s\":\"" + fit + "s\"}", "field 's': longer than 65536 bytes");
    assertRejected("{\"x\":\"" + fit + "s\"}", "field 'x': longer than 65536 bytes");
    assertRejected("{\"a\":[\"" + fit + "s\"]}", "field 'a': longer than 65536 bytes");
    assertRejected("{\"x\":[\"" + fit + "s\"]}", "field 'x': longer than 65536 bytes");
    assertRejected("{\"s\":\"" + "é".repeat(32_769) + "\"}", "field 's': longer than 65536 bytes");
    assertAccepted("{\"s\":\"" + "é".repeat(32_768) + "\"}");
    String quoted = "field '" + "s".repeat(64) + "...'";
    assertRejected("{\"" + fit + "s\":1}", quoted + ": longer than 65536 bytes");
    assertRejected("{\"x\":{\"" + fit + "s\":1}}", "field 'x': longer than 65536 bytes");
  }

  @Test
  void fieldsOfARow() {
    StringBuilder fields = new StringBuilder("{\"s\":\"\"");
    for (int i = 1; i < 1024; i++) {
      fields.append(",\"f").append(i).append("\":0");
    }
    assertAccepted(fields + "}");
    assertRejected(fields + ",\"more\":0}", "more than 1024 fields");
    assertRejected(
        "{\"x\":[{}," + fields.substring(0, fields.length()) + "}]}", "more than 1024 fields");
  }

  @Test
  void aMillionKeysAreRefusedQuickly() {
    StringBuilder fields = new StringBuilder("{\"f\":0");
    for (int i = 0; i < 1_000_000; i++) {
      fields.append(",\"f").append(i).append("\":0");
    }
    byte[] line = fields.append('}').toString().getBytes(StandardCharsets.UTF_8);
    JsonLimits wide = new JsonLimits(64, 64, 400, 1 << 26, 64 << 10, 1024);
    NdjsonDecoder decoder = new NdjsonDecoder(SCHEMA, wide);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    assertThat(Decoded.of(decoder, SCHEMA, line).reasons())
        .containsExactly("more than 1024 fields");
    assertThat(Duration.ofNanos(threads.getCurrentThreadCpuTime() - start))
        .isLessThan(Duration.ofSeconds(2));
  }

  @ParameterizedTest
  @CsvSource({
    "c0 80, overlong NUL",
    "c1 bf, overlong two bytes",
    "e0 80 af, overlong slash",
    "e0 9f bf, overlong three bytes",
    "f0 80 80 af, overlong four bytes",
    "f0 8f bf bf, overlong four bytes",
    "ed a0 80, high surrogate",
    "ed bf bf, low surrogate",
    "f4 90 80 80, beyond U+10FFFF",
    "f5 80 80 80, no such first byte",
    "ff, no such byte",
    "80, no first byte",
    "c3, cut off",
    "e2 82, cut off",
    "f0 9f 98, cut off",
    "c3 28, no second byte",
    "e2 28 a1, no second byte",
    "f0 9f 28 80, no third byte",
  })
  void invalidUtf8(String hex, String what) {
    for (String frame :
        List.of("{\"s\":\"%\"}", "{\"%\":1}", "{\"x\":\"12345678901%\"}", "%", "{}%")) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      int place = frame.indexOf('%');
      line.writeBytes(frame.substring(0, place).getBytes(StandardCharsets.UTF_8));
      for (String b : hex.split(" ", -1)) {
        line.write(Integer.parseInt(b, 16));
      }
      line.writeBytes(frame.substring(place + 1).getBytes(StandardCharsets.UTF_8));
      assertRejected(line.toByteArray(), "not valid UTF-8");
    }
  }

  @Test
  void loneSurrogates() {
    String end = ": half of a surrogate pair stands alone";
    for (String escape :
        List.of("\\ud800", "\\udc00", "\\ud800x", "\\udc00\\ud800", "\\ud800\\n")) {
      assertRejected("{\"s\":\"" + escape + "\"}", "field 's'" + end);
      assertRejected("{\"x\":\"" + escape + "\"}", "field 'x'" + end);
      assertRejected("{\"x\":[\"" + escape + "\"]}", "field 'x'" + end);
      assertRejected("{\"a\":[\"" + escape + "\"]}", "field 'a'" + end);
      for (String name : List.of("{\"%\":1}", "{\"x\":{\"%\":1}}")) {
        assertThat(Decoded.of(SCHEMA, name.replace("%", escape)).reasons())
            .singleElement()
            .asString()
            .contains("surrogate");
      }
    }
    assertAccepted("{\"s\":\"\\ud83d\\ude00\",\"\\ud83d\\ude00\":1}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NaN",
        "Infinity",
        "-Infinity",
        "+1",
        "01",
        "-01",
        "00",
        "1.",
        ".5",
        "1e",
        "1e+",
        "-",
        "0x1",
        "'a'",
        "tru",
        "True",
        "nul",
        "undefined",
        "\"\t\"",
        "\"\u0000\"",
        "\"\u001f\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "[1,]",
        "[,1]",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "/* c */ 1",
        "1 // c",
        "# c",
        "[1}",
        "{\"a\"}",
        "{\"a\":}",
        "",
        "1 2",
        "\u00a01",
        "\u20281"
      })
  void whatIsNoJson(String value) {
    for (String name : List.of("s", "d", "m", "a", "x")) {
      String line = "{\"" + name + "\":" + value + "}";
      Decoded decoded = Decoded.of(SCHEMA, line + "\n{\"s\":\"next\"}\n");
      assertThat(decoded.reasons()).as(line).hasSize(1);
      assertThat(decoded.reasons().get(0)).hasSizeLessThan(250);
      if (name.equals("x")) {
        assertThat(decoded.reasons().get(0)).startsWith("not JSON: ");
      }
      assertThat(decoded.rows()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"s\":\"a\",}",
        "{,}",
        "{\"s\" \"a\"}",
        "{\"s\":\"a\" \"d\":1}",
        "{\"s\":\"a\"]",
        "{]",
        "}",
        "\u0000{}",
        "{\u0000\"\u0000s",
        "tru",
        "nul",
        "-",
        "+",
        "{}\u0000",
        "{} {}",
        "{},{}",
        "{}[]",
        "//",
        "/* */{}",
        "{}//",
        "{}#",
        "\ufffe{}"
      })
  void linesThatAreNoRow(String line) {
    Decoded decoded = Decoded.of(SCHEMA, line + "\n{\"s\":\"next\"}\n");
    assertThat(decoded.reasons()).as(line).hasSize(1);
    assertThat(decoded.rows()).hasSize(1);
  }

  @Test
  void reasonsAreOfBoundedLength() {
    String hostile = "\\u0000\\u001b[31m\\ud83d\\ude00".repeat(5000);
    Schema instant = Schema.builder().required("x".repeat(5000), Type.INSTANT).build();
    Decoded decoded =
        Decoded.of(
            instant, "{\"" + "x".repeat(5000) + "\":\"" + hostile + "\"}\n" + "y".repeat(9999));
    assertThat(decoded.reasons()).hasSize(2).allMatch(reason -> reason.length() < 300);
    assertThat(decoded.reasons().get(0)).doesNotContain("\u001b", "\u0000");
  }

  @Test
  void limitsAreCheckedAtTheDoor() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new JsonLimits(0, 64, 400, 1024, 1024, 10))
        .withMessageContaining("maxDepth=0");
  }
}
