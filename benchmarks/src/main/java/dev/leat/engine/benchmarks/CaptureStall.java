package dev.leat.engine.benchmarks;

import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;
import static dev.leat.engine.Expressions.max;
import static dev.leat.engine.Expressions.min;

import dev.leat.engine.Pipeline;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateBytes;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.exec.Dataflow;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * How long capturing the state of an aggregate and its view keeps the engine, and what it costs the
 * epochs that come then: a million sessions, and epochs of 8,192 rows of random ones, so that
 * nearly every row writes to a page that the capture holds. Prints milliseconds: of captures, of
 * epochs without one, and of those that follow one.
 *
 * <p>Arguments: how many groups and how many captures, if wanted.
 */
public final class CaptureStall {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int EPOCHS_AFTER = 20;
  private static final int EPOCHS_BETWEEN = 200;
  private static final int PAGES = 1000;
  private static final double NANOS_OF_MILLI = 1e6;

  private final BatchSource source = new BatchSource(EncodedEvents.empty());
  private final Dictionary dictionary = new Dictionary(new Hashing(1));
  private final Dataflow dataflow;
  private final Batch batch = EncodedEvents.empty();
  private final SplittableRandom random = new SplittableRandom(1);
  private final int groups;
  private long micros;

  private CaptureStall(int groups) {
    this.groups = groups;
    for (int code = 0; code < groups; code++) {
      dictionary.intern("s" + code);
    }
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.stream("clicks", Click.class)
                    .groupBy(Click::sessionId)
                    .aggregate(
                        min(Click::eventTs).as("session_start"),
                        max(Click::eventTs).as("session_end"),
                        count().as("events"),
                        countDistinct(Click::pageUrl).as("pages"))
                    .materialize("sessions"));
    dataflow =
        new Dataflow(
            pipeline.plan(),
            dictionary,
            (place, reason, schema, rows, row) -> {
              throw new IllegalStateException(place + ": " + reason);
            },
            node -> source);
  }

  /** Measures. */
  public static void main(String[] args) {
    int groups = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
    int captures = args.length > 1 ? Integer.parseInt(args[1]) : 20;
    new CaptureStall(groups).run(captures);
  }

  private void run(int captures) {
    for (int first = 0; first < groups; first += EncodedEvents.BATCH_ROWS) {
      epoch(first);
    }
    double[] undisturbed = new double[EPOCHS_BETWEEN];
    double[] taken = new double[captures];
    double[] after = new double[captures * EPOCHS_AFTER];
    StateImage image = StateImage.EMPTY;
    for (int c = 0; c < captures; c++) {
      for (int i = 0; i < EPOCHS_BETWEEN; i++) {
        undisturbed[i] = epoch(-1);
      }
      long start = THREADS.getCurrentThreadCpuTime();
      image = dataflow.capture();
      taken[c] = (THREADS.getCurrentThreadCpuTime() - start) / NANOS_OF_MILLI;
      for (int i = 0; i < EPOCHS_AFTER; i++) {
        after[c * EPOCHS_AFTER + i] = epoch(-1);
      }
    }
    print("capture", taken);
    print("epoch", undisturbed);
    print("epoch after", after);
    System.out.printf(Locale.ROOT, "state: %.1f MB%n", StateBytes.of(image).size() / 1e6);
  }

  /** Takes an epoch of consecutive sessions through, or of random ones; gives milliseconds. */
  private double epoch(int first) {
    for (int c = 0; c < batch.columnCount(); c++) {
      batch.column(c).reset(EncodedEvents.BATCH_ROWS);
    }
    for (int row = 0; row < EncodedEvents.BATCH_ROWS; row++) {
      int session = first < 0 ? random.nextInt(groups) : Math.min(groups - 1, first + row);
      batch.column(EncodedEvents.SESSION).set(row, session);
      batch.column(EncodedEvents.PAGE).set(row, random.nextInt(PAGES));
      batch.column(EncodedEvents.MICROS).set(row, ++micros);
    }
    batch.fill(EncodedEvents.BATCH_ROWS, null);
    source.next(batch);
    long start = THREADS.getCurrentThreadCpuTime();
    dataflow.step();
    return (THREADS.getCurrentThreadCpuTime() - start) / NANOS_OF_MILLI;
  }

  private static void print(String what, double[] millis) {
    double[] sorted = millis.clone();
    Arrays.sort(sorted);
    System.out.printf(
        Locale.ROOT,
        "%-12s median %6.2f  p99 %6.2f  longest %6.2f ms%n",
        what,
        sorted[sorted.length / 2],
        sorted[(int) (0.99 * (sorted.length - 1))],
        sorted[sorted.length - 1]);
  }
}
