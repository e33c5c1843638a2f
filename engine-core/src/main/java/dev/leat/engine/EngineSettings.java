package dev.leat.engine;

import java.time.Clock;
import java.time.Duration;
import java.util.Objects;

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
 * @param ledgerRows how many entries the ledger keeps; 1 to 1,000,000, default 10,000
 * @param producers for how long the last number of a producer is known; default 7 days, 100,000
 *     producers
 * @param checkpoints when checkpoints are taken; default each minute and each 256 MiB of log
 * @param stateBytes how much memory the state of views and operators may take, about, as {@link
 *     Engine#stateBytes} counts it; when it takes more, appending fails with {@code FULL}, except
 *     for deletions. It can be passed by what two epochs add, each of at most 24 MiB of rows, and
 *     by what is in the log when an engine is opened. 1 MiB to 4 EiB, default half of the JVM's
 *     heap: several engines in one JVM share that out among themselves
 * @param clock tells the time; default the system's, UTC
 */
public record EngineSettings(
    Durability durability,
    Duration groupCommit,
    Threading threading,
    int epochRows,
    long segmentBytes,
    long minFreeBytes,
    int ledgerRows,
    ProducerRetention producers,
    CheckpointSettings checkpoints,
    long stateBytes,
    Clock clock) {
  private static final int MAX_ROWS = 1_000_000;
  private static final long MIB = 1L << 20;
  private static final long MAX_SEGMENT_BYTES = 64L << 30;
  private static final long MAX_BYTES = Long.MAX_VALUE / 2;

  public EngineSettings {
    Objects.requireNonNull(durability, "durability");
    Objects.requireNonNull(groupCommit, "groupCommit");
    Objects.requireNonNull(threading, "threading");
    Objects.requireNonNull(producers, "producers");
    Objects.requireNonNull(checkpoints, "checkpoints");
    Objects.requireNonNull(clock, "clock");
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
        10_000,
        ProducerRetention.defaults(),
        CheckpointSettings.defaults(),
        Math.max(MIB, Runtime.getRuntime().maxMemory() / 2),
        Clock.systemUTC());
  }

  /** A copy with another durability. */
  public EngineSettings withDurability(Durability value) {
    return new EngineSettings(
        value,
        groupCommit,
        threading,
        epochRows,
        segmentBytes,
        minFreeBytes,
        ledgerRows,
        producers,
        checkpoints,
        stateBytes,
        clock);
  }

  /** A copy with another group commit time. */
  public EngineSettings withGroupCommit(Duration value) {
    return new EngineSettings(
        durability,
        value,
        threading,
        epochRows,
        segmentBytes,
        minFreeBytes,
        ledgerRows,
        producers,
        checkpoints,
        stateBytes,
        clock);
  }

  /** A copy with another threading. */
  public EngineSettings withThreading(Threading value) {
    return new EngineSettings(
        durability,
        groupCommit,
        value,
        epochRows,
        segmentBytes,
        minFreeBytes,
        ledgerRows,
        producers,
        checkpoints,
        stateBytes,
        clock);
  }

  /** A copy with another epoch size. */
  public EngineSettings withEpochRows(int value) {
    return new EngineSettings(
        durability,
        groupCommit,
        threading,
        value,
        segmentBytes,
        minFreeBytes,
        ledgerRows,
        producers,
        checkpoints,
        stateBytes,
        clock);
  }

  /** A copy with another segment size. */
  public EngineSettings withSegmentBytes(long value) {
    return new EngineSettings(
        durability,
        groupCommit,
        threading,
        epochRows,
        value,
        minFreeBytes,
        ledgerRows,
        producers,
        checkpoints,
        stateBytes,
        clock);
  }

  /** A copy with another free-space floor. */
  public EngineSettings withMinFreeBytes(long value) {
    return new EngineSettings(
        durability,
        groupCommit,
        threading,
        epochRows,
        segmentBytes,
        value,
        ledgerRows,
        producers,
        checkpoints,
        stateBytes,
        clock);
  }

  /** A copy with another ledger size. */
  public EngineSettings withLedgerRows(int value) {
    return new EngineSettings(
        durability,
        groupCommit,
        threading,
        epochRows,
        segmentBytes,
        minFreeBytes,
        value,
        producers,
        checkpoints,
        stateBytes,
        clock);
  }

  /** A copy that knows producers for another time. */
  public EngineSettings withProducers(ProducerRetention value) {
    return new EngineSettings(
        durability,
        groupCommit,
        threading,
        epochRows,
        segmentBytes,
        minFreeBytes,
        ledgerRows,
        value,
        checkpoints,
        stateBytes,
        clock);
  }

  /** A copy that takes checkpoints at other times. */
  public EngineSettings withCheckpoints(CheckpointSettings value) {
    return new EngineSettings(
        durability,
        groupCommit,
        threading,
        epochRows,
        segmentBytes,
        minFreeBytes,
        ledgerRows,
        producers,
        value,
        stateBytes,
        clock);
  }

  /** A copy with another budget for the state. */
  public EngineSettings withStateBytes(long value) {
    return new EngineSettings(
        durability,
        groupCommit,
        threading,
        epochRows,
        segmentBytes,
        minFreeBytes,
        ledgerRows,
        producers,
        checkpoints,
        value,
        clock);
  }

  /** A copy with another clock. */
  public EngineSettings withClock(Clock value) {
    return new EngineSettings(
        durability,
        groupCommit,
        threading,
        epochRows,
        segmentBytes,
        minFreeBytes,
        ledgerRows,
        producers,
        checkpoints,
        stateBytes,
        value);
  }
}
