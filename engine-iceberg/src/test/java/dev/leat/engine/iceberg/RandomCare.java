package dev.leat.engine.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Row;
import dev.leat.engine.iceberg.internal.care.CompactedFiles;
import dev.leat.engine.iceberg.internal.care.Compaction;
import dev.leat.engine.iceberg.internal.care.Expiry;
import dev.leat.engine.iceberg.internal.care.OrphanFiles;
import dev.leat.engine.iceberg.internal.catalog.Steps;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;

/**
 * A table whose rows change, and everything that may be done beside the sink, at random: files are
 * put together, snapshots expire, orphans are removed, others add and drop columns, make tags and
 * change partitions, engines are opened anew; between commits, within commits of the sink, and with
 * commits of the sink within. After each, the table is the view, and no file is missing that any
 * version has.
 */
final class RandomCare {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Schema USERS =
      Schema.of(
          List.of(
              new Field("id", Type.LONG, false),
              new Field("plan", Type.STRING, true),
              new Field("amount", Type.INT, true)));

  /**
   * Where tables are.
   *
   * @param file which file of this machine is at a location
   * @param engines a folder for the engines
   * @param clock how far the times of files may be behind
   */
  record Place(Lake lake, Function<String, Path> file, Path engines, Duration clock) {}

  private final long seed;
  private final Random random;
  private final boolean isByKey;
  private final TableIdentifier name;
  private final Place place;
  private final Lake lake;
  private final List<Runnable> beside = new ArrayList<>();
  private final List<String> done = new ArrayList<>();
  private boolean isBusy;
  private boolean isFailing;
  private int columns;
  private int opening;
  private Instant began;
  private Engine engine;

  /** Of the table of a seed. */
  RandomCare(Place place, long seed, boolean isByKey) {
    this.place = place;
    this.lake = place.lake();
    this.seed = seed;
    this.random = new Random(seed);
    this.isByKey = isByKey;
    this.name = TableIdentifier.of("web", "users" + seed + isByKey);
    this.began = began();
  }

  private IcebergSink sink() {
    IcebergSink sink =
        IcebergSink.upsert(lake, name.toString()).telling(UnforcedSteps.of(this::disturb));
    // Later the table's are used, whatever others have made of them.
    sink = opening == 0 ? sink.partitionedBy(Partition.identity("plan")) : sink;
    return isByKey ? sink.equalityDeletes() : sink;
  }

  private void disturb(String step) {
    if (isBusy || beside.isEmpty()) {
      return;
    }
    int chance = random.nextInt(60);
    if (chance < 8) {
      isBusy = true;
      done.add("  at " + step);
      beside.remove(0).run();
      isBusy = false;
    } else if (chance == 8 && isFailing) {
      isFailing = false;
      done.add("  fails " + step);
      throw new IllegalStateException("planted: " + step);
    }
  }

  /** Lives through so many openings of the engine, each with so many rounds. */
  void live(int openings, int rounds) {
    for (opening = 0; opening < openings; opening++) {
      IcebergSink sink = sink();
      Pipeline pipeline =
          Pipeline.define(
              p -> p.table("users", USERS).primaryKey("id").materialize("users").to("lake", sink));
      done.add("open");
      try (Engine opened = Engine.open(place.engines().resolve(name.name()), pipeline)) {
        engine = opened;
        change();
        for (int round = 0; round < rounds; round++) {
          round();
          check(sink, round);
        }
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + ": " + done, e);
      }
    }
  }

  /** Stores and files have coarse clocks; what is being committed is younger than this. */
  private Instant began() {
    return Instant.now().minus(place.clock());
  }

  private void round() {
    began = began();
    beside.clear();
    beside.add(this::care);
    beside.add(this::care);
    isFailing = random.nextInt(4) == 0;
    change();
    beside.clear();
    began = began();
    beside.add(this::change);
    beside.add(this::change);
    care();
    beside.clear();
  }

  private void change() {
    done.add("change");
    engine.awaitSink(
        "lake",
        engine.append(
            t -> {
              int changes = 1 + random.nextInt(12);
              for (int i = 0; i < changes; i++) {
                long id = random.nextInt(50);
                if (random.nextInt(4) == 0) {
                  t.delete(engine.table("users"), id);
                } else {
                  String plan = random.nextInt(5) == 0 ? null : "p" + random.nextInt(3);
                  Row row = Row.of(USERS, id, plan, random.nextInt(1000));
                  t.upsert(engine.table("users"), row);
                }
              }
            }),
        PATIENCE);
    done.add("changed");
  }

  private void care() {
    int what = random.nextInt(opening == 0 ? 10 : 11);
    done.add("care " + what);
    try (LakeCatalog catalog = lake.open(UnforcedSteps.of(this::disturb))) {
      switch (what) {
        case 0, 1, 2, 3 -> {
          CompactedFiles unused =
              new Compaction(catalog.tables().loadTable(name), this::disturb).run();
        }
        case 4, 5 -> expire(catalog.tables().loadTable(name));
        case 6 -> {
          List<String> unused = new OrphanFiles(catalog.tables(), name).remove(began);
        }
        case 7, 8 -> evolve(catalog.tables().loadTable(name));
        case 9 -> tag(catalog.tables().loadTable(name));
        default -> repartition(catalog.tables().loadTable(name));
      }
    } catch (RuntimeException e) {
      done.add("care failed " + e);
      assertThat(e).hasStackTraceContaining("planted");
    }
    done.add("cared");
  }

  private void expire(Table table) {
    int unused = Expiry.run(table, Instant.now().plusMillis(1), 1 + random.nextInt(3));
  }

  private void evolve(Table table) {
    if (columns > 0 && random.nextBoolean()) {
      Expiry.persistently(
          table, () -> table.updateSchema().deleteColumn("more" + columns).commit());
      columns--;
    } else {
      Expiry.persistently(
          table,
          () ->
              table
                  .updateSchema()
                  .addColumn("more" + (columns + 1), Types.StringType.get())
                  .commit());
      columns++;
    }
  }

  /** Others partition the table in another way; files that are there stay as they are. */
  private void repartition(Table table) {
    boolean isByPlan =
        table.spec().fields().stream().anyMatch(field -> field.name().equals("plan"));
    Expiry.persistently(
        table,
        () -> {
          if (isByPlan) {
            table.updateSpec().removeField("plan").commit();
          } else {
            table.updateSpec().addField("plan").commit();
          }
        });
  }

  private void tag(Table table) {
    String tag = "t" + random.nextInt(3);
    Expiry.persistently(
        table,
        () -> {
          if (table.refs().containsKey(tag)) {
            table.manageSnapshots().removeTag(tag).commit();
          } else {
            table.manageSnapshots().createTag(tag, table.currentSnapshot().snapshotId()).commit();
          }
        });
  }

  private void check(IcebergSink sink, int round) {
    List<Row> rows = engine.view("users").scan();
    try (LakeCatalog catalog = lake.open(Steps.UNDISTURBED)) {
      Table table = catalog.tables().loadTable(name);
      assertThat(LiveFiles.missing(table)).isEmpty();
      assertThat(TableRows.of(table, USERS)).containsExactlyInAnyOrderElementsOf(rows);
      if (round % 4 == 3) {
        List<List<String>> found = LiveFiles.byDuckDb(table, USERS.names(), place.file());
        if (found != null) {
          assertThat(found).containsExactlyInAnyOrderElementsOf(LiveFiles.text(rows, USERS));
        }
      }
    }
    Reconciliation found = sink.reconcile(engine, "users", "lake", PATIENCE);
    assertThat(found.isEqual()).as("%s", found).isTrue();
  }
}
