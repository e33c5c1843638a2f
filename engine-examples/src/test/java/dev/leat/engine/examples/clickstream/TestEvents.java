package dev.leat.engine.examples.clickstream;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The sample's events, and any number after them, each made from its number alone. */
public final class TestEvents {
  private static final Pattern FIELD = Pattern.compile("\"(\\w+)\":\"([^\"]*)\"");
  private static final List<ClickEvent> SAMPLE = sample();
  private static final Instant START = Instant.parse("2026-04-02T00:00:00Z");
  private static final List<String> DEVICES = List.of("desktop", "mobile", "tablet");
  private static final List<String> COUNTRIES = List.of("US", "UK", "DE", "JP", "FR", "BR", "IN");
  private static final List<String> PAGES =
      List.of(
          "/home", "/products", "/products/pro-plan", "/checkout", "/docs", "/pricing", "/blog");
  private static final int SESSION_EVENTS = 12;
  private static final int OPEN_SESSIONS = 100;
  private static final int USERS = 50_000;

  private TestEvents() {}

  /**
   * Writes a file of generated events: the path, and how many MiB.
   *
   * @throws IOException if it cannot be written
   */
  public static void main(String[] args) throws IOException {
    long bytes = Long.parseLong(args[1]) << 20;
    long written = 0;
    try (Writer file = Files.newBufferedWriter(Path.of(args[0]))) {
      for (int i = SampleEvents.ALL; written < bytes; i++) {
        String line = ndjson(event(i));
        file.write(line);
        written += line.length();
      }
    }
  }

  private static List<ClickEvent> sample() {
    List<ClickEvent> events = new ArrayList<>();
    SampleEvents.ndjson(0, SampleEvents.FIRST).lines().map(TestEvents::parse).forEach(events::add);
    events.addAll(SampleEvents.more(SampleEvents.FIRST, SampleEvents.ALL));
    return List.copyOf(events);
  }

  private static ClickEvent parse(String line) {
    Map<String, String> fields = new HashMap<>();
    Matcher matcher = FIELD.matcher(line);
    while (matcher.find()) {
      fields.put(matcher.group(1), matcher.group(2));
    }
    return new ClickEvent(
        fields.get("event_id"),
        fields.get("user_id"),
        fields.get("session_id"),
        fields.get("event_type"),
        fields.get("page_url"),
        fields.get("referrer_url"),
        fields.get("device_type"),
        fields.get("country"),
        Instant.parse(fields.get("event_ts")));
  }

  /** The first events of the sample. */
  static List<ClickEvent> first(int count) {
    return SAMPLE.subList(0, count);
  }

  /** An event by its number, from 0. */
  static ClickEvent event(int number) {
    if (number < SAMPLE.size()) {
      return SAMPLE.get(number);
    }
    int session =
        number / (SESSION_EVENTS * OPEN_SESSIONS) * OPEN_SESSIONS + number % OPEN_SESSIONS;
    SplittableRandom ofSession = new SplittableRandom(session);
    SplittableRandom random = new SplittableRandom(-number);
    int kind = random.nextInt(100);
    return new ClickEvent(
        "ev" + number,
        "user" + ofSession.nextInt(USERS),
        "session" + session,
        kind < 90 ? "page_view" : kind < 97 ? "add_to_cart" : "purchase",
        PAGES.get(random.nextInt(PAGES.size())),
        PAGES.get(random.nextInt(PAGES.size())),
        DEVICES.get(ofSession.nextInt(DEVICES.size())),
        COUNTRIES.get(ofSession.nextInt(COUNTRIES.size())),
        START.plusMillis(10L * number - random.nextInt(60_000)));
  }

  /** Events as NDJSON. */
  static String ndjson(List<ClickEvent> events) {
    StringBuilder text = new StringBuilder();
    events.forEach(event -> text.append(ndjson(event)));
    return text.toString();
  }

  private static String ndjson(ClickEvent e) {
    return String.format(
        "{\"event_id\":\"%s\",\"user_id\":\"%s\",\"session_id\":\"%s\",\"event_type\":\"%s\","
            + "\"page_url\":\"%s\",\"referrer_url\":\"%s\",\"device_type\":\"%s\","
            + "\"country\":\"%s\",\"event_ts\":\"%s\"}%n",
        e.eventId(),
        e.userId(),
        e.sessionId(),
        e.eventType(),
        e.pageUrl(),
        e.referrerUrl(),
        e.deviceType(),
        e.country(),
        e.eventTs());
  }
}
