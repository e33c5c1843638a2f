package dev.leat.engine.internal.json;

import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * Measures decoding with and without the scanner, by hand, on kinds of lines that the JMH benchmark
 * does not have: median of several runs in one JVM after warming up. Arguments: number of events,
 * number of runs. Its lines also serve {@link NdjsonMutationTest}.
 */
final class NdjsonThroughput {
  static final Schema CLICKS =
      Schema.builder()
          .required("event_id", Type.STRING)
          .required("user_id", Type.STRING)
          .required("session_id", Type.STRING)
          .required("event_type", Type.STRING)
          .nullable("page_url", Type.STRING)
          .nullable("referrer_url", Type.STRING)
          .nullable("device_type", Type.STRING)
          .nullable("country", Type.STRING)
          .required("event_ts", Type.INSTANT)
          .build();

  static final Schema WIDE =
      Schema.builder()
          .required("event_id", Type.STRING)
          .required("user_id", Type.STRING)
          .required("session_id", Type.STRING)
          .required("event_type", Type.STRING)
          .nullable("page_url", Type.STRING)
          .nullable("device_type", Type.STRING)
          .nullable("country", Type.STRING)
          .required("event_ts", Type.INSTANT)
          .required("quantity", Type.INT)
          .required("price", Type.DOUBLE)
          .required("amount", Type.decimal(18, 2))
          .required("is_new", Type.BOOLEAN)
          .build();

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private NdjsonThroughput() {}

  public static void main(String[] arguments) throws IOException {
    int events = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 200_000;
    int runs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 15;
    byte[] clicks = clicks(events);
    byte[] wide = wide(events);
    byte[] unknown =
        new String(clicks, StandardCharsets.UTF_8)
            .replace(",\"event_ts\"", ",\"app_version\":\"1.2.3\",\"load_ms\":217,\"event_ts\"")
            .getBytes(StandardCharsets.UTF_8);
    byte[] escaped =
        new String(clicks, StandardCharsets.UTF_8)
            .replace("https://", "https:\\/\\/")
            .getBytes(StandardCharsets.UTF_8);
    byte[] bad =
        new String(clicks, StandardCharsets.UTF_8)
            .replace("00Z\"", "00\"")
            .getBytes(StandardCharsets.UTF_8);
    run("9 columns", CLICKS, clicks, events, runs);
    run("12 columns", WIDE, wide, events, runs);
    run("9 of 11 fields", CLICKS, unknown, events, runs);
    run("9 columns, escapes", CLICKS, escaped, events, runs);
    run("9 columns, all rejected", CLICKS, bad, events, runs);
  }

  private static void run(String what, Schema schema, byte[] input, int events, int runs)
      throws IOException {
    run(what, new NdjsonDecoder(schema, JsonLimits.DEFAULT), schema, input, events, runs);
    NdjsonDecoder jackson = new NdjsonDecoder(schema, JsonLimits.DEFAULT, 0);
    run(what + ", no scanner", jackson, schema, input, events, runs);
  }

  private static void run(
      String what, NdjsonDecoder decoder, Schema schema, byte[] input, int events, int runs)
      throws IOException {
    NdjsonReader reader = new NdjsonReader(decoder);
    StagedRows rows = new StagedRows(schema, new Hashing(7));
    double[] millions = new double[runs];
    double[] perCpu = new double[runs];
    long seen = 0;
    for (int i = 0; i < runs + 8; i++) {
      long start = System.nanoTime();
      long cpuStart = THREADS.getCurrentThreadCpuTime();
      NdjsonReader.Progress progress =
          reader.read(
              new ByteArrayInputStream(input),
              rows,
              (reason, buffer, from, to) -> {},
              (chunk, soFar) -> {
                chunk.clear();
                return chunk;
              });
      millions[i % runs] = events * 1e3 / (System.nanoTime() - start);
      perCpu[i % runs] = events * 1e3 / (THREADS.getCurrentThreadCpuTime() - cpuStart);
      seen = progress.accepted();
    }
    Arrays.sort(millions);
    Arrays.sort(perCpu);
    System.out.println(
        String.format(
            Locale.ROOT,
            "%-36s %d B a line, %d rows: median %.2f M events/s, best %.2f; per CPU second median"
                + " %.2f",
            what,
            input.length / events,
            seen,
            millions[runs / 2],
            millions[runs - 1],
            perCpu[runs / 2]));
  }

  static byte[] clicks(int events) {
    Random random = new Random(1);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < events; i++) {
      lines
          .append(String.format(Locale.ROOT, "{\"event_id\":\"ev%07d\"", i))
          .append(",\"user_id\":\"u")
          .append(random.nextInt(5000))
          .append("\",\"session_id\":\"s")
          .append(1000 + random.nextInt(20_000))
          .append("\",\"event_type\":\"")
          .append(pick(random, "page_view", "click", "purchase"))
          .append("\",\"page_url\":\"")
          .append(pick(random, "/products/pro-plan", "/", "/pricing"))
          .append("\",\"referrer_url\":\"")
          .append(pick(random, "https://google.com", "https://news.example.org"))
          .append("\",\"device_type\":\"")
          .append(pick(random, "desktop", "mobile", "tablet"))
          .append("\",\"country\":\"")
          .append(pick(random, "US", "DE", "FR", "JP", "BR"))
          .append("\",\"event_ts\":\"")
          .append(time(random))
          .append("\"}\n");
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] wide(int events) {
    Random random = new Random(1);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < events; i++) {
      lines
          .append(String.format(Locale.ROOT, "{\"event_id\":\"ev%07d\"", i))
          .append(",\"user_id\":\"u")
          .append(random.nextInt(5000))
          .append("\",\"session_id\":\"s")
          .append(1000 + random.nextInt(20_000))
          .append("\",\"event_type\":\"")
          .append(pick(random, "page_view", "click", "purchase"))
          .append("\",\"page_url\":\"")
          .append(pick(random, "/products/pro-plan", "/", "/pricing"))
          .append("\",\"device_type\":\"")
          .append(pick(random, "desktop", "mobile", "tablet"))
          .append("\",\"country\":\"")
          .append(pick(random, "US", "DE", "FR", "JP", "BR"))
          .append("\",\"event_ts\":\"")
          .append(time(random))
          .append("\",\"quantity\":")
          .append(random.nextInt(20))
          .append(",\"price\":")
          .append(random.nextInt(100_000) / 100.0)
          .append(",\"amount\":")
          .append(random.nextInt(100_000) / 100.0)
          .append(",\"is_new\":")
          .append(random.nextBoolean())
          .append("}\n");
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String time(Random random) {
    return String.format(
        Locale.ROOT,
        "2026-04-%02dT%02d:%02d:00Z",
        1 + random.nextInt(30),
        random.nextInt(24),
        random.nextInt(60));
  }

  private static String pick(Random random, String... of) {
    return of[random.nextInt(of.length)];
  }
}
