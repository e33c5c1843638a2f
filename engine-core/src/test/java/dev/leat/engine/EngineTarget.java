package dev.leat.engine;

import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;
import static dev.leat.engine.Expressions.max;
import static dev.leat.engine.Expressions.sum;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.io.CorruptionTarget;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whole directories of engines: some files of the log, two checkpoints with the plan that made
 * them; closed or killed, with and without a beginning that was released. What an engine shows that
 * opens one is compared with what plain Java makes of the same changes up to its position. Half of
 * them are opened with a pipeline that has one view more, which is built from the log.
 */
final class EngineTarget implements CorruptionTarget {
  record Click(String page, String visitor, long millis) {}

  record User(String userId, String country) {}

  private static final int VARIANTS = 16;
  private static final int IMAGE_BYTES = 2 << 20;
  private static final String PRODUCER = "collector";
  private static final Pipeline PIPELINE = pipeline(false);
  private static final Pipeline CHANGED = pipeline(true);

  private static Pipeline pipeline(boolean isChanged) {
    return Pipeline.define(
        p -> {
          Relation<Click> clicks = p.stream("clicks", Click.class);
          clicks
              .groupBy(Click::page)
              .aggregate(
                  count().as("views"),
                  sum(Click::millis).as("millis"),
                  countDistinct(Click::visitor).as("visitors"))
              .materialize("pages");
          Relation<User> users = p.table("users", User.class).primaryKey(User::userId);
          users.materialize("users");
          users.groupBy(User::country).aggregate(count().as("users")).materialize("countries");
          if (isChanged) {
            clicks
                .groupBy(Click::visitor)
                .aggregate(max(Click::millis).as("longest"))
                .materialize("visitors");
          }
        });
  }

  /** What the views must show, by plain Java. */
  private static final class Truth {
    private final TreeMap<String, List<Long>> pages = new TreeMap<>();
    private final Map<String, TreeMap<String, Long>> visits = new HashMap<>();
    private final TreeMap<String, String> users = new TreeMap<>();
    private final TreeMap<String, Long> longest = new TreeMap<>();
    private long rejected;
    private long numbered;

    Truth copy() {
      Truth copy = new Truth();
      copy.pages.putAll(pages);
      visits.forEach((page, by) -> copy.visits.put(page, new TreeMap<>(by)));
      copy.users.putAll(users);
      copy.longest.putAll(longest);
      copy.rejected = rejected;
      copy.numbered = numbered;
      return copy;
    }

    void add(Click click) {
      TreeMap<String, Long> by = visits.computeIfAbsent(click.page(), page -> new TreeMap<>());
      by.merge(click.visitor(), 1L, Long::sum);
      List<Long> known = pages.getOrDefault(click.page(), List.of(0L, 0L, 0L));
      pages.put(
          click.page(), List.of(known.get(0) + 1, known.get(1) + click.millis(), (long) by.size()));
      longest.merge(click.visitor(), click.millis(), Math::max);
    }

    String text() {
      TreeMap<String, Long> countries = new TreeMap<>();
      users.values().forEach(country -> countries.merge(country, 1L, Long::sum));
      return pages + "\n" + users + "\n" + countries + "\n" + rejected;
    }

    String visitors() {
      return longest.toString();
    }
  }

  private static String text(Engine engine) {
    TreeMap<String, List<Long>> pages = new TreeMap<>();
    for (Row row : engine.view("pages").scan()) {
      pages.put(
          row.value("page", String.class),
          Stream.of("views", "millis", "visitors").map(c -> row.value(c, Long.class)).toList());
    }
    TreeMap<String, String> users = new TreeMap<>();
    engine
        .view("users", User.class)
        .scan()
        .forEach(user -> users.put(user.userId(), user.country()));
    TreeMap<String, Long> countries = new TreeMap<>();
    for (Row row : engine.view("countries").scan()) {
      countries.put(row.value("country", String.class), row.value("users", Long.class));
    }
    long rejected = engine.rejectedRows().values().stream().mapToLong(Long::longValue).sum();
    assertThat(engine.ledger().count()).isEqualTo(rejected);
    return pages + "\n" + users + "\n" + countries + "\n" + rejected;
  }

  private static String visitors(Engine engine) {
    TreeMap<String, Long> longest = new TreeMap<>();
    for (Row row : engine.view("visitors").scan()) {
      longest.put(row.value("visitor", String.class), row.value("longest", Long.class));
    }
    return longest.toString();
  }

  @Override
  public int variants() {
    return VARIANTS;
  }

  private static EngineSettings settings(boolean isReleased) {
    return EngineSettings.defaults()
        .withThreading(Threading.HOST)
        .withRetention(isReleased ? Retention.onlyForRecovery() : Retention.everything());
  }

  @Override
  public Content build(Path directory, int variant, Random random) throws IOException {
    boolean isKilled = variant % 2 == 1;
    boolean isReleased = variant % 4 >= 2;
    boolean isChanged = !isReleased && variant % 8 >= 4;
    EngineSettings settings = settings(isReleased);
    Path home = isKilled ? directory.resolveSibling(directory.getFileName() + "-open") : directory;
    Map<Long, Truth> truths = new HashMap<>();
    truths.put(0L, new Truth());
    for (int run = 2 + random.nextInt(2); run > 0; run--) {
      try (Engine engine = Engine.open(home, PIPELINE, settings)) {
        change(engine, truths, random, 2 + random.nextInt(10));
      }
    }
    long durable;
    long last;
    try (Engine engine = Engine.open(home, PIPELINE, settings)) {
      change(engine, truths, random, 1 + random.nextInt(8));
      if (random.nextBoolean()) {
        engine.checkpoint();
        change(engine, truths, random, random.nextInt(8));
      }
      last = engine.position().value();
      durable = isKilled ? engine.syncedPosition().value() : last;
      if (isKilled) {
        image(home, directory);
      }
    }
    Files.writeString(directory.resolve("lock"), "pid=1\n"); // as a killed process leaves it
    Case found = new Case(truths, durable, last, settings, isChanged ? CHANGED : PIPELINE);
    return found::verify;
  }

  private static void change(Engine engine, Map<Long, Truth> truths, Random random, int epochs) {
    for (int i = 0; i < epochs; i++) {
      Truth truth = truths.get(engine.position().value()).copy();
      changeOnce(engine, truth, random);
      engine.step();
      truths.put(engine.position().value(), truth);
    }
  }

  private static void changeOnce(Engine engine, Truth truth, Random random) {
    StreamInput<Click> clicks = engine.stream("clicks", Click.class);
    switch (random.nextInt(5)) {
      case 0 -> {
        User user = new User("u" + random.nextInt(9), random.nextBoolean() ? "DE" : "FR");
        engine.table("users", User.class).upsert(user);
        truth.users.put(user.userId(), user.country());
      }
      case 1 -> {
        String key = "u" + random.nextInt(9);
        engine.table("users", User.class).delete(key);
        truth.users.remove(key);
      }
      case 2 -> {
        Click click = click(random);
        String line =
            "{\"page\":\"%s\",\"visitor\":\"%s\",\"millis\":%d}\n{\"page\":7}\n"
                .formatted(click.page(), click.visitor(), click.millis());
        engine.ndjson("clicks").append(line);
        truth.add(click);
        truth.rejected++;
      }
      case 3 -> {
        Click click = click(random);
        truth.numbered++;
        clicks.append(List.of(click), ProducerSequence.of(PRODUCER, truth.numbered));
        truth.add(click);
      }
      default -> {
        List<Click> some =
            Stream.generate(() -> click(random)).limit(1 + random.nextInt(90)).toList();
        clicks.append(some);
        some.forEach(truth::add);
      }
    }
  }

  private static Click click(Random random) {
    return new Click("/" + random.nextInt(12), "v" + random.nextInt(40), random.nextInt(1000));
  }

  /** What a kill leaves of an engine that is at rest; the files of the log are reserved ahead. */
  private static void image(Path home, Path target) throws IOException {
    try (Stream<Path> paths = Files.walk(home)) {
      for (Path path : paths.sorted().toList()) {
        Path copy = target.resolve(home.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(copy);
        } else {
          byte[] head = new byte[(int) Math.min(Files.size(path), IMAGE_BYTES)];
          try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            file.readFully(head);
          }
          Files.write(copy, head);
        }
      }
    }
  }

  private record Case(
      Map<Long, Truth> truths,
      long durable,
      long last,
      EngineSettings settings,
      Pipeline pipeline) {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** What was told of damage is thrown at the end: all that could be read was right. */
    void verify(Path damaged) {
      @Nullable EngineException told = null;
      try {
        assertThat(Engine.planDiff(damaged, pipeline).toString()).contains("pages");
      } catch (EngineException e) {
        told = e;
      }
      Random random = new Random(1);
      Map<Long, Truth> now = new HashMap<>(truths);
      for (int opening = 0; opening < 2; opening++) {
        try (Engine engine = Engine.open(damaged, pipeline, settings)) {
          long position = engine.position().value();
          if (opening == 0) {
            assertThat(position).isBetween(durable, last);
          }
          told = check(engine, now.get(position), told);
          long numbered = now.get(position).numbered;
          if (numbered > 0) {
            assertThat(repeat(engine, numbered).isDuplicate()).isTrue();
          }
          change(engine, now, random, 2);
          engine.checkpoint();
          change(engine, now, random, 1);
          told = check(engine, now.get(engine.position().value()), told);
        }
      }
      if (told != null) {
        throw told;
      }
    }

    private static Appended repeat(Engine engine, long number) {
      return engine.stream("clicks", Click.class)
          .append(List.of(new Click("/", "again", 1)), ProducerSequence.of(PRODUCER, number));
    }

    private @Nullable EngineException check(
        Engine engine, Truth truth, @Nullable EngineException told) {
      assertThat(text(engine)).isEqualTo(truth.text());
      if (pipeline != CHANGED) {
        return told;
      }
      try {
        engine.awaitBackfill(LIMIT);
        assertThat(visitors(engine)).isEqualTo(truth.visitors());
        return told;
      } catch (EngineException e) {
        return e; // it cannot be built; the others are as they must be
      }
    }
  }
}
