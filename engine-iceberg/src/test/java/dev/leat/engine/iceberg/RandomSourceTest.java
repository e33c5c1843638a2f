package dev.leat.engine.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import dev.leat.engine.Row;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A table of many commits that is read while it is written to, compacted, altered and tagged, at
 * random, also within a reading; readings fail, and engines are opened anew; snapshots that were
 * read expire. More of it with {@code -Dcares=50 -Drandom.seed=1}.
 */
class RandomSourceTest {
  private static final Schema ROWS =
      Schema.of(List.of(new Field("id", Type.LONG, false), new Field("at", Type.INSTANT, false)));

  @TempDir private Path temp;

  @Test
  void eachRowComesOnceWhateverIsDoneToTheTable() {
    int cares = Integer.getInteger("cares", 1);
    long first = Long.getLong("random.seed", 8);
    for (long seed = first; seed < first + cares; seed++) {
      try (WrittenTable table =
          WrittenTable.of(temp.resolve("lake" + seed), ROWS, Partition.hours("at"))) {
        new Life(seed, table).live(cares == 1 ? 3 : 8);
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  private static Row row(long id) {
    return Row.of(ROWS, id, Instant.EPOCH.plusSeconds(600 * id));
  }

  /** What is done to one table. */
  private final class Life {
    private final Random random;
    private final WrittenTable table;
    private final Path directory;
    private boolean isBusy;
    private boolean isFailing;
    private long rows;
    private int columns;

    private Life(long seed, WrittenTable table) {
      this.random = new Random(seed);
      this.table = table;
      this.directory = temp.resolve("engine" + seed);
    }

    private void live(int openings) {
      for (int commit = 0; commit < 20; commit++) {
        add();
      }
      for (int opening = 0; opening < openings; opening++) {
        try (Engine engine = Engine.open(directory, WrittenTable.keeping(ROWS))) {
          for (int reading = 0; reading < 4; reading++) {
            isFailing = random.nextInt(3) == 0;
            boolean isRead = read(engine);
            isFailing = false;
            if (isRead && random.nextBoolean()) {
              // Behind the last place nothing is needed, if nothing came since.
              assertThat(read(engine)).isTrue();
              expire();
            }
            for (int i = 0; i < 3; i++) {
              change();
            }
          }
        }
      }
      try (Engine engine = Engine.open(directory, WrittenTable.keeping(ROWS))) {
        SourceProgress read = table.source().readInto(engine, "rows");
        assertThat(WrittenTable.rows(engine, read))
            .isEqualTo(LongStream.range(0, rows).mapToObj(RandomSourceTest::row).toList());
      }
      assertThat(columns).isPositive();
    }

    private boolean read(Engine engine) {
      boolean[] isMoved = {false};
      IcebergSource source =
          table
              .source()
              .telling(
                  UnforcedSteps.of(
                      step -> {
                        if (isFailing && random.nextInt(20) == 0) {
                          throw new IllegalStateException("planted: " + step);
                        }
                        if (!isBusy && random.nextInt(20) == 0) {
                          isBusy = true;
                          isMoved[0] = true;
                          change();
                          isBusy = false;
                        }
                      }));
      try {
        SourceProgress unused = source.readInto(engine, "rows");
        return !isMoved[0];
      } catch (IllegalStateException e) {
        assertThat(e).hasMessageContaining("planted");
        return false;
      }
    }

    private void add() {
      List<Row> some = new ArrayList<>();
      for (int i = random.nextInt(8); i >= 0; i--) {
        some.add(row(rows++));
      }
      table.add(some);
    }

    private void change() {
      switch (random.nextInt(8)) {
        case 0 -> table.change(t -> new Compaction(t, Steps.UNDISTURBED).run());
        case 1 ->
            table.change(
                t -> t.updateSchema().addColumn("more" + columns++, Types.LongType.get()).commit());
        case 2 -> table.change(Life::tag);
        default -> add();
      }
    }

    private static void tag(Table t) {
      t.manageSnapshots()
          .createTag(
              "t" + t.currentSnapshot().snapshotId() + t.refs().size(),
              t.currentSnapshot().snapshotId())
          .commit();
    }

    private void expire() {
      try (LakeCatalog catalog = table.lake().open(UnforcedSteps.of(step -> {}))) {
        Table t = catalog.tables().loadTable(TableIdentifier.parse(table.name()));
        int unused = Expiry.run(t, Instant.now().plusMillis(1), 1);
      }
    }
  }
}
