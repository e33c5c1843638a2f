package dev.leat.engine.testkit;

import dev.leat.engine.plan.Deduplication;
import dev.leat.engine.plan.EventTime;
import dev.leat.engine.plan.Forgetting;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The current rows of a plan's inputs, by the plainest means. Time stands still unless it is told:
 * of a stream that is deduplicated, rows are left out that have the key of one that came in within
 * the horizon before; of one with event time, rows that have none, or one too far ahead. Of a table
 * that forgets, rows go that were not put in for a time; equal rows of a table without a key count
 * as put in when the last of them was, and what is not there can be deleted from it without an
 * error.
 */
public final class InputModel {
  private final Plan plan;
  private final Instant start;
  private final Map<String, List<ReferenceRow>> rows = new LinkedHashMap<>();
  private final Map<String, Map<ReferenceRow, Duration>> keys = new LinkedHashMap<>();
  private final Map<String, Map<ReferenceRow, Instant>> put = new LinkedHashMap<>();
  private final Map<String, Long> duplicates = new LinkedHashMap<>();
  private final Map<String, List<Instant>> reached = new LinkedHashMap<>();
  private Duration now = Duration.ZERO;
  private long withoutEventTime;

  /** A model in which all inputs are empty, at the time at which test clocks begin. */
  public InputModel(Plan plan) {
    this(plan, PipelineTester.START);
  }

  /** A model in which all inputs are empty, at a time. */
  public InputModel(Plan plan, Instant start) {
    this.plan = plan;
    this.start = start;
    for (Node.Input input : plan.inputs()) {
      rows.put(input.name(), new ArrayList<>());
      if (input.deduplication() != null) {
        keys.put(input.name(), new HashMap<>());
        duplicates.put(input.name(), 0L);
      }
    }
  }

  /** Moves time forward. */
  public void advance(Duration time) {
    now = now.plus(time);
    put.forEach((input, times) -> forget(plan.input(input), times));
  }

  private void forget(Node.Input input, Map<ReferenceRow, Instant> times) {
    Forgetting forgetting = Objects.requireNonNull(input.forgetting());
    Duration after = Duration.of(forgetting.afterMicros(), ChronoUnit.MICROS);
    Instant tick = tick(forgetting);
    rows(input.name()).removeIf(row -> !tick.isBefore(wasPut(times, row).plus(after)));
  }

  private static Instant wasPut(Map<ReferenceRow, Instant> times, ReferenceRow row) {
    return Objects.requireNonNull(times.get(row), "a row that was never put in");
  }

  /** The time by which rows are forgotten. */
  private Instant tick(Forgetting forgetting) {
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, now());
    long ticks = Math.floorDiv(micros, forgetting.tickMicros());
    return Instant.EPOCH.plus(ticks * forgetting.tickMicros(), ChronoUnit.MICROS);
  }

  /** Adds a row to those of an input. */
  private void add(Node.Input input, ReferenceRow row) {
    rows(input.name()).add(row);
    Forgetting forgetting = input.forgetting();
    if (forgetting != null) {
      put.computeIfAbsent(input.name(), name -> new HashMap<>()).put(row, tick(forgetting));
    }
  }

  /** The time that it is. */
  public Instant now() {
    return start.plus(now);
  }

  /** How many rows were left out because they have no event time, or one too far ahead. */
  public long withoutEventTime() {
    return withoutEventTime;
  }

  /** How many rows of each deduplicated stream were left out, by input. */
  public Map<String, Long> duplicates() {
    return duplicates;
  }

  /** What the source of each stream said of event time, in order. It follows later changes. */
  public Map<String, List<Instant>> reached() {
    return reached;
  }

  /** The rows of each input, equal rows several times. They follow later changes. */
  public Map<String, List<ReferenceRow>> rows() {
    return rows;
  }

  /** The rows of one input, equal rows several times. They follow later changes. */
  public List<ReferenceRow> rows(String input) {
    List<ReferenceRow> ofInput = rows.get(plan.input(input).name());
    if (ofInput == null) {
      throw new IllegalStateException("no rows of '" + input + "'");
    }
    return ofInput;
  }

  /**
   * Makes a change.
   *
   * @return was there a row to delete? True for changes that delete nothing, and where a row that
   *     is not there may have been forgotten
   * @throws IllegalArgumentException if the input does not take such changes
   */
  public boolean apply(InputChange change) {
    Node.Input input = plan.input(change.input());
    List<ReferenceRow> current = rows(change.input());
    if (!fits(change.kind(), input.kind())) {
      throw new IllegalArgumentException(input.describe() + " takes no " + change.kind());
    }
    switch (change.kind()) {
      case REACHED -> {
        Instant time = (Instant) Objects.requireNonNull(change.values().get(0));
        reached.computeIfAbsent(input.name(), name -> new ArrayList<>()).add(time);
        return true;
      }
      case INSERT -> {
        ReferenceRow row = ReferenceRow.of(input.schema(), change.values());
        if (isDuplicate(input, row)) {
          duplicates.merge(input.name(), 1L, Long::sum);
        } else if (!hasEventTime(input, row)) {
          withoutEventTime++;
        } else {
          add(input, row);
        }
        return true;
      }
      case UPSERT -> {
        ReferenceRow row = ReferenceRow.of(input.schema(), change.values());
        current.removeIf(old -> key(input, old).equals(key(input, row)));
        add(input, row);
        return true;
      }
      case DELETE_KEY -> {
        Schema keySchema = input.schema().select(input.primaryKey(), input.describe());
        ReferenceRow key = ReferenceRow.of(keySchema, change.values());
        return current.removeIf(old -> key(input, old).equals(key));
      }
      case DELETE_ROW -> {
        boolean isDone = current.remove(ReferenceRow.of(input.schema(), change.values()));
        return isDone || input.forgetting() != null;
      }
    }
    throw new IllegalStateException("no such change: " + change);
  }

  /** Does a row have an event time, if its stream has, and one that is not too far ahead? */
  private boolean hasEventTime(Node.Input input, ReferenceRow row) {
    EventTime eventTime = input.eventTime();
    if (eventTime == null) {
      return true;
    }
    Object time = row.value(input.schema().indexOf(eventTime.column(), input.describe()));
    return time != null
        && !((Instant) time).isAfter(start.plus(now).plus(eventTime.bounds().ahead()));
  }

  private boolean isDuplicate(Node.Input input, ReferenceRow row) {
    Deduplication deduplication = input.deduplication();
    if (deduplication == null) {
      return false;
    }
    ReferenceRow key = values(input, row, deduplication.key());
    if (key.values().contains(null)) {
      return false;
    }
    Map<ReferenceRow, Duration> known = keys.getOrDefault(input.name(), Map.of());
    Duration since = known.get(key);
    if (since != null && now.minus(since).compareTo(deduplication.horizon()) <= 0) {
      return true;
    }
    known.put(key, now);
    return false;
  }

  private static boolean fits(InputChange.Kind change, Node.InputKind input) {
    return switch (change) {
      case INSERT -> input != Node.InputKind.KEYED_TABLE;
      case UPSERT, DELETE_KEY -> input == Node.InputKind.KEYED_TABLE;
      case DELETE_ROW -> input == Node.InputKind.KEYLESS_TABLE;
      case REACHED -> input == Node.InputKind.STREAM;
    };
  }

  /** The primary key of a row of a keyed table. */
  static ReferenceRow key(Node.Input input, ReferenceRow row) {
    return values(input, row, input.primaryKey());
  }

  private static ReferenceRow values(Node.Input input, ReferenceRow row, List<String> columns) {
    List<@Nullable Object> values = new ArrayList<>();
    for (String name : columns) {
      values.add(row.value(input.schema().indexOf(name, input.describe())));
    }
    return new ReferenceRow(values);
  }
}
