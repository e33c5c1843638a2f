package dev.leat.engine.benchmarks;

import static dev.leat.engine.Expressions.count;

import dev.leat.engine.Durability;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.NdjsonInput;
import dev.leat.engine.Pipeline;
import dev.leat.engine.StreamInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * How fast an engine takes rows of 250 bytes from some threads of its host, how long they wait for
 * their acknowledgement, and how fast it opens again: {@code LogSpeed <directory> [threads] [rows
 * an append] [seconds] [rounds]}, with the flags that the log needs. Beside it what the device can
 * do: forced writes of 4 KiB, one after the other. It deletes what it wrote.
 */
public final class LogSpeed {
  /** A row: 8 + 36 + 6 + 200 bytes. */
  public record Event(long number, String id, String device, String body) {}

  /** As what rows are appended. */
  private enum Form {
    RECORDS,
    NDJSON
  }

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int BODIES = 4096;
  private static final int BODY_CHARS = 200;
  private static final List<String> DEVICES = List.of("mobile", "tablet", "laptop", "screen");
  private static final Pipeline PIPELINE =
      Pipeline.define(
          p ->
              p.stream("events", Event.class)
                  .groupBy(Event::device)
                  .aggregate(count().as("n"))
                  .materialize("devices"));

  private final Path root;
  private final int threads;
  private final int rowsAnAppend;
  private final long nanos;
  private final List<Event> events;

  private LogSpeed(Path root, int threads, int rowsAnAppend, double seconds) throws IOException {
    this.root = Files.createDirectories(root);
    this.threads = threads;
    this.rowsAnAppend = rowsAnAppend;
    this.nanos = (long) (seconds * 1e9);
    this.events = events(threads * rowsAnAppend);
  }

  /** Measures. */
  public static void main(String[] args) throws Exception {
    if (args.length == 0) {
      System.err.println("usage: LogSpeed <directory> [threads] [rows] [seconds] [rounds]");
      System.exit(2);
    }
    LogSpeed speed =
        new LogSpeed(
            Path.of(args[0]),
            args.length > 1 ? Integer.parseInt(args[1]) : 4,
            args.length > 2 ? Integer.parseInt(args[2]) : 2000,
            args.length > 3 ? Double.parseDouble(args[3]) : 5);
    int rounds = args.length > 4 ? Integer.parseInt(args[4]) : 7;
    for (int round = 0; round < rounds; round++) {
      speed.device();
      speed.ingest(Durability.SYNCED, Form.RECORDS);
      speed.ingest(Durability.LOGGED, Form.RECORDS);
      speed.ingest(Durability.LOGGED, Form.NDJSON);
    }
  }

  private static List<Event> events(int count) {
    Random random = new Random(1);
    List<String> bodies = new ArrayList<>();
    for (int i = 0; i < BODIES; i++) {
      StringBuilder body = new StringBuilder();
      while (body.length() < BODY_CHARS) {
        body.append((char) ('a' + random.nextInt(26)));
      }
      bodies.add(body.toString());
    }
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String id = String.format("%036d", i);
      events.add(new Event(i, id, DEVICES.get(i % 4), bodies.get(i % BODIES)));
    }
    return events;
  }

  private void device() throws IOException {
    Path file = Files.createTempFile(root, "device", "");
    long[] taken = new long[300];
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (int i = 0; i < taken.length; i++) {
        ByteBuffer page = ByteBuffer.allocate(4096);
        long start = System.nanoTime();
        channel.write(page, 4096L * i);
        channel.force(false);
        taken[i] = System.nanoTime() - start;
      }
    } finally {
      Files.delete(file);
    }
    long sum = Arrays.stream(taken).sum();
    say("device: %.0f forced writes/s, %s", taken.length * 1e9 / sum, times(taken));
  }

  private static byte[] ndjson(List<Event> events) {
    StringBuilder text = new StringBuilder();
    for (Event e : events) {
      text.append(
          "{\"number\":%d,\"id\":\"%s\",\"device\":\"%s\",\"body\":\"%s\"}\n"
              .formatted(e.number(), e.id(), e.device(), e.body()));
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void ingest(Durability durability, Form form) throws Exception {
    Path directory = Files.createTempDirectory(root, "log-speed");
    EngineSettings settings = EngineSettings.defaults().withDurability(durability);
    try {
      long rows;
      try (Engine engine = Engine.open(directory, PIPELINE, settings)) {
        rows = ingest(engine, durability, form);
      }
      // So that the log is replayed, from its beginning.
      delete(directory.resolve("checkpoints"));
      long cpu = cpuNanos();
      long start = System.nanoTime();
      try (Engine engine = Engine.open(directory, PIPELINE, settings)) {
        double seconds = (System.nanoTime() - start) / 1e9;
        if (engine.acceptedRows().getOrDefault("events", 0L) != rows) {
          throw new IllegalStateException("rows are missing");
        }
        long used = cpuNanos() - cpu;
        say("replay: %.2f M rows/s, %d ns of CPU a row", rows / seconds / 1e6, used / rows);
      }
    } finally {
      delete(directory);
    }
  }

  private long ingest(Engine engine, Durability durability, Form form) throws InterruptedException {
    StreamInput<Event> records = engine.stream("events", Event.class);
    NdjsonInput lines = engine.ndjson("events");
    ConcurrentLinkedQueue<Long> taken = new ConcurrentLinkedQueue<>();
    List<Thread> hosts = new ArrayList<>();
    AtomicLong hostNanos = new AtomicLong();
    List<Runnable> appends = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      List<Event> own = events.subList(i * rowsAnAppend, (i + 1) * rowsAnAppend);
      byte[] text = form == Form.NDJSON ? ndjson(own) : new byte[0];
      appends.add(form == Form.NDJSON ? () -> lines.append(text) : () -> records.append(own));
    }
    long cpu = cpuNanos();
    long start = System.nanoTime();
    for (int i = 0; i < threads; i++) {
      Runnable append = appends.get(i);
      Thread host =
          new Thread(
              () -> {
                while (System.nanoTime() - start < nanos) {
                  long before = System.nanoTime();
                  append.run();
                  taken.add(System.nanoTime() - before);
                }
                hostNanos.addAndGet(THREADS.getCurrentThreadCpuTime());
              });
      hosts.add(host);
      host.start();
    }
    for (Thread host : hosts) {
      host.join();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    long rows = (long) taken.size() * rowsAnAppend;
    say(
        "%s %s: %.0f K rows/s, %d ns of CPU a row (hosts %d, engine %d, forcing %d), acknowledged"
            + " after %s, %d threads, %d rows an append, load %.1f",
        durability.name().toLowerCase(Locale.ROOT),
        form.name().toLowerCase(Locale.ROOT),
        rows / seconds / 1e3,
        (cpuNanos() - cpu) / rows,
        hostNanos.get() / rows,
        threadNanos("leat-engine") / rows,
        threadNanos("leat-log-sync") / rows,
        times(taken.stream().mapToLong(Long::longValue).toArray()),
        threads,
        rowsAnAppend,
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    return rows;
  }

  /** Of all threads so far; in steps of 10 ms. */
  private static long cpuNanos() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
  }

  private static long threadNanos(String name) {
    return Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
        .filter(info -> info != null && info.getThreadName().equals(name))
        .mapToLong(info -> THREADS.getThreadCpuTime(info.getThreadId()))
        .sum();
  }

  private static String times(long[] nanos) {
    Arrays.sort(nanos);
    return String.format(
        Locale.ROOT,
        "p50 %.2f ms, p99 %.2f ms",
        nanos[nanos.length / 2] / 1e6,
        nanos[nanos.length * 99 / 100] / 1e6);
  }

  private static void say(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.delete(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
