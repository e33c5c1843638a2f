package dev.leat.engine.examples.clickstream;

import dev.leat.engine.CheckpointSettings;
import dev.leat.engine.Durability;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Retention;
import dev.leat.engine.StreamInput;
import dev.leat.engine.plan.ViewDefinition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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

  private static final Duration LIMIT = Duration.ofMinutes(1);

  /**
   * The directory; the durability; which views the pipeline has, or {@code all}, and then the log
   * is kept for no others; how many batches each writer is to append, and how many of each are
   * acknowledged so far.
   */
  public static void main(String[] args) throws Exception {
    say("START");
    boolean isChanging = !args[2].equals("all");
    int views = isChanging ? Integer.parseInt(args[2]) : -1;
    EngineSettings settings =
        EngineSettings.defaults()
            .withDurability(Durability.valueOf(args[1]))
            .withCheckpoints(
                CheckpointSettings.defaults()
                    .withInterval(Duration.ofMillis(20))
                    .withLogBytes(1000))
            .withRetention(isChanging ? Retention.everything() : Retention.onlyForRecovery());
    int wanted = Integer.parseInt(args[3]);
    List<Integer> acknowledged =
        Arrays.stream(args[4].split(",", -1)).map(Integer::parseInt).toList();
    Pipeline pipeline = KilledEvents.pipeline(views);
    try (Engine engine = Engine.open(Path.of(args[0]), pipeline, settings)) {
      boolean isBuilding = engine.backfill().isPresent();
      if (isBuilding) {
        say("BUILDING");
        sayWhenBuilt(engine);
      }
      if (views % 2 == 0) {
        engine.awaitBackfill(LIMIT); // the others take rows in meanwhile
      }
      List<Integer> found = look(engine, pipeline, acknowledged);
      Position last = write(engine, wanted, found);
      if (isBuilding) {
        engine.awaitBackfill(LIMIT);
        for (ViewDefinition view : pipeline.plan().views()) {
          engine.view(view.name()).await(last);
        }
        look(engine, pipeline, Collections.nCopies(KilledEvents.WRITERS, wanted));
      }
    }
    say("DONE");
  }

  private static List<Integer> look(Engine engine, Pipeline pipeline, List<Integer> acknowledged) {
    KilledEvents.Found found = KilledEvents.find(engine, pipeline, acknowledged);
    String batches = String.join(",", found.batches().stream().map(String::valueOf).toList());
    say("OPEN " + found.lost() + " " + found.doubled() + " " + batches + " " + found.wrong());
    return found.batches();
  }

  private static void sayWhenBuilt(Engine engine) {
    Thread waiting =
        new Thread(
            () -> {
              engine.awaitBackfill(LIMIT);
              say("BUILT");
            },
            "waiting");
    waiting.setDaemon(true);
    waiting.start();
  }

  /** Appends what is wanted; where the last of it is. */
  private static Position write(Engine engine, int wanted, List<Integer> batches) throws Exception {
    StreamInput<ClickEvent> events = engine.stream(ClickstreamPipeline.EVENTS, ClickEvent.class);
    ExecutorService writers = Executors.newFixedThreadPool(KilledEvents.WRITERS);
    try {
      List<Callable<Position>> tasks = new ArrayList<>();
      for (int i = 0; i < KilledEvents.WRITERS; i++) {
        int writer = i;
        tasks.add(
            () -> {
              Position last = engine.position();
              for (int batch = batches.get(writer); batch < wanted; batch++) {
                last = events.append(KilledEvents.batch(writer, batch));
                say("ACK " + writer + " " + (batch + 1));
              }
              return last;
            });
      }
      Position last = engine.position();
      for (Future<Position> done : writers.invokeAll(tasks)) {
        last = done.get().value() > last.value() ? done.get() : last;
      }
      return last;
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
