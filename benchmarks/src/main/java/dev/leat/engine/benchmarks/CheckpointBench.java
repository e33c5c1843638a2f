package dev.leat.engine.benchmarks;

import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.max;
import static dev.leat.engine.Expressions.sum;

import dev.leat.engine.CheckpointSettings;
import dev.leat.engine.CheckpointStatus;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.OpenProgress;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.StreamInput;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What checkpoints cost: how long ingestion stands still for one, with how many groups of state,
 * and how long an engine takes to open after a crash.
 *
 * <p>{@code run DIRECTORY GROUPS} fills a view, appends with and without checkpoints, and dies
 * without closing the engine, with a tail of rows behind the last checkpoint. {@code open
 * DIRECTORY} then opens the engine.
 */
public final class CheckpointBench {
  /** A row of the stream. */
  public record Payment(String account, long amount) {}

  private static final int ROWS = 1000;
  private static final int FILL_ROWS = 10_000;
  private static final int EPOCHS = 4000;
  private static final int TAIL_EPOCHS = 200;
  private static final int CHECKPOINTS = 10;
  private static final EngineSettings SETTINGS =
      EngineSettings.defaults()
          .withCheckpoints(
              CheckpointSettings.defaults()
                  .withInterval(Duration.ofDays(365))
                  .withLogBytes(1L << 60));

  private CheckpointBench() {}

  /** Runs one part; see the class. */
  public static void main(String[] args) throws InterruptedException {
    Path directory = Path.of(args[1]);
    if (args[0].equals("run")) {
      run(directory, Integer.parseInt(args[2]));
      System.out.flush();
      Runtime.getRuntime().halt(0);
    }
    open(directory);
  }

  private static Pipeline pipeline() {
    return Pipeline.define(
        p ->
            p.stream("payments", Payment.class)
                .groupBy(Payment::account)
                .aggregate(
                    count().as("n"),
                    sum(Payment::amount).as("amount"),
                    max(Payment::amount).as("largest"))
                .acceptGrowth("one row for each account")
                .materialize("accounts"));
  }

  private static String account(int number) {
    return "account-" + number;
  }

  private static void run(Path directory, int groups) throws InterruptedException {
    Engine engine = Engine.open(directory, pipeline(), SETTINGS);
    StreamInput<Payment> payments = engine.stream("payments", Payment.class);
    fill(engine, payments, groups);
    Random random = new Random(1);
    epochs(engine, payments, groups, random, EPOCHS); // warms up
    engine.checkpoint();
    print(
        "epochs of " + ROWS + " rows, no checkpoint",
        epochs(engine, payments, groups, random, EPOCHS));

    List<Long> during = new ArrayList<>();
    List<Long> captures = new ArrayList<>();
    List<Long> writes = new ArrayList<>();
    for (int i = 0; i < CHECKPOINTS; i++) {
      during.addAll(duringCheckpoint(engine, payments, groups, random));
      CheckpointStatus status = engine.checkpointStatus();
      captures.add(status.captureTime().toNanos());
      writes.add(status.writeTime().toNanos());
    }
    print("epochs of " + ROWS + " rows, while a checkpoint is taken", during);
    print("capture", captures);
    print("checkpoint, until it is durable", writes);
    CheckpointStatus status = engine.checkpointStatus();
    System.out.printf("bytes on disk: %,d, failed: %d%n", status.bytes(), status.failed());
    epochs(engine, payments, groups, random, TAIL_EPOCHS);
    System.out.printf(
        "dies at position %d, checkpoint at %d%n",
        engine.position().value(), status.position().value());
  }

  private static void fill(Engine engine, StreamInput<Payment> payments, int groups) {
    long begin = System.nanoTime();
    List<Payment> rows = new ArrayList<>();
    Position at = Position.START;
    for (int i = 0; i < groups; i++) {
      rows.add(new Payment(account(i), i));
      if (rows.size() == FILL_ROWS || i + 1 == groups) {
        at = payments.append(rows);
        rows.clear();
      }
    }
    engine.view("accounts").await(at);
    System.out.printf("filled %,d groups in %,d ms%n", groups, millisSince(begin));
  }

  /** Appends epochs one after the other, and gives the time of each until it is in the view. */
  private static List<Long> epochs(
      Engine engine, StreamInput<Payment> payments, int groups, Random random, int epochs) {
    List<Long> nanos = new ArrayList<>();
    for (int i = 0; i < epochs; i++) {
      nanos.add(epoch(engine, payments, groups, random));
    }
    return nanos;
  }

  private static long epoch(
      Engine engine, StreamInput<Payment> payments, int groups, Random random) {
    List<Payment> rows = new ArrayList<>(ROWS);
    for (int i = 0; i < ROWS; i++) {
      rows.add(new Payment(account(random.nextInt(groups)), random.nextInt(1_000_000)));
    }
    long begin = System.nanoTime();
    engine.view("accounts").await(payments.append(rows));
    return System.nanoTime() - begin;
  }

  private static List<Long> duringCheckpoint(
      Engine engine, StreamInput<Payment> payments, int groups, Random random)
      throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    List<RuntimeException> failures = new CopyOnWriteArrayList<>();
    Thread taking =
        new Thread(
            () -> {
              try {
                engine.checkpoint();
              } catch (RuntimeException e) {
                failures.add(e);
              } finally {
                done.countDown();
              }
            });
    List<Long> nanos = new ArrayList<>();
    epoch(engine, payments, groups, random);
    taking.start();
    while (done.getCount() > 0) {
      nanos.add(epoch(engine, payments, groups, random));
    }
    taking.join();
    if (!failures.isEmpty()) {
      throw failures.get(0);
    }
    return nanos;
  }

  private static void open(Path directory) {
    long begin = System.nanoTime();
    List<OpenProgress> steps = new ArrayList<>();
    long[] restored = new long[1];
    try (Engine engine =
        Engine.open(
            directory,
            pipeline(),
            SETTINGS,
            progress -> {
              if (steps.isEmpty()) {
                restored[0] = millisSince(begin);
              }
              steps.add(progress);
            })) {
      long millis = millisSince(begin);
      Duration cpu = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
      System.out.printf(
          "open in %,d ms: state restored after %,d ms, replayed %d to %d;"
              + " %,d ms of CPU since the JVM began, %,d groups%n",
          millis,
          restored[0],
          steps.get(0).position().value(),
          engine.position().value(),
          cpu.toMillis(),
          engine.view("accounts").scan().size());
    }
  }

  private static long millisSince(long begin) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
  }

  private static void print(String what, List<Long> nanos) {
    long[] sorted = nanos.stream().mapToLong(n -> n).sorted().toArray();
    System.out.printf(
        "%s: n=%d p50=%.2f p99=%.2f max=%.2f ms%n",
        what, sorted.length, at(sorted, 0.5), at(sorted, 0.99), at(sorted, 1));
  }

  private static double at(long[] sorted, double fraction) {
    int index = (int) Math.min(sorted.length - 1, Math.floor(fraction * sorted.length));
    return sorted[index] / 1e6;
  }
}
