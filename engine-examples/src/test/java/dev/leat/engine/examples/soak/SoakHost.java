package dev.leat.engine.examples.soak;

import dev.leat.engine.CheckpointSettings;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Retention;
import dev.leat.engine.StreamInput;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A program that appends without end until it is killed, at a steady rate, and prints what is
 * acknowledged, and every few seconds what it takes of the machine.
 */
public final class SoakHost {
  private static final long GAUGES_SECONDS = 5;

  private SoakHost() {}

  /** The directory, how many events a second, and how many of each writer are acknowledged. */
  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    long rate = Long.parseLong(args[1]);
    List<Long> acknowledged = Arrays.stream(args[2].split(",", -1)).map(Long::parseLong).toList();
    EngineSettings settings =
        EngineSettings.defaults()
            .withSegmentBytes(16 << 20)
            .withCheckpoints(CheckpointSettings.defaults().withInterval(Duration.ofSeconds(10)))
            .withRetention(Retention.onlyForRecovery());
    try (Engine engine = Engine.open(directory, SoakEvents.pipeline(), settings)) {
      SoakEvents.Found found = SoakEvents.find(engine, acknowledged);
      String events = String.join(",", found.events().stream().map(String::valueOf).toList());
      say("OPEN " + found.lost() + " " + found.doubled() + " " + events + " " + found.wrong());
      ExecutorService writers = Executors.newFixedThreadPool(SoakEvents.WRITERS);
      for (int i = 0; i < SoakEvents.WRITERS; i++) {
        int writer = i;
        writers.execute(() -> write(engine, writer, found.events().get(writer), rate));
      }
      ScheduledExecutorService gauges = Executors.newSingleThreadScheduledExecutor();
      gauges
          .scheduleAtFixedRate(() -> measure(directory), 1, GAUGES_SECONDS, TimeUnit.SECONDS)
          .get(); // for ever, or until it fails
    }
  }

  private static void measure(Path directory) {
    try {
      say("GAUGES " + Gauges.of(directory).text());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void write(Engine engine, int writer, long from, long rate) {
    StreamInput<SoakEvents.Event> input = engine.stream("events", SoakEvents.Event.class);
    long pause = TimeUnit.SECONDS.toNanos(1) * SoakEvents.BATCH * SoakEvents.WRITERS / rate;
    long next = System.nanoTime();
    long number = from;
    while (!Thread.currentThread().isInterrupted()) {
      List<SoakEvents.Event> events = new ArrayList<>();
      for (int i = 0; i < SoakEvents.BATCH; i++) {
        events.add(SoakEvents.event(writer, number + i));
      }
      input.append(events);
      number += SoakEvents.BATCH;
      say("ACK " + writer + " " + number);
      next += pause;
      while (next > System.nanoTime()) {
        LockSupport.parkNanos(next - System.nanoTime());
      }
    }
  }

  private static void say(String line) {
    synchronized (System.out) {
      System.out.println(line);
      System.out.flush();
    }
  }
}
