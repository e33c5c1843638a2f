package dev.leat.engine;

import dev.leat.engine.internal.exec.ProducerLimits;
import dev.leat.engine.internal.exec.RuntimeSettings;
import dev.leat.engine.internal.exec.Sinks;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * How an engine is to run. Refinements return a copy: {@code
 * EngineSettings.defaults().withDurability(SYNCED)}.
 *
 * @param durability what an acknowledged row survives; default {@link Durability#LOGGED}
 * @param groupCommit at {@link Durability#SYNCED}, rows that come within this time share one forced
 *     write; more than zero and at most a day, default 10 ms
 * @param threading who takes rows through the engine; default {@link Threading#OWN_THREAD}
 * @param epochRows an epoch that has so many rows takes no more, and appending waits; 1 to
 *     1,000,000, default 16,384
 * @param segmentBytes size at which a new file of the log is started; 1 MiB to 64 GiB, default 1
 *     GiB
 * @param minFreeBytes appending fails with {@code FULL} while the file system has less usable space
 *     than this; 1 MiB to 4 EiB, default 256 MiB
 * @param retention what the log keeps beyond what recovery needs; default {@link
 *     Retention#everything()}
 * @param ledgerRows how many entries the ledger keeps; 1 to 1,000,000, default 10,000
 * @param producers for how long the last number of a producer is known; default 7 days, 100,000
 *     producers
 * @param checkpoints when checkpoints are taken; default each minute and each 256 MiB of log
 * @param stateBytes how much memory the state of views and operators may take, about, as {@link
 *     Engine#stateBytes} counts it; when it takes more, appending fails with {@code FULL}, except
 *     for deletions. It can be passed by what two epochs add, each of at most 24 MiB of rows, and
 *     by what is in the log when an engine is opened. 1 MiB to 4 EiB, default half of the JVM's
 *     heap: several engines in one JVM share that out among themselves
 * @param startEmpty names of views that may do without the records that the log no longer has, if
 *     they cannot be had otherwise; default none
 * @param stallWarning after how long without a result it is said in the log what a view waits for
 *     whose windows or sessions close, as {@link Engine#whyStalled} says it; once, until there is a
 *     result again. Zero, the default, for never; at most 365 days
 * @param clock tells the time; default the system's, UTC
 */
public record EngineSettings(
    Durability durability,
    Duration groupCommit,
    Threading threading,
    int epochRows,
    long segmentBytes,
    long minFreeBytes,
    Retention retention,
    int ledgerRows,
    ProducerRetention producers,
    CheckpointSettings checkpoints,
    long stateBytes,
    Set<String> startEmpty,
    Duration stallWarning,
    Clock clock) {
  private static final long EPOCH_BYTES = 8L << 20;
  private static final int MAX_ROWS = 1_000_000;
  private static final long MIB = 1L << 20;
  private static final long MAX_SEGMENT_BYTES = 64L << 30;
  private static final long MAX_BYTES = Long.MAX_VALUE / 2;

  public EngineSettings {
    Objects.requireNonNull(durability, "durability");
    Objects.requireNonNull(groupCommit, "groupCommit");
    Objects.requireNonNull(threading, "threading");
    Objects.requireNonNull(retention, "retention");
    Objects.requireNonNull(producers, "producers");
    Objects.requireNonNull(checkpoints, "checkpoints");
    startEmpty = Set.copyOf(startEmpty);
    Objects.requireNonNull(stallWarning, "stallWarning");
    Objects.requireNonNull(clock, "clock");
    if (stallWarning.isNegative() || stallWarning.compareTo(Duration.ofDays(365)) > 0) {
      throw new IllegalArgumentException(
          "stall-warning must not be negative, and at most 365 days: stall-warning="
              + stallWarning);
    }
    if (groupCommit.isNegative()
        || groupCommit.isZero()
        || groupCommit.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException(
          "group-commit must be more than zero and at most a day: group-commit=" + groupCommit);
    }
    requireWithin("epoch-rows", epochRows, 1, MAX_ROWS);
    requireWithin("ledger-rows", ledgerRows, 1, MAX_ROWS);
    requireWithin("segment-bytes", segmentBytes, MIB, MAX_SEGMENT_BYTES);
    requireWithin("min-free-bytes", minFreeBytes, MIB, MAX_BYTES);
    requireWithin("state-bytes", stateBytes, MIB, MAX_BYTES);
  }

  private static void requireWithin(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " must be from " + least + " to " + most + ": " + name + "=" + value);
    }
  }

  /** The defaults. */
  public static EngineSettings defaults() {
    return new EngineSettings(
        Durability.LOGGED,
        Duration.ofMillis(10),
        Threading.OWN_THREAD,
        16_384,
        1024 * MIB,
        256 * MIB,
        Retention.everything(),
        10_000,
        ProducerRetention.defaults(),
        CheckpointSettings.defaults(),
        Math.max(MIB, Runtime.getRuntime().maxMemory() / 2),
        Set.of(),
        Duration.ZERO,
        Clock.systemUTC());
  }

  /** A copy with another durability. */
  public EngineSettings withDurability(Durability value) {
    Draft draft = new Draft(this);
    draft.durability = value;
    return draft.settings();
  }

  /** A copy with another group commit time. */
  public EngineSettings withGroupCommit(Duration value) {
    Draft draft = new Draft(this);
    draft.groupCommit = value;
    return draft.settings();
  }

  /** A copy with another threading. */
  public EngineSettings withThreading(Threading value) {
    Draft draft = new Draft(this);
    draft.threading = value;
    return draft.settings();
  }

  /** A copy with another epoch size. */
  public EngineSettings withEpochRows(int value) {
    Draft draft = new Draft(this);
    draft.epochRows = value;
    return draft.settings();
  }

  /** A copy with another segment size. */
  public EngineSettings withSegmentBytes(long value) {
    Draft draft = new Draft(this);
    draft.segmentBytes = value;
    return draft.settings();
  }

  /** A copy with another free-space floor. */
  public EngineSettings withMinFreeBytes(long value) {
    Draft draft = new Draft(this);
    draft.minFreeBytes = value;
    return draft.settings();
  }

  /** A copy with another retention of the log. */
  public EngineSettings withRetention(Retention value) {
    Draft draft = new Draft(this);
    draft.retention = value;
    return draft.settings();
  }

  /** A copy with another ledger size. */
  public EngineSettings withLedgerRows(int value) {
    Draft draft = new Draft(this);
    draft.ledgerRows = value;
    return draft.settings();
  }

  /** A copy that knows producers for another time. */
  public EngineSettings withProducers(ProducerRetention value) {
    Draft draft = new Draft(this);
    draft.producers = value;
    return draft.settings();
  }

  /** A copy that takes checkpoints at other times. */
  public EngineSettings withCheckpoints(CheckpointSettings value) {
    Draft draft = new Draft(this);
    draft.checkpoints = value;
    return draft.settings();
  }

  /** A copy with another budget for state. */
  public EngineSettings withStateBytes(long value) {
    Draft draft = new Draft(this);
    draft.stateBytes = value;
    return draft.settings();
  }

  /**
   * A copy with other views that may start empty. If a pipeline has a view that the directory does
   * not know, and the log no longer reaches back to its beginning, {@link Engine#open} refuses,
   * unless the view is named here: then it sees only what comes from then on, as do the relations
   * that it reads, which it then has for itself. Each must be a view of the pipeline.
   */
  public EngineSettings withStartEmpty(Set<String> value) {
    Draft draft = new Draft(this);
    draft.startEmpty = value;
    return draft.settings();
  }

  /** A copy that says in the log what a view waits for after another time without a result. */
  public EngineSettings withStallWarning(Duration value) {
    Draft draft = new Draft(this);
    draft.stallWarning = value;
    return draft.settings();
  }

  /** A copy with another clock. */
  public EngineSettings withClock(Clock value) {
    Draft draft = new Draft(this);
    draft.clock = value;
    return draft.settings();
  }

  /** The same as the runtime takes it. */
  RuntimeSettings runtime(Sinks sinks) {
    return new RuntimeSettings(
        epochRows(),
        EPOCH_BYTES,
        ledgerRows(),
        threading() == Threading.OWN_THREAD,
        durability() == Durability.SYNCED,
        new ProducerLimits(
            producers().maxProducers(),
            TimeUnit.SECONDS.toMicros(producers().horizon().toSeconds())),
        stateBytes(),
        startEmpty(),
        TimeUnit.NANOSECONDS.toMicros(stallWarning().toNanos()),
        sinks);
  }

  /** The settings on their way to a copy in which one is another. */
  private static final class Draft {
    private Durability durability;
    private Duration groupCommit;
    private Threading threading;
    private int epochRows;
    private long segmentBytes;
    private long minFreeBytes;
    private Retention retention;
    private int ledgerRows;
    private ProducerRetention producers;
    private CheckpointSettings checkpoints;
    private long stateBytes;
    private Set<String> startEmpty;
    private Duration stallWarning;
    private Clock clock;

    private Draft(EngineSettings from) {
      durability = from.durability;
      groupCommit = from.groupCommit;
      threading = from.threading;
      epochRows = from.epochRows;
      segmentBytes = from.segmentBytes;
      minFreeBytes = from.minFreeBytes;
      retention = from.retention;
      ledgerRows = from.ledgerRows;
      producers = from.producers;
      checkpoints = from.checkpoints;
      stateBytes = from.stateBytes;
      startEmpty = from.startEmpty;
      stallWarning = from.stallWarning;
      clock = from.clock;
    }

    private EngineSettings settings() {
      return new EngineSettings(
          durability,
          groupCommit,
          threading,
          epochRows,
          segmentBytes,
          minFreeBytes,
          retention,
          ledgerRows,
          producers,
          checkpoints,
          stateBytes,
          startEmpty,
          stallWarning,
          clock);
    }
  }
}
