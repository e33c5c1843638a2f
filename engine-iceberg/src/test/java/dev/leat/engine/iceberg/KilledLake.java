package dev.leat.engine.iceberg;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.max;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.SinkSettings;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A host with a sink, in a process of its own, that stands still at a step of its sink and waits to
 * be killed there. Arguments: the directory of the engine, that of the lake, the step, at which of
 * its occurrences, and after how many rounds to end.
 *
 * <p>It says {@code OPEN rows} (so many are in its view), {@code ACK id} of each row that was
 * acknowledged, {@code STEP what}, {@code AT what} where it stands still, {@code REFUSED why} if
 * its sink is given up, and {@code DONE rows} when all is committed. It hears {@code GO}, or {@code
 * FAIL}: then the step fails.
 */
final class KilledLake {
  static final String TABLE = "web.killed";
  static final int ROWS_OF_A_ROUND = 3;
  private static final Duration PATIENCE = Duration.ofMinutes(15);
  private static final Schema SCHEMA =
      Schema.of(List.of(new Field("id", Type.LONG, false), new Field("kind", Type.STRING, false)));

  private final BufferedReader heard =
      new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
  private final Map<String, Integer> steps = new HashMap<>();
  private final String step;
  private final int occurrence;

  private KilledLake(String step, int occurrence) {
    this.step = step;
    this.occurrence = occurrence;
  }

  public static void main(String[] args) {
    KilledLake host = new KilledLake(args[2], Integer.parseInt(args[3]));
    host.live(Path.of(args[0]), Path.of(args[1]), Integer.parseInt(args[4]));
  }

  private static synchronized void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private void at(String what) {
    int times;
    synchronized (steps) {
      times = steps.merge(what, 1, Integer::sum);
    }
    say("STEP " + what);
    if (!what.equals(step) || times != occurrence) {
      return;
    }
    say("AT " + what);
    String command;
    try {
      command = heard.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if ("FAIL".equals(command)) {
      throw new IllegalStateException("planted: " + what);
    }
  }

  private void live(Path directory, Path lake, int rounds) {
    IcebergSink sink =
        IcebergSink.append(Lake.local(lake), TABLE)
            .partitionedBy(Partition.identity("kind"))
            .telling(UnforcedSteps.of(this::at));
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              var rows = p.stream("rows", SCHEMA);
              rows.aggregate(count().as("n"), max(col("id")).as("last")).materialize("all");
              rows.to("lake", sink, SinkSettings.defaults().committingWithCheckpoints());
            });
    try (Engine engine = Engine.open(directory, pipeline)) {
      Row all = engine.view("all").scan().get(0);
      long next = (Long) all.value("n");
      if (next > 0 && (Long) all.value("last") != next - 1) {
        throw new IllegalStateException("rows are lost or doubled: " + all);
      }
      say("OPEN " + next);
      for (int round = 0; round < rounds; round++) {
        next = round(engine, next);
      }
      say("DONE " + next);
    } catch (EngineException e) {
      say("REFUSED " + e.getMessage());
    }
  }

  private static long round(Engine engine, long from) {
    List<Row> rows = new ArrayList<>();
    for (long id = from; id < from + ROWS_OF_A_ROUND; id++) {
      rows.add(Row.of(SCHEMA, id, id % 2 == 0 ? "even" : "odd"));
    }
    Position at = engine.stream("rows").append(rows);
    for (long id = from; id < from + ROWS_OF_A_ROUND; id++) {
      say("ACK " + id);
    }
    if (from % 2 == 0) {
      Position unused = engine.checkpoint();
    }
    engine.awaitSink("lake", at, PATIENCE);
    return from + ROWS_OF_A_ROUND;
  }
}
