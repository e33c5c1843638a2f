package dev.leat.engine.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import dev.leat.engine.examples.clickstream.ClickstreamPipeline;
import dev.leat.engine.examples.enrichment.EnrichmentPipeline;
import dev.leat.engine.examples.enrichment.RowIdentity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  private static final String LAST_VIEWS = "== The views, after 28 events";

  @TempDir Path temp;

  private record Outcome(int status, String out, String err) {
    /** What is printed of the views at the end. */
    String lastViews() {
      return out.substring(out.lastIndexOf("Sessions (session_summary)"));
    }
  }

  private static Outcome run(Object... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Main.run(
            Stream.of(arguments).map(Object::toString).toList(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Outcome(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void outputThatCannotBeWrittenIsAFailure() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("no space left");
          }
        };
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Main.run(
            List.of("001"),
            new PrintStream(full, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    assertThat(status).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("error: cannot write all of it");
  }

  private static String resource(String name) throws IOException {
    try (InputStream file = MainTest.class.getResourceAsStream(name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void assertFailed(Outcome outcome, String... message) {
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err()).startsWith("error: ").contains(message).hasLineCount(1);
  }

  private static void assertGolden(Path folder, int... counts) throws IOException {
    List<String> names =
        Stream.of(
                "session_summary",
                "conversion_by_device",
                "funnel",
                "page_traffic",
                "conversion_metrics")
            .flatMap(
                view ->
                    Arrays.stream(counts)
                        .mapToObj(
                            n ->
                                "s1_"
                                    + view
                                    + "_"
                                    + n
                                    + (n == 28 ? "_late_add_to_cart_s1003" : "")))
            .map(name -> name + ".csv")
            .toList();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(f -> f.getFileName().toString()).collect(Collectors.toSet()))
          .containsExactlyInAnyOrderElementsOf(names);
    }
    for (String name : names) {
      assertThat(folder.resolve(name)).hasContent(resource("/golden/" + name));
    }
  }

  @Test
  void withoutArgumentsItSaysWhatThereIs() {
    assertThat(run().status()).isZero();
    assertThat(run().out()).contains("usage: ").contains("  001  ").isEqualTo(run("--help").out());
    assertThat(run("001", "--help").status()).isZero();
    assertThat(run("001", "--help").out()).contains("--data DIR").contains("--append");
    assertThat(run("002", "--help").out()).contains("--generate N").contains("--append");
    assertThat(run("003", "--help").out())
        .contains("--speed N", "--plain", "--data DIR", "--events FILE", "--append");
    assertThat(run("000", "--help").status()).isZero();
    assertThat(run("000", "--help").out()).contains("--keyless").contains("--generate N");
  }

  @Test
  void wrongArgumentsAreAnswered() {
    assertWrong(run("01"), "there is no example '01'; did you mean '001'?");
    assertWrong(run("001", "--dta", "x"), "there is no flag '--dta'; did you mean '--data'?");
    assertWrong(run("001", "x"), "there is no flag 'x'");
    assertWrong(run("001", "--out"), "--out needs a value");
    assertWrong(run("001", "--out", "--data"), "--out needs a value");
    assertWrong(run("001", "--out="), "--out needs a path");
    assertWrong(run("001", "--out", "a\0b"), "--out needs a path");
    assertWrong(run("001", "--out", "a", "--out", "b"), "--out is given twice");
    assertWrong(run("001", "--append=yes"), "--append takes no value");
    assertWrong(run("001", "--append"), "--append goes with both --events and --data");
    assertWrong(run("000", "--user", "x"), "there is no flag '--user'; did you mean '--users'?");
    assertWrong(run("000", "--append"), "--append goes with both --data and a file");
    assertWrong(run("000", "--append", "--users", "x"), "--append goes with both --data");
    assertWrong(run("000", "--generate"), "--generate needs a value");
    assertWrong(run("000", "--generate", "0"), "--generate needs a number from 1 to 10,000,000");
    assertWrong(run("000", "--generate", "many"), "--generate needs a number");
    assertWrong(run("000", "--generate", "99999999999"), "--generate needs a number");
    assertWrong(run("000", "--generate=5", "--users=x"), "--generate goes with no file");
    assertWrong(run("000", "--keyless=no"), "--keyless takes no value");
    assertWrong(run("002", "--append", "--events", "x"), "--append goes with both --events and");
    assertWrong(run("002", "--events", "x", "--generate", "5"), "--generate goes without --events");
    assertWrong(run("002", "--generate", "-5"), "--generate needs a number from 1 to 1,000,000");
    assertWrong(run("003", "--speed", "0"), "--speed needs a number from 1 to 100,000");
    assertWrong(run("003", "--hours", "73"), "--hours needs a number from 1 to 72");
    assertWrong(run("003", "--lines", "2"), "--lines needs a number from 20 to 1,000");
    assertWrong(run("003", "--append", "--events", "x"), "--append goes with both --events and");
    assertWrong(run("003", "--hours", "2", "--events", "x"), "--hours goes without --events");
    assertWrong(run("002", "--users", "x"), "there is no flag '--users'");
  }

  private static void assertWrong(Outcome outcome, String message) {
    assertThat(outcome.status()).isEqualTo(2);
    assertThat(outcome.err()).startsWith("error: " + message).contains("--help");
    assertThat(outcome.out()).isEmpty();
  }

  @Test
  void theFilesAreTheGoldenOnes() throws IOException {
    Path folder = temp.resolve("a/b");
    Outcome outcome = run("001", "--out", folder);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out()).contains(LAST_VIEWS);
    assertGolden(folder, 25, 27, 28);
    assertThat(run("001", "--out=" + folder).status()).isZero();
    assertGolden(folder, 25, 27, 28);
  }

  @Test
  void aSecondRunAddsNothing() throws IOException {
    Path data = temp.resolve("data");
    Outcome first = run("001", "--data", data);
    Outcome second = run("001", "--data", data, "--out", temp.resolve("out"));
    assertThat(second.status()).isZero();
    assertThat(second.out()).startsWith("Found 28 of 28 events").doesNotContain("== Adding");
    assertThat(first.lastViews()).isEqualTo(run("001").lastViews());
    assertThat(run("001", "--data", data).lastViews()).isEqualTo(first.lastViews());
    assertGolden(temp.resolve("out"), 28);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 24, 25, 26, 27})
  void aRunThatWasKilledIsContinued(int events) throws IOException {
    Path data = temp.resolve("data");
    List<String> lines =
        resource("/dev/leat/engine/examples/clickstream/events-25.ndjson").lines().toList();
    try (Engine engine = Engine.open(data, ClickstreamPipeline.define())) {
      for (String line : lines.subList(0, Math.min(events, 25))) {
        engine.ndjson(ClickstreamPipeline.EVENTS).append(line);
      }
      if (events > 25) {
        List<String> more =
            List.of(
                """
                {"event_id":"ev026","user_id":"u2","session_id":"s1002","event_type":"page_view",\
                "page_url":"/checkout","referrer_url":"/products/pro-plan","device_type":"mobile",\
                "country":"UK","event_ts":"2026-04-01T09:05:00Z"}
                """,
                """
                {"event_id":"ev027","user_id":"u2","session_id":"s1002","event_type":"purchase",\
                "page_url":"/checkout/confirm","referrer_url":"/checkout","device_type":"mobile",\
                "country":"UK","event_ts":"2026-04-01T09:06:30Z"}
                """);
        more.subList(0, events - 25).forEach(engine.ndjson(ClickstreamPipeline.EVENTS)::append);
      }
    }
    Outcome outcome = run("001", "--data", data, "--out", temp.resolve("out"));
    assertThat(outcome.out()).contains("Found " + events + " of 28 events");
    if (events <= 25) {
      assertGolden(temp.resolve("out"), 25, 27, 28);
    } else {
      assertGolden(temp.resolve("out"), 27, 28);
    }
  }

  @Test
  void aFileIsTakenInWhatItsBadLinesAre() throws IOException {
    Path file = temp.resolve("events.ndjson");
    String good = resource("/dev/leat/engine/examples/clickstream/events-25.ndjson");
    Files.writeString(file, "no json \u001b[2J\n" + good + "{\"event_ts\":\"yesterday\"}\n");
    Outcome outcome = run("001", "--events", file, "--out", temp.resolve("out"));
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out())
        .contains("Accepted 25 rows, rejected 2", "rows/s", "Rejected rows: 2")
        .contains("no json .[2J", "field 'event_ts'")
        .doesNotContain("\u001b");
    assertGolden(temp.resolve("out"), 25);
  }

  @Test
  void aFileIsNotTakenInTwiceUnlessItIsSaidSo() throws IOException {
    Path data = temp.resolve("data");
    Path file = temp.resolve("events.ndjson");
    Files.writeString(file, resource("/dev/leat/engine/examples/clickstream/events-25.ndjson"));
    assertThat(run("001", "--events", file, "--data", data).status()).isZero();
    assertFailed(run("001", "--events", file, "--data", data), "already holds 25 rows", "--append");
    // The first events are the sample's: it goes on with them.
    assertThat(run("001", "--data", data).out()).contains("Found 25 of 28 events");
    assertThat(run("001", "--events", file, "--data", data, "--append").status()).isZero();
    assertThat(run("001", "--data", data).out())
        .contains("Found 53 events", "nothing is added")
        .doesNotContain("== Adding");
    Path other = temp.resolve("other");
    Files.writeString(file, "{\"event_id\":\"x\",\"session_id\":\"s\"}\nx\n");
    assertThat(run("001", "--events", file, "--data", other).status()).isZero();
    assertThat(run("001", "--data", other, "--out", temp.resolve("out")).out())
        .contains("Found 1 events", "nothing is added", "Rejected rows: 1");
    assertFailed(run("001", "--events", file, "--data", other), "holds 1 rows and 1 rejected rows");
  }

  @Test
  void anEmptyFileGivesEmptyViews() throws IOException {
    Path file = Files.createFile(temp.resolve("empty.ndjson"));
    Outcome outcome = run("001", "--events", file, "--out", temp.resolve("out"));
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out()).contains("Accepted 0 rows, rejected 0");
    assertThat(temp.resolve("out/s1_funnel_0.csv")).content().endsWith("\n0,0,0,0,0,0,0\n");
  }

  @Test
  void whatCannotBeReadOrWrittenIsSaidInALine() throws IOException {
    Path file = Files.createFile(temp.resolve("file"));
    assertFailed(run("001", "--events", temp.resolve("none")), "none: there is no such file");
    assertFailed(run("001", "--events", temp), "it is a directory");
    assertFailed(run("001", "--out", file), "file is not a directory");
    assertFailed(run("001", "--data", file), "file is not a directory");
    assertFailed(run("001", "--data", file.resolve("x")), "cannot write to");
  }

  @Test
  void aDirectoryInUseIsSaidInALine() {
    Path data = temp.resolve("data");
    try (Engine engine = Engine.open(data, ClickstreamPipeline.define())) {
      assertThat(engine.position().value()).isZero();
      assertFailed(run("001", "--data", data), "in use by another engine");
    }
    assertThat(run("001", "--data", data).status()).isZero();
  }

  private static final List<String> ENRICHMENT_INPUTS =
      List.of("users", "devices", "sessions", "campaigns", "page_catalog", "clickstream_events");

  private static String sample(String input) throws IOException {
    return resource("/dev/leat/engine/examples/enrichment/" + input + ".ndjson");
  }

  @Test
  void enrichmentWritesAFileForEachViewAndStep() throws IOException {
    Path folder = temp.resolve("out");
    Outcome outcome = run("000", "--out", folder);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isZero();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(3 * 5);
    }
    assertThat(folder.resolve("s0_session_kpi_mv_3.csv")).content().hasLineCount(1);
    assertThat(folder.resolve("s0_session_kpi_mv_6.csv"))
        .content()
        .endsWith(
            "\nSESS-1,123,DE,mobile,2026-01-01T10:00:00Z,2026-01-01T10:01:00Z,60,1,1,0,0,1,199.99,"
                + "false,true\n");
    assertThat(folder.resolve("s0_clickstream_joined_mv_15.csv"))
        .content()
        .startsWith("event_id,event_time,")
        .contains(",FR,")
        .doesNotContain(",DE,");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 5, 7})
  void enrichmentThatWasKilledIsContinued(int sent) throws IOException {
    Path data = temp.resolve("data");
    List<String> inputs =
        List.of(
            "clickstream_events",
            "sessions",
            "users",
            "devices",
            "page_catalog",
            "campaigns",
            "users",
            "clickstream_events");
    long held = 0;
    try (Engine engine = Engine.open(data, EnrichmentPipeline.define(RowIdentity.KEYS))) {
      for (String input : inputs.subList(0, sent)) {
        engine.ndjson(input).append(sample(input));
        held += sample(input).lines().count();
      }
    }
    Outcome outcome = run("000", "--data", data, "--out", temp.resolve("out"));
    assertThat(outcome.status()).isZero();
    if (sent > 0) {
      assertThat(outcome.out()).startsWith("Found " + held + " of 15 rows in ");
    }
    assertThat(lastEnrichmentViews(outcome)).isEqualTo(lastEnrichmentViews(run("000")));
    assertThat(run("000", "--data", data).out())
        .startsWith("Found 15 of 15 rows")
        .doesNotContain("== Adding");
  }

  private static String lastEnrichmentViews(Outcome outcome) {
    return outcome.out().substring(outcome.out().indexOf("== The views, after 15 rows"));
  }

  @Test
  void enrichmentTakesFilesOfAllInputs() throws IOException {
    List<Object> arguments = new ArrayList<>(List.of("000"));
    List<String> flags =
        List.of("--users", "--devices", "--sessions", "--campaigns", "--pages", "--events");
    for (int i = 0; i < flags.size(); i++) {
      Path file = temp.resolve(ENRICHMENT_INPUTS.get(i) + ".ndjson");
      Files.writeString(file, sample(ENRICHMENT_INPUTS.get(i)) + "no json\n");
      arguments.addAll(List.of(flags.get(i), file));
    }
    Path data = temp.resolve("data");
    arguments.addAll(List.of("--data", data));
    Outcome outcome = run(arguments.toArray());
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out())
        .contains("Accepted 3 rows, rejected 1")
        .contains("Rejected rows: 6")
        .contains("SESS-1          123  DE       mobile");
    assertFailed(run(arguments.toArray()), "already holds 10 rows and 6 rejected rows", "--append");
    assertFailed(run("000", "--data", data, "--generate", 5), "already holds 10 rows");
    Path users = temp.resolve("moved.ndjson");
    Files.writeString(users, sample("users-moved"));
    assertThat(run("000", "--data", data, "--users", users, "--append").out())
        .contains("SESS-1          123  FR       mobile");
    assertThat(run("000", "--data", data).out())
        .startsWith("Found 11 rows")
        .contains("nothing is added", "SESS-1          123  FR       mobile");
  }

  @Test
  void enrichmentWithoutKeysIsAnotherPipeline() {
    Path data = temp.resolve("data");
    assertThat(run("000", "--data", data).status()).isZero();
    assertFailed(
        run("000", "--data", data, "--keyless"),
        "an input cannot change its kind",
        "clickstream_events");
    assertThat(run("000", "--keyless").out()).contains("799.96");
  }

  @Test
  void enrichmentGeneratesTheSameEachTime() {
    Outcome outcome = run("000", "--generate", 300, "--data", temp.resolve("data"));
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).contains("EVT-00000299", "Conversion by device");
    String views = outcome.out().substring(outcome.out().indexOf("Events with all"));
    assertThat(run("000", "--generate", 300).out()).endsWith(views);
    assertThat(run("000", "--data", temp.resolve("data")).out()).endsWith(views);
  }

  private static String engagementViews(Outcome outcome) {
    return outcome.out().substring(outcome.out().indexOf("1. Engagement"));
  }

  @Test
  void engagementWritesAFileForEachView() throws IOException {
    Path folder = temp.resolve("out");
    Outcome outcome = run("002", "--out", folder);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out()).contains("300 of 300 events; rows that changed: ");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(12);
    }
    assertThat(folder.resolve("s2_conversion_funnel_300.csv"))
        .content()
        .startsWith("step,funnel_step,sessions,conversion_rate\n1,Home,53,100.00\n")
        .hasLineCount(8);
    assertThat(folder.resolve("s2_sessions_300.csv")).content().hasLineCount(54);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 49, 50, 51, 299})
  void engagementThatWasKilledIsContinued(int events) throws IOException {
    Path data = temp.resolve("data");
    assertThat(run("002", "--data", data, "--generate", events).status()).isZero();
    Outcome outcome = run("002", "--data", data);
    assertThat(outcome.out()).startsWith("Found " + events + " of 300 events");
    assertThat(engagementViews(outcome)).isEqualTo(engagementViews(run("002")));
    assertThat(run("002", "--data", data).out()).doesNotContain("rows that changed");
    assertThat(run("002", "--data", data, "--generate", 20).out())
        .startsWith("Found 300 events")
        .contains("nothing is added");
  }

  @Test
  void engagementTakesAFile() throws IOException {
    Path data = temp.resolve("data");
    Path file = temp.resolve("events.ndjson");
    Files.writeString(
        file,
        """
        {"event_id":"e1","session_id":"s1","event_type":"purchase","page_url":"/checkout",\
        "event_timestamp":"2025-01-16T09:00:00Z"}
        {"event_id":"e2","event_timestamp":"2025-01-16T09:00:00"}
        {}
        """);
    Outcome outcome = run("002", "--events", file, "--data", data);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out())
        .contains("Accepted 2 rows, rejected 1", "field 'event_timestamp'")
        .contains("1  Home                   0             null");
    assertFailed(run("002", "--events", file, "--data", data), "already holds 2 rows");
    assertThat(run("002", "--events", file, "--data", data, "--append").status()).isZero();
    assertThat(run("002", "--data", data).out())
        .startsWith("Found 4 events")
        .contains("nothing is added", "Rejected rows: 2");
  }

  @Test
  void theShopIsPlayedWithALineForEachAlert() throws IOException {
    Path folder = temp.resolve("shop");
    Outcome outcome = run("003", "--out", folder);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out())
        .startsWith("2026-04-01T08:")
        .contains(
            "  bot: session b",
            "  traffic spike: ",
            "  traffic drop: ",
            "  cart left behind: session s",
            "2026-04-01T12:00:00Z  ",
            "Carts left behind for 15 to 60 minutes")
        .doesNotContain("\u001b");
    // Each of these begins to be left behind once, unless its visitor comes back.
    List<String> carts =
        outcome.out().lines().filter(line -> line.contains("cart left behind")).toList();
    assertThat(carts).hasSizeGreaterThan(50).doesNotHaveDuplicates();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(9);
    }
    assertThat(folder.resolve("s3_bot_sessions_4h.csv")).content().hasLineCount(2);
    assertThat(run("003", "--out", folder).out()).isEqualTo(outcome.out());
    // A faster clock is the same clock: an hour in a tenth of a second, and a frame is 6 minutes.
    Outcome fast = run("003", "--hours=1", "--speed=36000", "--plain");
    assertThat(fast.out()).isEqualTo(run("003", "--hours", "1").out());
  }

  private static String shopViews(Outcome outcome) {
    return outcome.out().substring(outcome.out().indexOf("Funnel per 10 minutes"));
  }

  @Test
  void theShopGoesOnWhereItStopped() {
    Path data = temp.resolve("shop");
    String views = shopViews(run("003", "--hours", 2));
    assertThat(run("003", "--data", data, "--hours", 1).status()).isZero();
    Outcome outcome = run("003", "--data", data, "--hours", 2);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).startsWith("Found ").contains("2026-04-01T09:30:00Z  ");
    assertThat(outcome.out()).doesNotContain("2026-04-01T08:30:00Z  ");
    assertThat(shopViews(outcome)).isEqualTo(views);
    assertThat(shopViews(run("003", "--data", data, "--hours", 2))).isEqualTo(views);
    assertThat(run("003", "--data", data, "--hours", 1).out())
        .startsWith("Found ")
        .contains("nothing is played")
        .endsWith(views);
  }

  @Test
  void theShopPlaysAFileInItsOrder() throws IOException {
    Path data = temp.resolve("shop");
    Path file = temp.resolve("events.ndjson");
    Files.writeString(
        file,
        """
        {"event_id":"e1","session_id":"s1","event_type":"add_to_cart","page_url":"/cart",\
        "event_time":"2025-01-16T09:00:00Z"}
        {"event_id":"e2","session_id":"s2","event_type":"page_view",\
        "event_time":"2025-01-16T11:20:00+02:00"}
        {"event_id":"e3","session_id":"s1","event_type":"page_view",\
        "event_time":"9999-01-01T00:00:00Z"}
        {"event_id":"e4","session_id":"s3","event_type":"page_view"}
        {"event_id":"e5","session_id":"s2","event_type":"page_view",\
        "event_time":"2025-01-16T09:31:00Z"}
        {"event_id":"e6","session_id":"s4","event_type":"page_view",\
        "event_time":"2025-01-19T00:00:00Z"}
        {"event_id":"e7","session_id":"s4","event_type":"page_view",\
        "event_time":"2025-01-19T00:01:00Z"}
        """);
    Outcome outcome = run("003", "--events", file, "--data", data);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out())
        .startsWith("Taking " + file)
        .contains(
            "2025-01-16T09:15:00Z  cart left behind: session s1, last seen 2025-01-16T09:00:00Z",
            "2025-01-16T09:30:00Z  4 events, 2 sessions, carts left behind now: 1",
            "2025-01-19T00:00:00Z  6 events, 1 sessions, carts left behind now: 0",
            "Accepted 7 rows, rejected 0",
            "its event time is too far ahead of the clock, which was 2025-01-16T09:20:00Z",
            "it has no event time");
    assertFailed(run("003", "--events", file, "--data", data), "already holds 7 rows");
    assertThat(run("003", "--data", data).out())
        .startsWith("Found 7 events")
        .contains("nothing is played");
    assertThat(run("003", "--events", file, "--data", data, "--append").status()).isZero();
    assertThat(run("003", "--data", data).out()).startsWith("Found 14 events");
  }

  @Test
  void theShopPassesOverYearsWithoutAnEvent() throws IOException {
    Path file = temp.resolve("events.ndjson");
    Files.writeString(
        file,
        """
        {"event_id":"e1","session_id":"s1","event_type":"add_to_cart","page_url":"/cart",\
        "event_time":"1970-01-01T00:00:00Z"}
        {"event_id":"e2","session_id":"s2","event_type":"page_view",\
        "event_time":"2026-01-01T00:10:00Z"}
        {"event_id":"e3","session_id":"s2","event_type":"page_view",\
        "event_time":"2026-01-01T00:35:00Z"}
        """);
    assertThat(run("003", "--events", file).out())
        .contains(
            "1970-01-01T00:15:00Z  cart left behind: session s1",
            "1970-01-02T00:00:00Z  1 events, 1 sessions, carts left behind now: 0",
            "2026-01-01T00:10:00Z  2 events, 1 sessions",
            "2026-01-01T00:30:00Z  2 events, 1 sessions",
            "Accepted 3 rows, rejected 0")
        .doesNotContain("1970-01-02T01", "2025-");
  }
}
