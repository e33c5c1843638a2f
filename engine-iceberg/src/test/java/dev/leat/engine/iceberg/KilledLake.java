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
import dev.leat.engine.iceberg.internal.care.Compaction;
import dev.leat.engine.iceberg.internal.catalog.Steps;
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
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * A host with three sinks, in a process of its own, that stands still at a step of one of them and
 * waits to be killed there. Arguments: the directory of the engine, that of the lake, the step, at
 * which of its occurrences, from which round on, and after how many rounds to end.
 *
 * <p>Change {@code n} adds a row to the table {@link #ADDED}, and in both tables of rows that
 * change it gives one key another row, and takes away that of another; so what each has after
 * {@code n} changes is known, whatever happened on the way ({@link #latest}). Behind every second
 * round, files are put together.
 *
 * <p>It says {@code OPEN n} (so many changes are in its views), {@code ACK n} of each change that
 * was acknowledged, {@code STEP table: what} or {@code STEP care: what}, {@code AT} where it stands
 * still, {@code REFUSED why} if a sink is given up, and {@code DONE n} when all is committed. It
 * hears {@code GO}, or {@code FAIL}: then the step fails.
 */
final class KilledLake {
  static final String ADDED = "web.added";

  /** Upserted, with deletion vectors. */
  static final String VECTORS = "web.vectors";

  /** Upserted, with files of keys that are deleted. */
  static final String KEYS = "web.keys";

  static final int CHANGES_OF_A_ROUND = 3;
  static final Schema ROWS =
      Schema.of(List.of(new Field("id", Type.LONG, false), new Field("kind", Type.STRING, false)));
  static final Schema LATEST =
      Schema.of(
          List.of(
              new Field("key", Type.LONG, false),
              new Field("kind", Type.STRING, false),
              new Field("change", Type.LONG, false)));

  private static final int NUMBER_OF_KEYS = 7;
  private static final int KEYS_BETWEEN = 3;

  private static final Duration PATIENCE = Duration.ofMinutes(15);

  private final BufferedReader heard =
      new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
  private final Map<String, Integer> times = new HashMap<>();
  private final String step;
  private final int occurrence;
  private boolean isCounting;

  private KilledLake(String step, int occurrence) {
    this.step = step;
    this.occurrence = occurrence;
  }

  public static void main(String[] args) {
    KilledLake host = new KilledLake(args[2], Integer.parseInt(args[3]));
    host.live(
        Path.of(args[0]), Path.of(args[1]), Integer.parseInt(args[4]), Integer.parseInt(args[5]));
  }

  private static String kind(long change) {
    return change % 2 == 0 ? "even" : "odd";
  }

  private static Row latest(long key, long change) {
    return Row.of(LATEST, key, kind(change), change);
  }

  private static long changed(long change) {
    return change % NUMBER_OF_KEYS;
  }

  private static long deleted(long change) {
    return (change + KEYS_BETWEEN) % NUMBER_OF_KEYS;
  }

  /** The rows of the tables that change, after so many changes. */
  static Collection<Row> latest(long changes) {
    Map<Long, Row> rows = new TreeMap<>();
    for (long change = Math.max(0, changes - NUMBER_OF_KEYS); change < changes; change++) {
      rows.put(changed(change), latest(changed(change), change));
      rows.remove(deleted(change));
    }
    return rows.values();
  }

  private static synchronized void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private void at(String what) {
    boolean isHere;
    synchronized (times) {
      isHere = isCounting && what.equals(step) && times.merge(what, 1, Integer::sum) == occurrence;
    }
    say("STEP " + what);
    if (!isHere) {
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

  private IcebergSink disturbed(IcebergSink sink) {
    return sink.partitionedBy(Partition.identity("kind"))
        .telling(UnforcedSteps.of(what -> at(sink.table() + ": " + what)));
  }

  private Pipeline pipeline(Lake lake) {
    SinkSettings settings = SinkSettings.defaults().committingWithCheckpoints();
    IcebergSink added = disturbed(IcebergSink.append(lake, ADDED));
    IcebergSink vectors = disturbed(IcebergSink.upsert(lake, VECTORS));
    IcebergSink keys = disturbed(IcebergSink.upsert(lake, KEYS).equalityDeletes());
    return Pipeline.define(
        p -> {
          var rows = p.stream("rows", ROWS);
          rows.aggregate(count().as("n"), max(col("id")).as("last")).materialize("all");
          rows.to(ADDED, added, settings);
          var latest = p.table("latest", LATEST).primaryKey("key").materialize("latest");
          latest.to(VECTORS, vectors, settings);
          latest.to(KEYS, keys, settings);
        });
  }

  private void live(Path directory, Path lake, int calmRounds, int rounds) {
    countFrom(0, calmRounds);
    try (Engine engine = Engine.open(directory, pipeline(Lake.local(lake)))) {
      Row all = engine.view("all").scan().get(0);
      long next = (Long) all.value("n");
      if (next > 0 && (Long) all.value("last") != next - 1) {
        throw new IllegalStateException("rows are lost or doubled: " + all);
      }
      Set<Row> latest = new HashSet<>(engine.view("latest").scan());
      if (!latest.equals(new HashSet<>(latest(next)))) {
        throw new IllegalStateException("another state than after " + next + ": " + latest);
      }
      say("OPEN " + next);
      for (int round = 0; round < rounds; round++) {
        countFrom(round, calmRounds);
        next = round(engine, next);
        if (round % 2 == 1) {
          care(Lake.local(lake));
        }
      }
      say("DONE " + next);
    } catch (EngineException e) {
      say("REFUSED " + e.getMessage());
    }
  }

  /** Files are put together, with files of which many rows are deleted. */
  private void care(Lake lake) {
    Steps steps = UnforcedSteps.of(what -> at("care: " + what));
    try (LakeCatalog catalog = lake.open(steps)) {
      for (String name : List.of(ADDED, VECTORS, KEYS)) {
        Table table = catalog.tables().loadTable(TableIdentifier.parse(name));
        say("COMPACTED " + new Compaction(table, steps).run());
      }
    } catch (RuntimeException e) {
      // A planted fault, or a host that has been outlived: the next round has its turn, too.
      say("NOT COMPACTED " + e);
    }
  }

  private void countFrom(int round, int calmRounds) {
    synchronized (times) {
      isCounting = round >= calmRounds;
    }
  }

  private static long round(Engine engine, long from) {
    long to = from + CHANGES_OF_A_ROUND;
    Position at =
        engine.append(
            t -> {
              for (long change = from; change < to; change++) {
                t.append(engine.stream("rows"), Row.of(ROWS, change, kind(change)));
                t.upsert(engine.table("latest"), latest(changed(change), change));
                t.delete(engine.table("latest"), deleted(change));
              }
            });
    for (long change = from; change < to; change++) {
      say("ACK " + change);
    }
    if (from % 2 == 0) {
      Position unused = engine.checkpoint();
    }
    for (String sink : List.of(ADDED, VECTORS, KEYS)) {
      engine.awaitSink(sink, at, PATIENCE);
    }
    return to;
  }
}
