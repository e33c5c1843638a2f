package dev.leat.engine.examples.shop;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Made-up visits to a shop, the same each time: visitors who search, look, buy or leave, some of
 * whom log in on the way; a bot; a rush, and a time when nearly nobody gets through. Some events
 * come in late.
 */
final class GeneratedTraffic {
  /** When the first visit begins. */
  static final Instant START = Instant.parse("2026-04-01T08:00:00Z");

  private static final long SEED = 20_260_401;
  private static final int USERS = 200;
  private static final int BOT_EVENTS = 320;

  private static final List<String> SOURCES =
      List.of("organic", "organic", "paid_search", "email", "direct");
  private static final List<String> DEVICES = List.of("mobile", "mobile", "desktop", "tablet");
  private static final List<String> SEARCHES =
      List.of("Running Shoes", "running shoes", "rain jacket", "Tent", "head lamp", "RAIN JACKET");
  private static final List<String> CATEGORIES = List.of("shoes", "jackets", "camping");
  private static final int PRODUCTS = 12;

  /** An event, and when it comes in, which is never before it happens. */
  record Arrival(Instant at, ShopEvent event) {}

  /** What stays the same in a visit. */
  private record Visit(String session, String source, @Nullable String campaign, String device) {}

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final List<Arrival> arrivals = new ArrayList<>();
  private int visits;
  private Instant at = START;
  private @Nullable String user;

  private GeneratedTraffic() {}

  /** All that comes in within so many hours, by when it does. */
  static List<Arrival> of(int hours) {
    GeneratedTraffic traffic = new GeneratedTraffic();
    Instant end = START.plus(Duration.ofHours(hours));
    for (int minute = 0; minute < 60 * hours; minute++) {
      traffic.visitsOf(minute);
    }
    return traffic.arrivals.stream()
        .filter(arrival -> !arrival.at().isAfter(end))
        .sorted(Comparator.comparing(Arrival::at))
        .toList();
  }

  private void visitsOf(int minute) {
    // Each four hours have the same story: a bot, a rush, and a failure.
    int ofStory = minute % 240;
    boolean isRush = ofStory >= 130 && ofStory < 140;
    boolean isFailure = ofStory >= 165 && ofStory < 175;
    int most = isRush ? 25 : isFailure ? 1 : 4;
    Instant start = START.plus(Duration.ofMinutes(minute));
    for (int i = random.nextInt(most); i > 0; i--) {
      at = start.plusMillis(random.nextInt(60_000));
      visit();
    }
    if (ofStory == 75) {
      bot(start);
    }
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private boolean percent(int chance) {
    return random.nextInt(100) < chance;
  }

  private static String number(char kind, int number) {
    return String.format(Locale.ROOT, "%c%04d", kind, number);
  }

  private void visit() {
    String source = pick(SOURCES);
    Visit visit =
        new Visit(
            number('s', ++visits), source, source.equals("email") ? "spring" : null, pick(DEVICES));
    user = percent(40) ? number('u', random.nextInt(USERS)) : null;
    tell(visit, "page_view", "/", null, null);
    if (percent(35)) {
      tell(visit, "search", "/search", null, pick(SEARCHES));
    }
    int product = random.nextInt(PRODUCTS);
    for (int i = random.nextInt(4); i > 0; i--) {
      product = random.nextInt(PRODUCTS);
      tell(visit, "product_view", "/product/" + product, product, null);
    }
    if (percent(40)) {
      tell(visit, "add_to_cart", "/cart", product, null);
      if (user == null && percent(50)) {
        user = number('u', random.nextInt(USERS));
        tell(visit, "user_identified", "/login", null, null);
      }
      checkOut(visit, product);
    }
  }

  private void checkOut(Visit visit, int product) {
    if (percent(55)) {
      tell(visit, "checkout_start", "/checkout", product, null);
      if (percent(70)) {
        tell(visit, "purchase", "/checkout/done", product, null);
      }
    } else if (percent(30)) {
      // Comes back, when the cart was already left behind.
      at = at.plusSeconds(60L * random.nextInt(20, 50));
      tell(visit, "page_view", "/cart", null, null);
      if (percent(50)) {
        tell(visit, "purchase", "/checkout/done", product, null);
      }
    }
  }

  private void bot(Instant start) {
    Visit visit = new Visit(number('b', visits), "direct", null, "desktop");
    user = null;
    for (int i = 0; i < BOT_EVENTS; i++) {
      at = start.plusMillis(150L * i);
      int product = i % PRODUCTS;
      add(at, visit, i % 3 == 0 ? "add_to_cart" : "product_view", "/product/" + product, product);
    }
  }

  /** Adds what a visitor does next; one in thirty events comes in some minutes late. */
  private void tell(
      Visit visit, String type, String page, @Nullable Integer product, @Nullable String search) {
    Instant arrival = percent(3) ? at.plusSeconds(random.nextInt(60, 1200)) : at;
    arrivals.add(new Arrival(arrival, event(visit, type, page, product, search)));
    at = at.plusMillis(random.nextInt(5_000, 90_000));
  }

  private void add(Instant arrival, Visit visit, String type, String page, Integer product) {
    arrivals.add(new Arrival(arrival, event(visit, type, page, product, null)));
  }

  private ShopEvent event(
      Visit visit, String type, String page, @Nullable Integer product, @Nullable String search) {
    return new ShopEvent(
        number('e', arrivals.size() + 1),
        visit.session(),
        user,
        type,
        page,
        product == null ? null : number('p', product),
        product == null ? null : CATEGORIES.get(product % CATEGORIES.size()),
        search,
        visit.source(),
        visit.campaign(),
        visit.device(),
        at);
  }
}
