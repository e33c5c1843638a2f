package dev.leat.engine.examples.enrichment;

import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Made-up visits, the same each time, as a producer sends them that is not careful: rows of users
 * are sent again and again, some sessions come after their events, and some events come twice.
 */
final class GeneratedRows {
  /** So many events are made at a time. */
  static final int BATCH = 1000;

  private static final long SEED = 20_260_101;
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final int USERS = 500;
  private static final int OPEN_SESSIONS = 40;
  private static final int SECONDS_BETWEEN = 2;

  private static final List<String> COUNTRIES = List.of("US", "UK", "DE", "FR", "JP", "BR");
  private static final List<String> CITIES =
      List.of("New York", "London", "Berlin", "Paris", "Tokyo", "Recife");
  private static final List<String> TYPES = List.of("mobile", "desktop", "tablet");
  private static final List<String> SYSTEMS = List.of("Android", "Windows", "iOS");
  private static final List<String> BROWSERS = List.of("Chrome", "Firefox", "Safari");
  private static final List<String> PRODUCTS = List.of("laptop", "phone", "camera", "headset");
  private static final List<String> PAGES =
      List.of(
          "/",
          "/products/laptop",
          "/products/phone",
          "/products/camera",
          "/products/headset",
          "/cart",
          "/checkout",
          // Is in no catalog.
          "/help");
  private static final List<String> SOURCES = List.of("google", "facebook", "email", "direct");
  private static final List<String> EVENT_TYPES =
      List.of(
          "page_view",
          "page_view",
          "page_view",
          "page_view",
          "click",
          "click",
          "add_to_cart",
          "checkout_start",
          "purchase");

  /** A visit that goes on. */
  private record Visit(String session, int user) {}

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final int events;
  private final Visit[] visits = new Visit[OPEN_SESSIONS];
  private final BitSet users = new BitSet();
  private final BitSet devices = new BitSet();
  private final List<SampleRows.Sent> later = new ArrayList<>();
  private final Map<String, StringBuilder> batch = new LinkedHashMap<>();
  private int made;
  private int sessions;

  GeneratedRows(int events) {
    this.events = events;
  }

  /** Is there more? */
  boolean hasNext() {
    return made < events || !later.isEmpty();
  }

  /** What is sent next, in order. */
  List<SampleRows.Sent> next() {
    batch.clear();
    if (made == 0) {
      sendCatalogs();
    }
    later.forEach(sent -> send(sent.input(), sent.ndjson()));
    later.clear();
    for (int i = 0; i < BATCH && made < events; i++) {
      sendEvent();
      made++;
    }
    List<SampleRows.Sent> sent = new ArrayList<>();
    batch.forEach((input, lines) -> sent.add(new SampleRows.Sent(input, lines.toString())));
    return sent;
  }

  private void send(String input, String line) {
    batch.computeIfAbsent(input, name -> new StringBuilder()).append(line);
  }

  private boolean percent(int chance) {
    return random.nextInt(100) < chance;
  }

  private String pick(List<String> list) {
    return list.get(random.nextInt(list.size()));
  }

  private Instant now() {
    return START.plusSeconds((long) made * SECONDS_BETWEEN);
  }

  /** A line of JSON; names and values in turn, strings without anything that must be escaped. */
  private static String line(Object... fields) {
    StringBuilder json = new StringBuilder("{");
    for (int i = 0; i < fields.length; i += 2) {
      Object value = fields[i + 1];
      boolean isText = value instanceof String || value instanceof Instant;
      json.append(i == 0 ? "\"" : ",\"").append(fields[i]).append("\":");
      json.append(isText ? "\"" + value + "\"" : value);
    }
    return json.append("}\n").toString();
  }

  /** Nothing, in a field of a line. */
  private static final Object NULL =
      new Object() {
        @Override
        public String toString() {
          return "null";
        }
      };

  private void sendCatalogs() {
    for (String page : PAGES.subList(0, PAGES.size() - 1)) {
      boolean isProduct = page.startsWith("/products/");
      String product = page.substring(page.lastIndexOf('/') + 1);
      send(
          EnrichmentPipeline.PAGES,
          line(
              "page_url",
              page,
              "page_category",
              isProduct ? "product" : product.isEmpty() ? "home" : product,
              "product_id",
              isProduct ? "PROD-" + PRODUCTS.indexOf(product) : NULL,
              "product_category",
              isProduct ? "electronics" : NULL,
              "ingested_at",
              START));
    }
    for (int i = 0; i < SOURCES.size(); i++) {
      send(
          EnrichmentPipeline.CAMPAIGNS,
          line(
              "campaign_id",
              "CMP-" + i,
              "source",
              SOURCES.get(i),
              "medium",
              i == 0 ? "cpc" : i == 1 ? "social" : NULL,
              "campaign",
              "winter_" + i,
              "content",
              "banner_" + i,
              "term",
              i == 0 ? "laptop" : NULL,
              "ingested_at",
              START));
    }
  }

  private void sendEvent() {
    int slot = random.nextInt(visits.length);
    Visit visit = visits[slot];
    if (visit == null || percent(15)) {
      visit = newVisit();
      visits[slot] = visit;
    }
    String type = pick(EVENT_TYPES);
    boolean isPurchase = type.equals("purchase");
    Instant happened = now().minusMillis(random.nextInt(5000));
    String event =
        line(
            "event_id",
            String.format(Locale.ROOT, "EVT-%08d", made),
            "user_id",
            percent(5) ? NULL : visit.user(),
            "session_id",
            visit.session(),
            "event_type",
            type,
            "page_url",
            isPurchase ? "/checkout" : pick(PAGES),
            "element_id",
            type.equals("click") ? "cta_details" : "",
            "event_time",
            happened,
            "referrer",
            percent(30) ? "https://google.com" : "",
            "campaign_id",
            percent(20) ? NULL : "CMP-" + random.nextInt(SOURCES.size() + 1),
            "revenue_usd",
            // Quarters: their sums are exact, whatever adds them up.
            isPurchase ? (1 + random.nextInt(800)) / 4.0 : 0,
            "ingested_at",
            now());
    send(EnrichmentPipeline.EVENTS, event);
    if (percent(2)) {
      later.add(new SampleRows.Sent(EnrichmentPipeline.EVENTS, event));
    }
  }

  private Visit newVisit() {
    int user = random.nextInt(USERS);
    Visit visit = new Visit(String.format(Locale.ROOT, "SESS-%07d", sessions++), user);
    boolean isKnown = users.get(user);
    if (!isKnown || percent(30)) {
      users.set(user);
      sendUser(user, isKnown && percent(20));
    }
    int device = user * 2 + random.nextInt(2);
    if (!devices.get(device)) {
      devices.set(device);
      sendDevice(device);
    }
    SampleRows.Sent session =
        new SampleRows.Sent(
            EnrichmentPipeline.SESSIONS,
            line(
                "session_id",
                visit.session(),
                "user_id",
                user,
                "device_id",
                "DEV-" + device,
                "session_start",
                now().minusSeconds(1 + random.nextInt(5)),
                "ip_address",
                "203.0.113." + user % 250,
                "geo_city",
                CITIES.get(user % CITIES.size()),
                "geo_region",
                NULL,
                "ingested_at",
                now()));
    if (percent(20)) {
      later.add(session);
    } else {
      send(session.input(), session.ndjson());
    }
    return visit;
  }

  private void sendUser(int user, boolean hasMoved) {
    String country = hasMoved ? pick(COUNTRIES) : COUNTRIES.get(user % COUNTRIES.size());
    send(
        EnrichmentPipeline.USERS,
        line(
            "user_id",
            user,
            "full_name",
            "User " + user,
            "email",
            "user" + user + "@example.com",
            "country",
            country,
            "signup_time",
            START.minusSeconds(user * 3600L),
            "marketing_opt_in",
            user % 3 == 0,
            "ingested_at",
            now()));
  }

  private void sendDevice(int device) {
    send(
        EnrichmentPipeline.DEVICES,
        line(
            "device_id",
            "DEV-" + device,
            "device_type",
            TYPES.get(device % TYPES.size()),
            "os",
            SYSTEMS.get(device % SYSTEMS.size()),
            "browser",
            BROWSERS.get(device % BROWSERS.size()),
            "user_agent",
            "Mozilla/5.0",
            "ingested_at",
            now()));
  }
}
