package dev.leat.engine.benchmarks;

import java.time.Instant;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Generated events of a web shop, the same for the same parameters. A session belongs to one user,
 * device and country, and lasts half an hour; sessions start at any time of a day. Pages are drawn
 * from a Zipf distribution with exponent 1.
 */
public final class Events {
  /** How many events the figures are for. */
  public static final int COUNT = 2_000_000;

  private static final int PAGES = 200;
  private static final int MICROS = 1_000_000;
  private static final long SESSION_MICROS = 30L * 60 * MICROS;
  private static final long DAY_MICROS = 24L * 60 * 60 * MICROS;
  private static final long START_MICROS =
      Instant.parse("2026-03-01T00:00:00Z").toEpochMilli() * 1000;
  private static final String[] TYPES = {"page_view", "click", "add_to_cart", "purchase"};
  private static final double[] TYPE_SHARES = {0.70, 0.20, 0.07, 0.03};
  private static final String[] DEVICES = {"mobile", "desktop", "tablet"};
  private static final double[] DEVICE_SHARES = {0.58, 0.36, 0.06};
  private static final String[] COUNTRIES = {
    "US", "DE", "GB", "FR", "IN", "BR", "JP", "ES", "IT", "NL", "PL", "SE", "CA", "AU", "MX", "AT"
  };

  private final int[] session;
  private final byte[] type;
  private final short[] page;
  private final short[] referrer;
  private final long[] micros;
  private final int[] userOfSession;
  private final byte[] deviceOfSession;
  private final byte[] countryOfSession;
  private final String[] sessions;
  private final String[] users;
  private final String[] pages;

  private Events(int count, int sessionCount, int userCount, SplittableRandom random) {
    session = new int[count];
    type = new byte[count];
    page = new short[count];
    referrer = new short[count];
    micros = new long[count];
    userOfSession = new int[sessionCount];
    deviceOfSession = new byte[sessionCount];
    countryOfSession = new byte[sessionCount];
    sessions = names("s", sessionCount);
    users = names("u", userCount);
    pages = names("/shop/item-", PAGES);
    fill(random);
  }

  /** A number of events, twenty to a session, a hundred to a user. */
  public static Events of(int count, Order order) {
    Events events =
        new Events(
            count, Math.max(1, count / 20), Math.max(1, count / 100), new SplittableRandom(42));
    if (order == Order.SHUFFLED) {
      events.shuffle(new SplittableRandom(43));
    }
    return events;
  }

  private static String[] names(String prefix, int count) {
    String[] names = new String[count];
    for (int i = 0; i < count; i++) {
      names[i] = prefix + (100_000 + i);
    }
    return names;
  }

  private void fill(SplittableRandom random) {
    long[] starts = new long[sessions.length];
    double[] devices = cumulated(DEVICE_SHARES);
    double[] countries = cumulated(zipf(COUNTRIES.length));
    for (int s = 0; s < starts.length; s++) {
      starts[s] = random.nextLong(DAY_MICROS - SESSION_MICROS);
      userOfSession[s] = random.nextInt(users.length);
      deviceOfSession[s] = (byte) draw(devices, random);
      countryOfSession[s] = (byte) draw(countries, random);
    }
    // Time and session in one word: sorting these sorts the events.
    long[] times = new long[session.length];
    for (int i = 0; i < times.length; i++) {
      int s = i < starts.length ? i : random.nextInt(starts.length);
      times[i] = (starts[s] + random.nextLong(SESSION_MICROS)) << 20 | s;
    }
    Arrays.sort(times);
    double[] types = cumulated(TYPE_SHARES);
    double[] popularity = cumulated(zipf(PAGES));
    for (int i = 0; i < times.length; i++) {
      session[i] = (int) times[i] & 0xfffff;
      micros[i] = START_MICROS + (times[i] >>> 20);
      type[i] = (byte) draw(types, random);
      page[i] = (short) draw(popularity, random);
      referrer[i] = (short) draw(popularity, random);
    }
  }

  private static double[] zipf(int count) {
    double[] shares = new double[count];
    for (int i = 0; i < count; i++) {
      shares[i] = 1.0 / (i + 1);
    }
    return shares;
  }

  private static double[] cumulated(double[] shares) {
    double[] sums = shares.clone();
    Arrays.parallelPrefix(sums, Double::sum);
    double total = sums[sums.length - 1];
    for (int i = 0; i < sums.length; i++) {
      sums[i] /= total;
    }
    return sums;
  }

  private static int draw(double[] cumulated, SplittableRandom random) {
    int at = Arrays.binarySearch(cumulated, random.nextDouble());
    return Math.min(at < 0 ? -at - 1 : at, cumulated.length - 1);
  }

  private void shuffle(SplittableRandom random) {
    for (int i = session.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int s = session[i];
      session[i] = session[j];
      session[j] = s;
      byte t = type[i];
      type[i] = type[j];
      type[j] = t;
      short p = page[i];
      page[i] = page[j];
      page[j] = p;
      short r = referrer[i];
      referrer[i] = referrer[j];
      referrer[j] = r;
      long m = micros[i];
      micros[i] = micros[j];
      micros[j] = m;
    }
  }

  /** How many there are. */
  public int count() {
    return session.length;
  }

  String userId(int i) {
    return users[userOfSession[session[i]]];
  }

  String sessionId(int i) {
    return sessions[session[i]];
  }

  String eventType(int i) {
    return TYPES[type[i]];
  }

  String pageUrl(int i) {
    return pages[page[i]];
  }

  String deviceType(int i) {
    return DEVICES[deviceOfSession[session[i]]];
  }

  String country(int i) {
    return COUNTRIES[countryOfSession[session[i]]];
  }

  long micros(int i) {
    return micros[i];
  }

  /** An event as a record; only its id and time are strings and objects of its own. */
  public Click click(int i) {
    return new Click(
        "e" + (10_000_000 + i),
        userId(i),
        sessionId(i),
        eventType(i),
        pageUrl(i),
        pages[referrer[i]],
        deviceType(i),
        country(i),
        Instant.ofEpochSecond(micros[i] / MICROS, micros[i] % MICROS * 1000));
  }
}
