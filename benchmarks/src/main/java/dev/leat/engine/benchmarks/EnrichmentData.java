package dev.leat.engine.benchmarks;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Hashing;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Events of a clickstream and the five dimensions that enrich them, as batches of dictionary codes:
 * 20,000 users, 100,000 sessions, 50,000 devices, 200 pages, 50 campaigns. Rows of dimensions have
 * numbers, as those of a table with a primary key have.
 */
final class EnrichmentData {
  static final int BATCH_ROWS = 8192;
  static final int USERS = 20_000;
  static final int SESSIONS = 100_000;
  static final int DEVICES = 50_000;
  static final int PAGES = 200;
  static final int CAMPAIGNS = 50;
  static final int EVENT_COLUMNS = 11;

  /** Words of an event with all that it is enriched with. */
  static final int JOINED_COLUMNS = 28;

  private final Dictionary dictionary = new Dictionary(new Hashing(1));
  private final List<Batch> events = new ArrayList<>();
  private final List<Batch> dimensions = new ArrayList<>();

  EnrichmentData(int count) {
    SplittableRandom random = new SplittableRandom(42);
    dimensions.add(users(0, USERS, 0));
    dimensions.add(sessions(random));
    dimensions.add(texts("device-", DEVICES, "type", "os", "browser"));
    dimensions.add(texts("/page/", PAGES, "category", "product", "kind"));
    dimensions.add(texts("campaign-", CAMPAIGNS, "source", "medium", "name"));
    for (int from = 0; from < count; from += BATCH_ROWS) {
      events.add(events(from, Math.min(BATCH_ROWS, count - from), random));
    }
  }

  private long code(String text) {
    return dictionary.intern(text);
  }

  private static Batch batch(int columns, int rows) {
    Batch batch = new Batch(columns);
    for (int c = 0; c < columns; c++) {
      batch.column(c).reset(rows);
    }
    return batch;
  }

  private static Batch numbered(Batch batch, int rows, int first) {
    int[] numbers = new int[rows];
    for (int i = 0; i < rows; i++) {
      numbers[i] = first + i;
    }
    batch.fill(rows, null);
    batch.number(numbers);
    return batch;
  }

  /** user_id, full_name, country, marketing_opt_in. */
  private Batch users(int first, int rows, int version) {
    Batch batch = batch(4, rows);
    for (int i = 0; i < rows; i++) {
      user(batch, i, first + i, version);
    }
    return numbered(batch, rows, first);
  }

  private void user(Batch batch, int row, int user, int version) {
    batch.column(0).set(row, user);
    batch.column(1).set(row, code("name " + user));
    batch.column(2).set(row, code("country " + (user + version) % 30));
    batch.column(3).set(row, user & 1);
  }

  /** Takes some users back and puts the same with another country in their place. */
  Batch changeOfUsers(int first, int users, int version) {
    Batch batch = batch(4, 2 * users);
    int[] numbers = new int[2 * users];
    long[] weights = new long[2 * users];
    for (int i = 0; i < users; i++) {
      int user = (first + i) % USERS;
      user(batch, 2 * i, user, version - 1);
      user(batch, 2 * i + 1, user, version);
      numbers[2 * i] = user;
      numbers[2 * i + 1] = user;
      weights[2 * i] = -1;
      weights[2 * i + 1] = 1;
    }
    batch.fill(2 * users, weights);
    batch.number(numbers);
    return batch;
  }

  /** session_id, device_id, session_start, geo_city, geo_region. */
  private Batch sessions(SplittableRandom random) {
    Batch batch = batch(5, SESSIONS);
    for (int i = 0; i < SESSIONS; i++) {
      batch.column(0).set(i, code("session-" + i));
      batch.column(1).set(i, code("device-" + random.nextInt(DEVICES)));
      batch.column(2).set(i, i * 1000L);
      batch.column(3).set(i, code("city " + i % 500));
      batch.column(4).set(i, code("region " + i % 40));
    }
    return numbered(batch, SESSIONS, 0);
  }

  /** A key, and a column for each name, with some values. */
  private Batch texts(String key, int rows, String... columns) {
    Batch batch = batch(1 + columns.length, rows);
    for (int i = 0; i < rows; i++) {
      batch.column(0).set(i, code(key + i));
      for (int c = 0; c < columns.length; c++) {
        batch.column(c + 1).set(i, code(columns[c] + " " + i % 12));
      }
    }
    return numbered(batch, rows, 0);
  }

  /**
   * event_id, user_id, session_id, event_type, page_url, element_id, event_time, referrer,
   * campaign_id, revenue_usd, ingested_at.
   */
  private Batch events(int from, int rows, SplittableRandom random) {
    Batch batch = batch(EVENT_COLUMNS, rows);
    for (int i = 0; i < rows; i++) {
      int session = random.nextInt(SESSIONS);
      long micros = (from + i) * 1000L;
      Column[] columns = new Column[EVENT_COLUMNS];
      for (int c = 0; c < EVENT_COLUMNS; c++) {
        columns[c] = batch.column(c);
      }
      columns[0].set(i, code("event-" + (from + i)));
      columns[1].set(i, session % USERS);
      columns[2].set(i, code("session-" + session));
      columns[3].set(i, code("type " + random.nextInt(5)));
      columns[4].set(i, code("/page/" + random.nextInt(PAGES)));
      columns[5].set(i, code("element " + random.nextInt(20)));
      columns[6].set(i, micros);
      columns[7].set(i, code("referrer " + random.nextInt(20)));
      columns[8].set(i, code("campaign-" + random.nextInt(CAMPAIGNS)));
      columns[9].set(i, Double.doubleToRawLongBits(random.nextInt(100)));
      columns[10].set(i, micros + 1);
    }
    batch.fill(rows, null);
    return batch;
  }

  Dictionary dictionary() {
    return dictionary;
  }

  List<Batch> events() {
    return events;
  }

  /** Users, sessions, devices, pages, campaigns. */
  List<Batch> dimensions() {
    return dimensions;
  }
}
