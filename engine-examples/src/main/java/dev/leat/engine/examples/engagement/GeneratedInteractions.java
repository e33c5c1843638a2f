package dev.leat.engine.examples.engagement;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Made-up visits of twenty users to a shop, the same each time; the first ones are the same however
 * many are made.
 */
public final class GeneratedInteractions {
  /** So many come with the example. */
  static final int SAMPLE = 300;

  private static final long SEED = 20_250_116;
  private static final Instant START = Instant.parse("2025-01-16T09:00:00Z");
  private static final int USERS = 20;
  private static final int SECONDS_BETWEEN = 20;

  /** A page, and how long visitors mostly stay. */
  private record Page(String url, String title, int seconds) {}

  private static final List<Page> PAGES =
      List.of(
          new Page("/", "Home", 15),
          new Page("/products", "Products", 30),
          new Page("/products/electronics", "Electronics", 45),
          new Page("/products/clothing", "Clothing", 60),
          new Page("/product/laptop-pro-15", "Laptop Pro 15", 90),
          new Page("/product/smartphone-x", "Smartphone X", 75),
          new Page("/cart", "Shopping Cart", 30),
          new Page("/checkout", "Checkout", 60),
          new Page("/checkout/payment", "Payment", 45),
          new Page("/order/confirmation", "Order Confirmation", 20),
          new Page("/search", "Search Results", 25),
          new Page("/account", "My Account", 30));

  private record Device(String type, String browser, String os, int width, int height) {}

  private static final List<Device> DEVICES =
      List.of(
          new Device("desktop", "Chrome", "Windows", 1920, 1080),
          new Device("desktop", "Firefox", "Windows", 1920, 1080),
          new Device("desktop", "Safari", "MacOS", 2560, 1440),
          new Device("mobile", "Chrome Mobile", "Android", 412, 915),
          new Device("mobile", "Safari Mobile", "iOS", 390, 844),
          new Device("tablet", "Safari", "iOS", 1024, 1366));

  private record Source(
      @Nullable String source, @Nullable String medium, @Nullable String campaign) {}

  private static final List<Source> SOURCES =
      List.of(
          new Source("google", "cpc", "winter_sale_2025"),
          new Source("facebook", "social", "product_launch"),
          new Source("email", "newsletter", "weekly_deals"),
          new Source("organic", "organic", null),
          new Source(null, null, null));

  private record Place(String ip, String country, String city) {}

  private static final List<Place> PLACES =
      List.of(
          new Place("203.0.113.10", "US", "New York"),
          new Place("203.0.113.11", "US", "San Francisco"),
          new Place("203.0.113.12", "UK", "London"),
          new Place("203.0.113.13", "DE", "Berlin"),
          new Place("203.0.113.14", "JP", "Tokyo"));

  private static final List<String> ELEMENTS =
      List.of("nav-products", "btn-view-details", "link-category", "btn-add-cart");
  private static final List<String> TEXTS =
      List.of("View Products", "See Details", "Electronics", "Add to Cart");
  private static final List<String> WORDS = List.of("laptop", "smartphone", "headphones", "camera");

  /** A visit that goes on, and where it is. */
  private record Visit(
      String session, Device device, Source source, Place place, Page page, String referrer) {
    Visit at(Page next) {
      return new Visit(session, device, source, place, next, page.url());
    }
  }

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final @Nullable Visit[] visits = new Visit[USERS];
  private int made;

  /** Begins with the first. */
  public GeneratedInteractions() {}

  /** The next interactions. */
  public List<Interaction> next(int count) {
    List<Interaction> some = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      some.add(next());
    }
    return some;
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private String uuid() {
    return new UUID(random.nextLong(), random.nextLong()).toString();
  }

  private Interaction next() {
    int user = random.nextInt(USERS);
    Visit visit = visits[user];
    if (visit == null || random.nextInt(10) == 0) {
      Source source = pick(SOURCES);
      String referrer = "google".equals(source.source()) ? "https://google.com" : "";
      visit = new Visit(uuid(), pick(DEVICES), source, pick(PLACES), PAGES.get(0), referrer);
    }
    Interaction interaction = interaction(user, visit);
    boolean goesOn = interaction.eventType().equals("click") && random.nextInt(10) >= 3;
    visits[user] = goesOn ? visit.at(pick(PAGES)) : visit;
    made++;
    return interaction;
  }

  private String type(String url) {
    if (url.startsWith("/product/")) {
      return pick(List.of("page_view", "scroll", "click", "add_to_cart"));
    }
    if (url.equals("/cart")) {
      return pick(List.of("page_view", "click", "remove_from_cart", "checkout_start"));
    }
    return url.startsWith("/checkout")
        ? pick(List.of("page_view", "form_submit", "purchase"))
        : pick(List.of("page_view", "click", "scroll", "search"));
  }

  private @Nullable String element(String type) {
    return switch (type) {
      case "click" -> pick(ELEMENTS);
      case "search" -> "search-input";
      default -> null;
    };
  }

  private @Nullable String text(String type) {
    return switch (type) {
      case "click" -> pick(TEXTS);
      case "search" -> pick(WORDS);
      default -> null;
    };
  }

  @SuppressWarnings("NullAway") // Accessors name columns, and none could name one that says null.
  private Interaction interaction(int user, Visit visit) {
    Page page = visit.page();
    String type = type(page.url());
    Instant time =
        START
            .plusSeconds((long) made * SECONDS_BETWEEN + random.nextInt(11))
            .plusMillis(random.nextInt(1000));
    int viewportPercent = random.nextInt(70, 101);
    Device device = visit.device();
    return new Interaction(
        uuid(),
        time,
        String.format(Locale.ROOT, "user_%04d", user + 1),
        visit.session(),
        type,
        page.url(),
        page.title(),
        visit.referrer(),
        element(type),
        text(type),
        device.type(),
        device.browser(),
        device.os(),
        device.width(),
        device.height(),
        device.width() * viewportPercent / 100,
        device.height() * viewportPercent / 100,
        type.equals("scroll") ? random.nextInt(101) : 0,
        page.seconds() + random.nextInt(-10, 11),
        visit.source().source(),
        visit.source().medium(),
        visit.source().campaign(),
        visit.place().ip(),
        visit.place().country(),
        visit.place().city(),
        time.plusMillis(random.nextInt(1, 5000)));
  }
}
