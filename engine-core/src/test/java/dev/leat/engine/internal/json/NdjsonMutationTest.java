package dev.leat.engine.internal.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random lines, most of them damaged. Both ways of reading must give the same rows and reject the
 * same lines for the same reasons, each line that is not blank must be either a row or one reject,
 * and nothing may be thrown.
 */
class NdjsonMutationTest {
  private static final int ROUNDS = 4000;
  private static final int SLACK = 64;
  private static final int NO_PAUSES = NdjsonDecoder.MAX_MISSES + 1;

  private static final Schema SCHEMA =
      Schema.builder()
          .required("id", Type.STRING)
          .nullable("n", Type.LONG)
          .nullable("i", Type.INT)
          .nullable("f", Type.FLOAT)
          .nullable("ratio", Type.DOUBLE)
          .nullable("amount", Type.decimal(12, 2))
          .nullable("wide", Type.decimal(38, 6))
          .nullable("event_ts", Type.INSTANT)
          .nullable("day", Type.DATE)
          .nullable("took", Type.DURATION)
          .nullable("is_new", Type.BOOLEAN)
          .nullable("blob", Type.BYTES)
          .nullable("tags", Type.array(Type.STRING))
          .nullable("größe", Type.STRING)
          .build();

  /** Small limits, so that random lines come near them. */
  private static final JsonLimits LIMITS = new JsonLimits(4, 20, 30, 110, 40, 7);

  private static final String[] NAMES = {
    "id",
    "n",
    "i",
    "f",
    "ratio",
    "amount",
    "wide",
    "event_ts",
    "day",
    "took",
    "is_new",
    "blob",
    "tags",
    "größe",
    "other",
    "more",
    "x",
    "id2",
    "\\u0069d",
    "an unexpectedly long name with 50 bytes or even more"
  };

  private static final String[] VALUES = {
    "0",
    "-0",
    "1",
    "-17",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "1.0",
    "1.50",
    "-3.25e2",
    "1e5",
    "1E+31",
    "1e-31",
    "0.1",
    "123456789012345678901",
    "1234567890.12",
    "16777217.0",
    "true",
    "false",
    "null",
    "\"\"",
    "\"a\"",
    "\"page_view\"",
    "\"é\"",
    "\"日本語 text\"",
    "\"😀\"",
    "\"\\n\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud83d\"",
    "\"2026-04-01T09:00:00Z\"",
    "\"2026-04-01 09:00:00.123456789+05:30\"",
    "\"2026-13-01T09:00:00Z\"",
    "\"2026-02-28\"",
    "\"PT5M\"",
    "\"12.34\"",
    "\"AQID\"",
    "[]",
    "[\"a\",null]",
    "[[1]]",
    "{}",
    "{\"a\":{\"b\":[]}}",
    "[[[[1]]]]",
    "\"a string that is longer than forty bytes are\"",
    "\"exactly forty bytes are in this string!!\"",
    "NaN",
    "01",
    "\"tab\there\"",
    "tru",
    "+1",
    "/**/1"
  };

  private static final byte[] BYTES =
      "\"\\{}[]:,\n\r\t 0123456789-+.eEtfnu/ZT\u0000\u001f\u007f"
          .getBytes(StandardCharsets.US_ASCII);

  @ParameterizedTest
  @ValueSource(longs = {1, 20260401, 77})
  void bothWaysOfReadingAgree(long seed) {
    Random random = new Random(seed);
    NdjsonDecoder fast = new NdjsonDecoder(SCHEMA, LIMITS, NO_PAUSES);
    NdjsonDecoder slow = new NdjsonDecoder(SCHEMA, LIMITS, 0);
    long rows = 0;
    long rejects = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] input = input(random);
      String what = "seed " + seed + " round " + round;
      Decoded expected = decode(slow, SCHEMA, input, what);
      Decoded actual = decode(fast, SCHEMA, input, what);
      assertThat(actual).as(what).isEqualTo(expected);
      rows += actual.rows().size();
      rejects += actual.reasons().size();
    }
    // Else the lines are not worth much: about a third should be good.
    assertThat(rows).isGreaterThan(ROUNDS);
    assertThat(rejects).isGreaterThan(ROUNDS);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 20260401})
  void mutatedClickEventsAreReadAlike(long seed) {
    Random random = new Random(seed);
    String[] clicks =
        new String(NdjsonThroughput.clicks(50), StandardCharsets.UTF_8).split("\n", -1);
    NdjsonDecoder fast = new NdjsonDecoder(NdjsonThroughput.CLICKS, JsonLimits.DEFAULT, NO_PAUSES);
    NdjsonDecoder slow = new NdjsonDecoder(NdjsonThroughput.CLICKS, JsonLimits.DEFAULT, 0);
    for (int round = 0; round < ROUNDS; round++) {
      ByteArrayOutputStream lines = new ByteArrayOutputStream();
      for (int line = 0; line < 4; line++) {
        byte[] bytes = (clicks[random.nextInt(50)] + "\n").getBytes(StandardCharsets.UTF_8);
        lines.writeBytes(line == random.nextInt(4) ? mutate(random, bytes) : bytes);
      }
      String what = "seed " + seed + " round " + round;
      byte[] input = lines.toByteArray();
      assertThat(decode(fast, NdjsonThroughput.CLICKS, input, what))
          .as(what)
          .isEqualTo(decode(slow, NdjsonThroughput.CLICKS, input, what));
    }
  }

  /** Decodes with room behind the input, in pieces of some rows, and counts the lines. */
  private static Decoded decode(NdjsonDecoder decoder, Schema schema, byte[] input, String what) {
    StagedRows rows = new StagedRows(schema, new Hashing(1));
    List<String> reasons = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    // What lies behind the input looks like a line's end, and must not be taken for one.
    byte[] buffer = Arrays.copyOf(input, input.length + SLACK);
    Arrays.fill(buffer, input.length, buffer.length, (byte) '\n');
    decoder.startInput();
    int at = 0;
    while (at < input.length) {
      int used =
          decoder.decode(
              buffer,
              at,
              input.length,
              true,
              3,
              rows,
              (reason, b, from, to) -> {
                reasons.add(reason);
                lines.add(new String(b, from, to - from, StandardCharsets.ISO_8859_1));
              });
      assertThat(used).as(what).isPositive();
      at += used;
    }
    assertThat(at).as(what).isEqualTo(input.length);
    assertThat(rows.size() + reasons.size()).as(what).isEqualTo(countLines(input));
    assertThat(reasons).as(what).allMatch(reason -> reason.length() < 300);
    return new Decoded(Decoded.values(rows), reasons, lines);
  }

  /** Lines that are not blank, counted the plain way. */
  private static int countLines(byte[] input) {
    int count = 0;
    String text = new String(input, StandardCharsets.ISO_8859_1);
    if (text.startsWith("\u00ef\u00bb\u00bf")) {
      text = text.substring(3);
    }
    for (String line : text.split("\n", -1)) {
      if (!line.chars().allMatch(c -> c == ' ' || c == '\t' || c == '\r')) {
        count++;
      }
    }
    return count;
  }

  private static byte[] input(Random random) {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    if (random.nextInt(20) == 0) {
      lines.writeBytes("\ufeff".getBytes(StandardCharsets.UTF_8));
    }
    int count = 1 + random.nextInt(6);
    for (int i = 0; i < count; i++) {
      byte[] line = line(random).getBytes(StandardCharsets.UTF_8);
      lines.writeBytes(random.nextInt(3) == 0 ? mutate(random, line) : line);
      if (i + 1 < count || random.nextBoolean()) {
        lines.writeBytes((random.nextInt(5) == 0 ? "\r\n" : "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    return lines.toByteArray();
  }

  private static String line(Random random) {
    String comma = random.nextInt(4) == 0 ? ", " : ",";
    String colon = random.nextInt(4) == 0 ? ": " : ":";
    StringBuilder line = new StringBuilder(random.nextInt(10) == 0 ? " {" : "{");
    line.append("\"id\"").append(colon).append("\"").append(random.nextInt(1000)).append('"');
    int fields = random.nextInt(random.nextInt(6) == 0 ? 20 : 5);
    int name = 0;
    for (int i = 0; i < fields; i++) {
      name = random.nextInt(3) == 0 ? random.nextInt(NAMES.length) : (name + 1) % NAMES.length;
      line.append(comma).append('"').append(NAMES[name]).append('"').append(colon);
      line.append(
          random.nextInt(3) == 0 ? VALUES[random.nextInt(VALUES.length)] : fitting(random, name));
    }
    return line.append('}').append(random.nextInt(10) == 0 ? " " : "").toString();
  }

  private static String fitting(Random random, int name) {
    return switch (name) {
      case 1 -> Long.toString(random.nextLong() >> random.nextInt(64));
      case 2 -> Integer.toString(random.nextInt() >> random.nextInt(32));
      case 3 -> Float.toString(random.nextFloat() * 1000);
      case 4 -> Double.toString(random.nextGaussian() * 1e5);
      case 5, 6 -> random.nextInt(100_000) + "." + random.nextInt(100);
      case 7 -> "\"2026-04-01T09:00:" + (10 + random.nextInt(52)) + "Z\"";
      case 8 -> "\"2026-02-" + (10 + random.nextInt(20)) + "\"";
      case 9 -> "\"PT" + random.nextInt(100) + "S\"";
      case 10 -> random.nextBoolean() ? "true" : "false";
      case 11 -> "\"AQID\"";
      case 12 -> "[\"a\",\"b\"]";
      default -> "\"" + (char) ('a' + random.nextInt(26)) + "\"";
    };
  }

  private static byte[] mutate(Random random, byte[] line) {
    byte[] mutated = line.clone();
    int changes = 1 + random.nextInt(2);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(mutated.length);
      switch (random.nextInt(5)) {
        case 0 -> mutated[at] = (byte) random.nextInt(256);
        case 1 -> mutated[at] = BYTES[random.nextInt(BYTES.length)];
        case 2 -> mutated = splice(mutated, at, at + 1, new byte[0]);
        case 3 ->
            mutated = splice(mutated, at, at, new byte[] {BYTES[random.nextInt(BYTES.length)]});
        default -> {
          int end = at + random.nextInt(mutated.length - at);
          int to = random.nextInt(mutated.length);
          mutated = splice(mutated, to, to, Arrays.copyOfRange(mutated, at, end));
        }
      }
      if (mutated.length == 0) {
        return mutated;
      }
    }
    return mutated;
  }

  private static byte[] splice(byte[] bytes, int from, int to, byte[] by) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(bytes, 0, from);
    all.writeBytes(by);
    all.write(bytes, to, bytes.length - to);
    return all.toByteArray();
  }
}
