package dev.leat.engine.internal.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NdjsonDecoderTest {
  private static final Schema TWO =
      Schema.builder().required("id", Type.STRING).nullable("n", Type.LONG).build();

  private static List<Object> row(Object... values) {
    return Arrays.asList(values);
  }

  @Test
  void readsLinesOfBothEndsAndSkipsBlankOnesAndTheMark() {
    Decoded decoded =
        Decoded.of(
            TWO,
            "\uFEFF{\"id\":\"a\",\"n\":1}\r\n\n  \t\r\n { \"n\" : -2 , \"id\" : \"b\" } \n"
                + "{\"id\":\"c\",\"n\":null}\n{\"id\":\"d\"}");
    assertThat(decoded.reasons()).isEmpty();
    assertThat(decoded.rows())
        .containsExactly(row("a", 1L), row("b", -2L), row("c", null), row("d", null));
  }

  @Test
  void aByteOrderMarkIsSkippedOnlyAtTheStart() {
    Decoded decoded = Decoded.of(TWO, "{\"id\":\"a\"}\n\uFEFF{\"id\":\"b\"}\n");
    assertThat(decoded.rows()).containsExactly(row("a", null));
    assertThat(decoded.reasons()).hasSize(1);
  }

  @Test
  void leavesAnIncompleteLineUnlessItIsTheLast() {
    NdjsonDecoder decoder = new NdjsonDecoder(TWO, JsonLimits.DEFAULT);
    StagedRows rows = new StagedRows(TWO, new Hashing(1));
    byte[] input = "xx{\"id\":\"a\"}\n{\"id\":\"b\"}yy".getBytes(StandardCharsets.UTF_8);
    int to = input.length - 2;
    assertThat(decoder.decode(input, 2, to, false, 10, rows, fail())).isEqualTo(11);
    assertThat(rows.size()).isEqualTo(1);
    assertThat(decoder.decode(input, 13, to, true, 10, rows, fail())).isEqualTo(10);
    assertThat(Decoded.values(rows)).containsExactly(row("a", null), row("b", null));
  }

  @Test
  void takesNoMoreLinesThanItIsTold() {
    NdjsonDecoder decoder = new NdjsonDecoder(TWO, JsonLimits.DEFAULT);
    StagedRows rows = new StagedRows(TWO, new Hashing(1));
    byte[] input = "{\"id\":\"a\"}\nbad\n{\"id\":\"b\"}\n".getBytes(StandardCharsets.UTF_8);
    List<String> reasons = new ArrayList<>();
    int used =
        decoder.decode(
            input, 0, input.length, false, 2, rows, (reason, b, from, to) -> reasons.add(reason));
    assertThat(used).isEqualTo(15);
    assertThat(rows.size()).isEqualTo(1);
    assertThat(reasons).hasSize(1);
  }

  @Test
  void aRejectedLineLeavesNothingBehind() {
    NdjsonDecoder decoder = new NdjsonDecoder(TWO, JsonLimits.DEFAULT);
    StagedRows rows = new StagedRows(TWO, new Hashing(1));
    byte[] input =
        "{\"id\":\"a\",\"n\":7}\n{\"id\":\"only here\",\"n\":\"x\"}\n{\"id\":\"b\"}\n"
            .getBytes(StandardCharsets.UTF_8);
    List<String> lines = new ArrayList<>();
    decoder.decode(
        input,
        0,
        input.length,
        true,
        10,
        rows,
        (reason, b, from, to) -> lines.add(new String(b, from, to - from, StandardCharsets.UTF_8)));
    assertThat(Decoded.values(rows)).containsExactly(row("a", 7L), row("b", null));
    assertThat(rows.heap().size()).isEqualTo(2);
    assertThat(lines).containsExactly("{\"id\":\"only here\",\"n\":\"x\"}");
  }

  @Test
  void passesOverUnknownFieldsOfAnyKind() {
    Decoded decoded =
        Decoded.of(
            TWO,
            "{\"x\":{\"id\":\"no\",\"a\":[1,{\"b\":[]}]},\"id\":\"a\",\"y\":[[],\"\\n\",1.5e3],"
                + "\"z\":null,\"n\":3,\"q\":true}\n{\"q\":1,\"id\":\"b\",\"n\":4}");
    assertThat(decoded.reasons()).isEmpty();
    assertThat(decoded.rows()).containsExactly(row("a", 3L), row("b", 4L));
  }

  @Test
  void resolvesEscapesInValuesAndNames() {
    Decoded decoded =
        Decoded.of(TWO, "{\"\\u0069d\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00é😀\"}");
    assertThat(decoded.rows()).containsExactly(row("\"\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀", null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"n\":1}| field 'id' is missing",
        "{\"id\":null}| field 'id' is null",
        "{\"id\":5}| field 'id': not a string: 5",
        "{\"id\":{}}| field 'id': not a string: an object",
        "{\"id\":[]}| field 'id': not a string: an array",
        "{\"id\":true}| field 'id': not a string: true",
        "{\"id\":\"a\",\"n\":\"b\"}| field 'n': not a number without point and exponent: 'b'",
        "{\"id\":\"a\",\"n\":1.0}| field 'n': not a number without point and exponent: 1.0",
        "{\"id\":\"a\",\"n\":1e3}| field 'n': not a number without point and exponent: 1e3",
        "{\"id\":\"a\",\"n\":9223372036854775808}| field 'n': does not fit long:"
            + " 9223372036854775808",
        "{\"id\":\"a\",\"id\":\"a\"}| field 'id' is there twice",
        "{\"x\":1,\"id\":\"a\",\"x\":1}| field 'x' is there twice",
        "{\"id\":\"a\",\"n\":1,\"\\u006e\":1}| field 'n' is there twice",
        "{\"id\":\"a\"}{\"id\":\"b\"}| not one object a line: something follows the object",
        "{\"id\":\"a\"} x| not one object a line: something follows the object",
        "{\"id\":\"a\"}}| not one object a line: something follows the object",
        "[]| not an object but an array",
        "5| not an object but a number",
        "\"id\"| not an object but a string",
        "null| not an object but null",
        "{\"id\":\"a\"| not JSON: the line ends in the middle of an object",
        "{\"id\":\"a| not JSON: the line ends in the middle of an object",
        "{\"id| not JSON: the line ends in the middle of an object",
        "{\"id\":| not JSON: the line ends in the middle of an object",
        "{,}| not JSON: Unexpected character (',' (code 44)): was expecting double-quote to start"
            + " field name at byte 2",
        "{| not JSON: the line ends in the middle of an object",
        "{\"n\":NaN}| not JSON: Non-standard token 'NaN' at byte 9",
        "{\"n\":1 // one| not JSON: Unexpected character ('/' (code 47)): maybe a (non-standard)"
            + " comment? at byte 8",
      })
  void saysWhyALineIsRejected(String line, String reason) {
    Decoded decoded = Decoded.of(TWO, line + "\n{\"id\":\"next\"}\n");
    assertThat(decoded.reasons()).containsExactly(reason);
    assertThat(decoded.lines()).containsExactly(line);
    assertThat(decoded.rows()).containsExactly(row("next", null));
  }

  @Test
  void readsAllTypes() {
    Schema schema =
        Schema.builder()
            .nullable("bool", Type.BOOLEAN)
            .nullable("int", Type.INT)
            .nullable("float", Type.FLOAT)
            .nullable("double", Type.DOUBLE)
            .nullable("dec", Type.decimal(10, 2))
            .nullable("wide", Type.decimal(38, 3))
            .nullable("at", Type.INSTANT)
            .nullable("day", Type.DATE)
            .nullable("time", Type.DURATION)
            .nullable("bytes", Type.BYTES)
            .nullable("list", Type.array(Type.array(Type.INSTANT)))
            .build();
    Decoded decoded =
        Decoded.of(
            schema,
            "{\"bool\":true,\"int\":-2147483648,\"float\":0.1,\"double\":-1.5e-3,\"dec\":1.5,"
                + "\"wide\":\"12345678901234567890.125\",\"at\":\"2026-04-01T09:00:00.5+02:00\","
                + "\"day\":\"2024-02-29\",\"time\":\"-PT1H0.000001S\",\"bytes\":\"AQID\","
                + "\"list\":[[\"1970-01-01 00:00:01Z\",null],null,[]]}\n"
                + "{\"dec\":\"1e2\",\"double\":3,\"float\":-0,\"bytes\":\"\"}\n");
    assertThat(decoded.reasons()).isEmpty();
    assertThat(decoded.rows())
        .containsExactly(
            row(
                true,
                Integer.MIN_VALUE,
                0.1f,
                -0.0015,
                new BigDecimal("1.50"),
                new BigDecimal("12345678901234567890.125"),
                Instant.parse("2026-04-01T07:00:00.500Z"),
                LocalDate.of(2024, 2, 29),
                Duration.ofHours(-1).minusNanos(1000),
                List.of((byte) 1, (byte) 2, (byte) 3),
                Arrays.asList(Arrays.asList(Instant.ofEpochSecond(1), null), null, List.of())),
            row(
                null,
                null,
                0.0f,
                3.0,
                new BigDecimal("100.00"),
                null,
                null,
                null,
                null,
                List.of(),
                null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "boolean| 1| field 'x': not true or false: 1",
        "boolean| \"true\"| field 'x': not true or false: 'true'",
        "int| 2147483648| field 'x': does not fit int: 2147483648",
        "int| true| field 'x': not a number without point and exponent: true",
        "float| 1e39| field 'x': does not fit float: 1e39",
        "double| 1e309| field 'x': does not fit double: 1e309",
        "double| \"1\"| field 'x': not a number: '1'",
        "decimal| 1.234| field 'x': more than 2 digits behind the point: 1.234",
        "decimal| 1e-300| field 'x': more than 2 digits behind the point: 1e-300",
        "decimal| 1000| field 'x': does not fit decimal(5,2): 1000",
        "decimal| 1e300| field 'x': does not fit decimal(5,2): 1e300",
        "decimal| \"1,5\"| field 'x': not a number or a string that holds one: '1,5'",
        "decimal| \" 1\"| field 'x': not a number or a string that holds one: ' 1'",
        "decimal| \"\"| field 'x': not a number or a string that holds one: ''",
        "instant| \"2026-13-01\"| field 'x': not an instant with an offset: '2026-13-01'",
        "instant| \"2026-04-01T09:00:00\"| field 'x': not an instant with an offset:"
            + " '2026-04-01T09:00:00'",
        "instant| 5| field 'x': not an instant with an offset: 5",
        "date| \"2026-02-29\"| field 'x': not a date like 2026-04-01: '2026-02-29'",
        "duration| \"1h\"| field 'x': not a duration like PT1H30M: '1h'",
        "duration| \"PT9000000000000000H\"| field 'x': not a duration like PT1H30M:"
            + " 'PT9000000000000000H'",
        "duration| \"P106751993D\"| field 'x': longer than 292,000 years: PT2562047832H",
        "bytes| \"AQI\"| field 'x': not a string in base64: 'AQI'",
        "bytes| \"A-_=\"| field 'x': not a string in base64: 'A-_='",
        "array| 1| field 'x': not an array: 1",
        "array| \"1\"| field 'x': not an array: '1'",
        "array| [1,\"2\"]| field 'x': not a number without point and exponent: '2'",
        "array| [1,[2]]| field 'x': not a number without point and exponent: an array",
        "array| [1,{}]| field 'x': not a number without point and exponent: an object",
      })
  void saysWhyAValueIsNotItsColumns(String type, String value, String reason) {
    Type wanted =
        switch (type) {
          case "boolean" -> Type.BOOLEAN;
          case "int" -> Type.INT;
          case "float" -> Type.FLOAT;
          case "double" -> Type.DOUBLE;
          case "decimal" -> Type.decimal(5, 2);
          case "instant" -> Type.INSTANT;
          case "date" -> Type.DATE;
          case "duration" -> Type.DURATION;
          case "bytes" -> Type.BYTES;
          default -> Type.array(Type.INT);
        };
    Schema schema = Schema.builder().nullable("x", wanted).build();
    Decoded decoded = Decoded.of(schema, "{\"x\":" + value + "}\n{\"x\":null}\n");
    assertThat(decoded.reasons()).containsExactly(reason);
    assertThat(decoded.rows()).hasSize(1);
  }

  @Test
  void manyMadeUpNamesDoNotFillTheMemoryAndHinderNoRow() {
    NdjsonDecoder decoder = new NdjsonDecoder(TWO, JsonLimits.DEFAULT);
    int all = 0;
    for (int round = 0; round < 50; round++) {
      StringBuilder lines = new StringBuilder();
      for (int line = 0; line < 40; line++) {
        lines.append("{\"id\":\"a\"");
        for (int field = 0; field < 100; field++) {
          lines.append(",\"made_up_").append(all++).append("\":0");
        }
        lines.append("}\n");
      }
      byte[] input = lines.toString().getBytes(StandardCharsets.UTF_8);
      assertThat(Decoded.of(decoder, TWO, input).rows()).hasSize(40);
    }
  }

  private static Rejects fail() {
    return (reason, buffer, from, to) -> {
      throw new AssertionError(reason);
    };
  }
}
