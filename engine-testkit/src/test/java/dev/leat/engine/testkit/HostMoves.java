package dev.leat.engine.testkit;

import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.sum;

import dev.leat.engine.Appended;
import dev.leat.engine.Change;
import dev.leat.engine.Changes;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.NdjsonResult;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.ProducerSequence;
import dev.leat.engine.Relation;
import dev.leat.engine.Row;
import dev.leat.engine.StreamInput;
import dev.leat.engine.Subscription;
import dev.leat.engine.SubscriptionSettings;
import dev.leat.engine.Threading;
import dev.leat.engine.internal.io.SystemIo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A host that steps the engine itself and does whatever its API allows, in any order: it appends,
 * steps, waits, reads, subscribes, takes checkpoints, closes and opens again, while the disk is
 * full now and then, its sink fails, its listeners throw, append and read, and it dies. After each
 * move all is as a model of it says, which knows what was appended at which position.
 */
final class HostMoves {
  record Event(String user, long amount) {}

  /** What one epoch brought. */
  private record Brought(List<Event> events, List<Long> numbers, int[] rejects) {
    Brought() {
      this(new ArrayList<>(), new ArrayList<>(), new int[1]);
    }
  }

  private static final int MOVES = 120;
  private static final String PRODUCER = "producer";

  private final long seed;
  private final SplittableRandom random;
  private final Path directory;
  private final TestClock clock = new TestClock(PipelineTester.START);
  private final FaultyIo io = FaultyIo.inOneThread(SystemIo.INSTANCE, clock);
  private final SinkFaults sinkFaults = new SinkFaults();
  private final MemorySink table = new MemorySink(sinkFaults);
  private final Pipeline pipeline;

  /** By position: what is in the log, and behind the engine's position what waits. */
  private final TreeMap<Long, Brought> brought = new TreeMap<>();

  private final List<Listening> listening = new ArrayList<>();
  private final List<String> trace = new ArrayList<>();
  private Engine engine;
  private boolean isFull;
  private boolean isSinkFailing;
  private int restarts;

  HostMoves(long seed, Path directory) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.directory = directory;
    this.pipeline =
        Pipeline.define(
            p -> {
              Relation<Row> byUser =
                  p.stream("events", Event.class)
                      .groupBy(Event::user)
                      .aggregate(count().as("n"), sum(Event::amount).as("amount"))
                      .acceptGrowth("a test");
              byUser.materialize("by_user");
              byUser.to("copy", table);
            });
    this.engine = open();
  }

  private Engine open() {
    restarts++;
    return EngineOnFiles.open(
        directory,
        pipeline,
        EngineSettings.defaults().withThreading(Threading.HOST).withEpochRows(4).withClock(clock),
        io,
        seed + restarts);
  }

  /** What was done, for a failure. */
  List<String> trace() {
    return trace;
  }

  /** Plays, and ends with everything in order. */
  void run() {
    for (int i = 0; i < MOVES; i++) {
      move();
    }
    heal();
    reopen();
    while (engine.step() > 0) {
      checkAll();
    }
    engine.close();
    engine = open();
    checkAll();
    check(table.rows().size() == engine.view("by_user").count(), "sink", table.rows());
    check(
        counts(table.rows()).equals(expected(Long.MAX_VALUE)),
        "sink",
        counts(table.rows()) + " instead of " + expected(Long.MAX_VALUE));
    engine.close();
    check(io.openFiles() == 0, "open files", io.openFiles());
  }

  private void heal() {
    io.heal();
    isFull = false;
    sinkFaults.failAlways(false);
    isSinkFailing = false;
  }

  private void move() {
    long before = engine.position().value();
    try {
      switch (random.nextInt(20)) {
        case 0, 1, 2, 3 -> append(1 + random.nextInt(3));
        case 4 -> appendNumbered();
        case 5 -> appendLines();
        case 6 -> appendNothing();
        case 7, 8, 9, 10 -> step();
        case 11 -> awaitPosition();
        case 12 -> checkpoint();
        case 13 -> subscribe();
        case 14 -> changeSubscription();
        case 15 -> failSink();
        case 16 -> awaitSink();
        case 17 -> fillDisk();
        case 18 -> passTime();
        default -> end();
      }
    } catch (EngineException e) {
      trace.add("  " + e.kind() + ": " + e.getMessage());
      if (!io.isDead()) {
        boolean isExpected = e.kind() == Kind.FULL && isFull;
        check(isExpected, "an exception", e);
      }
    }
    if (io.isDead()) {
      restart(before);
    }
    checkAll();
  }

  private void append(int rows) {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      events.add(event());
    }
    trace.add("append " + events);
    Position at = engine.stream("events", Event.class).append(events);
    at(at).events().addAll(events);
  }

  private Event event() {
    return new Event("u" + random.nextInt(5), random.nextInt(100));
  }

  private Brought at(Position position) {
    return brought.computeIfAbsent(position.value(), p -> new Brought());
  }

  private void appendNumbered() {
    long last = brought.values().stream().flatMap(b -> b.numbers().stream()).reduce(0L, Math::max);
    long number = Math.max(0, last - 1 + random.nextInt(3));
    boolean isNew = number > last || (last == 0 && number == 0 && hasNoNumbers());
    Event event = event();
    trace.add("append number " + number + " " + event);
    StreamInput<Event> events = engine.stream("events", Event.class);
    Appended appended =
        engine.append(ProducerSequence.of(PRODUCER, number), tx -> tx.append(events, event));
    check(appended.isDuplicate() != isNew, "a repetition", appended);
    if (isNew) {
      at(appended.position()).events().add(event);
      at(appended.position()).numbers().add(number);
    }
  }

  private boolean hasNoNumbers() {
    return brought.values().stream().allMatch(b -> b.numbers().isEmpty());
  }

  private void appendLines() {
    Event event = event();
    int bad = random.nextInt(3);
    String line = "{\"user\":\"" + event.user() + "\",\"amount\":" + event.amount() + "}\n";
    trace.add("append line " + event + " and bad ones: " + bad);
    NdjsonResult result = engine.ndjson("events").append(line + "bad\n".repeat(bad));
    check(result.accepted() == 1 && result.rejected() == bad, "lines", result);
    at(result.position()).events().add(event);
    at(result.position()).rejects()[0] += bad;
  }

  private void appendNothing() {
    trace.add("append and throw");
    StreamInput<Event> events = engine.stream("events", Event.class);
    try {
      engine.append(
          tx -> {
            tx.append(events, event());
            throw new IllegalStateException("planted");
          });
    } catch (IllegalStateException e) {
      check("planted".equals(e.getMessage()), "another exception", e);
    }
  }

  private void step() {
    trace.add("step");
    boolean isWaiting = brought.higherKey(engine.position().value()) != null;
    long before = engine.position().value();
    int rows = engine.step();
    check(rows > 0 == isWaiting, "rows of a step", rows);
    check(engine.position().value() == before + (isWaiting ? 1 : 0), "a step", engine.position());
  }

  private void awaitPosition() {
    Position last = new Position(brought.isEmpty() ? 0 : brought.lastKey());
    trace.add("await " + last);
    engine.view("by_user").await(last, Duration.ZERO);
    check(engine.position().value() >= last.value(), "awaited", engine.position());
  }

  private void checkpoint() {
    trace.add("checkpoint");
    try {
      Position at = engine.checkpoint();
      check(at.equals(engine.position()), "a checkpoint", at);
    } catch (EngineException e) {
      check(isFull || io.isDead(), "a checkpoint fails", e);
    }
  }

  private void subscribe() {
    trace.add("subscribe");
    listening.add(new Listening());
  }

  private void changeSubscription() {
    if (listening.isEmpty()) {
      return;
    }
    Listening one = listening.get(random.nextInt(listening.size()));
    switch (random.nextInt(3)) {
      case 0 -> {
        trace.add("close a subscription");
        listening.remove(one);
        one.subscription().close();
      }
      case 1 -> {
        trace.add("a listener throws");
        one.failing = 1 + random.nextInt(12);
      }
      default -> {
        trace.add("restart a subscription");
        one.failing = 0;
        one.subscription().restart();
      }
    }
  }

  private void failSink() {
    isSinkFailing = !isSinkFailing;
    trace.add("sink fails: " + isSinkFailing);
    sinkFaults.failAlways(isSinkFailing);
  }

  private void awaitSink() {
    trace.add("await sink");
    Position at = engine.position();
    try {
      engine.awaitSink("copy", at, Duration.ZERO);
      check(counts(table.rows()).equals(expected(at.value())), "sink", table.rows());
    } catch (EngineException e) {
      // Where the host steps one attempt is made; the one after a failure opens a session first.
      check(e.kind() == Kind.UNAVAILABLE, "a sink is waited for", e);
      if (!isSinkFailing && !io.isDead()) {
        engine.awaitSink("copy", at, Duration.ZERO);
      }
    }
  }

  private void fillDisk() {
    isFull = !isFull;
    trace.add("disk is full: " + isFull);
    if (isFull) {
      io.leaveSpace(0);
    } else {
      io.heal();
    }
  }

  private void passTime() {
    trace.add("time passes");
    clock.advance(Duration.ofSeconds(1 + random.nextInt(90)));
  }

  private void end() {
    if (random.nextInt(3) == 0) {
      trace.add("close");
      reopen();
    } else if (random.nextBoolean()) {
      trace.add("die");
      io.kill();
    } else {
      long call = 1L + random.nextInt(40);
      trace.add("die at call " + call);
      boolean wasFull = isFull;
      io.inject(FaultPlan.nth(call, random.nextBoolean() ? Fault.KILL_BEFORE : Fault.KILL_AFTER));
      isFull = wasFull;
    }
  }

  /** What waits comes in while the engine is closed, unless the disk is full. */
  private void reopen() {
    long before = engine.position().value();
    listening.clear();
    try {
      engine.close();
      if (!io.isDead()) {
        check(brought.isEmpty() || engine.position().value() == brought.lastKey(), "closed", "");
      }
    } catch (EngineException e) {
      trace.add("  closed with " + e);
      check((isFull && e.kind() == Kind.FULL) || io.isDead(), "closing", e);
    }
    restart(before);
  }

  private void restart(long atLeast) {
    long applied = Math.max(atLeast, engine.position().value());
    if (io.isDead()) {
      trace.add("  dead");
      listening.clear();
      try {
        engine.close();
      } catch (EngineException e) {
        trace.add("  closed with " + e);
      }
      io.restart();
    }
    // An engine is not opened on a full disk: the host makes space first.
    heal();
    engine = open();
    long position = engine.position().value();
    trace.add("  opened at " + position);
    check(position >= applied, "lost", position + " instead of " + applied);
    brought.tailMap(position, false).clear();
    check(brought.isEmpty() ? position == 0 : position == brought.lastKey(), "position", position);
  }

  private void checkAll() {
    long position = engine.position().value();
    Map<String, List<Long>> expected = expected(position);
    Map<String, List<Long>> found = counts(engine.view("by_user").scan());
    check(found.equals(expected), "view", found + " instead of " + expected);
    long rows =
        brought.headMap(position, true).values().stream().mapToLong(b -> b.events().size()).sum();
    check(engine.acceptedRows().getOrDefault("events", 0L) == rows, "rows", engine.acceptedRows());
    long rejects =
        brought.headMap(position, true).values().stream().mapToLong(b -> b.rejects()[0]).sum();
    check(
        engine.rejectedRows().getOrDefault("stream 'events'", 0L) == rejects,
        "rejects",
        engine.rejectedRows());
    listening.forEach(Listening::checkSum);
  }

  private Map<String, List<Long>> expected(long position) {
    Map<String, List<Long>> expected = new HashMap<>();
    for (Brought epoch : brought.headMap(position, true).values()) {
      for (Event event : epoch.events()) {
        expected.merge(
            event.user(),
            List.of(1L, event.amount()),
            (a, b) -> List.of(a.get(0) + b.get(0), a.get(1) + b.get(1)));
      }
    }
    return expected;
  }

  private static Map<String, List<Long>> counts(List<Row> rows) {
    Map<String, List<Long>> counts = new HashMap<>();
    for (Row row : rows) {
      counts.put((String) row.values().get(0), List.of((Long) row.values().get(1), amount(row)));
    }
    return counts;
  }

  private static long amount(Row row) {
    return ((Number) Objects.requireNonNull(row.values().get(2))).longValue();
  }

  private static void check(boolean holds, String what, Object found) {
    if (!holds) {
      throw found instanceof Throwable cause
          ? new AssertionError(what + ": " + cause, cause)
          : new AssertionError(what + ": " + found);
    }
  }

  /**
   * A listener, which throws before it takes what it is told, and now and then reads and appends.
   */
  private final class Listening {
    private final Map<Row, Long> sum = new HashMap<>();
    private @Nullable Subscription subscription;
    private int failing;
    private long told;

    private Listening() {
      subscription =
          engine
              .view("by_user")
              .subscribe(SubscriptionSettings.defaults().withAttempts(3), this::changed);
    }

    private Subscription subscription() {
      return Objects.requireNonNull(subscription, "subscription");
    }

    private void changed(Changes<Row> changes) {
      if (failing > 0) {
        failing--;
        throw new IllegalStateException("planted");
      }
      for (Change<Row> change : changes.changes()) {
        sum.merge(change.row(), change.weight(), Long::sum);
      }
      sum.values().removeIf(weight -> weight == 0);
      told = changes.position().value();
      if (random.nextInt(8) == 0 && engine.view("by_user").count() < 100) {
        appendWithin();
      }
    }

    /** What waits may be full: then there is no room, and a listener must not make some. */
    private void appendWithin() {
      Event event = event();
      try {
        Position at = engine.stream("events", Event.class).append(event);
        trace.add("  a listener appends " + event);
        at(at).events().add(event);
      } catch (EngineException e) {
        trace.add("  a listener does not append: " + e.getMessage());
      }
    }

    private void checkSum() {
      long position = subscription().position().value();
      check(position >= told, "subscription", position + " behind " + told);
      Map<String, List<Long>> found = counts(List.copyOf(sum.keySet()));
      if (position > 0) {
        check(found.equals(expected(position)), "feed", found + " at " + position);
      }
      if (failing == 0 && subscription().failure().isEmpty()) {
        check(sum.values().stream().allMatch(weight -> weight == 1), "feed", sum);
      }
    }
  }
}
