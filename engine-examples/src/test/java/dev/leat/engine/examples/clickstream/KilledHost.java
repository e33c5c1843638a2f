package dev.leat.engine.examples.clickstream;

import dev.leat.engine.CheckpointSettings;
import dev.leat.engine.Durability;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Retention;
import dev.leat.engine.StreamInput;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A program that is killed: several threads append batches of events to an engine on a directory,
 * and print which are acknowledged. At its start it prints what of the acknowledged events is
 * there, and whether the views are of exactly these.
 */
public final class KilledHost {
  private KilledHost() {}

  /**
   * The directory, the durability, how many batches each writer is to append, and how many of each
   * are acknowledged so far.
   */
  public static void main(String[] args) throws Exception {
    say("START");
    EngineSettings settings =
        EngineSettings.defaults()
            .withDurability(Durability.valueOf(args[1]))
            .withCheckpoints(
                CheckpointSettings.defaults()
                    .withInterval(Duration.ofMillis(20))
                    .withLogBytes(1000))
            .withRetention(Retention.onlyForRecovery());
    int wanted = Integer.parseInt(args[2]);
    List<Integer> acknowledged =
        Arrays.stream(args[3].split(",", -1)).map(Integer::parseInt).toList();
    try (Engine engine = Engine.open(Path.of(args[0]), KilledEvents.pipeline(), settings)) {
      KilledEvents.Found found = KilledEvents.find(engine, acknowledged);
      String batches = String.join(",", found.batches().stream().map(String::valueOf).toList());
      say("OPEN " + found.lost() + " " + found.doubled() + " " + batches + " " + found.wrong());
      write(engine, wanted, found.batches());
    }
    say("DONE");
  }

  private static void write(Engine engine, int wanted, List<Integer> batches) throws Exception {
    StreamInput<ClickEvent> events = engine.stream(ClickstreamPipeline.EVENTS, ClickEvent.class);
    ExecutorService writers = Executors.newFixedThreadPool(KilledEvents.WRITERS);
    try {
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int i = 0; i < KilledEvents.WRITERS; i++) {
        int writer = i;
        tasks.add(
            () -> {
              for (int batch = batches.get(writer); batch < wanted; batch++) {
                events.append(KilledEvents.batch(writer, batch));
                say("ACK " + writer + " " + (batch + 1));
              }
              return null;
            });
      }
      for (Future<Void> done : writers.invokeAll(tasks)) {
        done.get();
      }
    } finally {
      writers.shutdownNow();
    }
  }

  /** A line, whole: the writers print at once. */
  private static void say(String line) {
    synchronized (System.out) {
      System.out.println(line);
      System.out.flush();
    }
  }
}
