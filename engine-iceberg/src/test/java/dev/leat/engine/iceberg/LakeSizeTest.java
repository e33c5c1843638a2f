package dev.leat.engine.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.SinkSettings;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How large files are that a stream ends with: those of one commit, and those of many small commits
 * after compaction. With {@code -Drows=} and {@code -Dtarget=} also of many rows.
 */
class LakeSizeTest {
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int COMMITS = 20;
  private static final int BATCH_ROWS = 5_000;

  /** A partition may have so many small files: fewer than this compaction does not touch. */
  private static final int HANDFUL = 4;

  private static final double NEAR = 0.2;
  private static final Schema SCHEMA =
      Schema.of(
          List.of(
              new Field("event_id", Type.STRING, false),
              new Field("user_id", Type.STRING, false),
              new Field("session_id", Type.STRING, false),
              new Field("event_type", Type.STRING, false),
              new Field("page_url", Type.STRING, false),
              new Field("referrer_url", Type.STRING, true),
              new Field("device_type", Type.STRING, false),
              new Field("country", Type.STRING, true),
              new Field("event_ts", Type.INSTANT, false),
              new Field("price", Type.decimal(10, 2), true),
              new Field("quantity", Type.INT, true),
              new Field("seconds", Type.DOUBLE, false)));
  private static final String[] TYPES = {"page_view", "click", "add_to_cart", "purchase"};
  private static final double[] UP_TO = {0.6, 0.85, 0.95, 1};

  @TempDir private Path temp;

  /** More are not in one commit: they are in memory until then. */
  private static final int COMMIT_ROWS = 400_000;

  private int rows = Integer.getInteger("rows", 60_000);
  private long target = Long.getLong("target", 1L << 17);
  private final SplittableRandom random = new SplittableRandom(11);

  /** How many files there are, and which of them are not as they should be. */
  private record Found(int files, int small, List<String> wrong) {}

  private Row row(int i) {
    double share = random.nextDouble();
    int type = 0;
    while (share > UP_TO[type]) {
      type++;
    }
    int session = i / 40 + random.nextInt(50);
    boolean isBought = type > 1;
    return Row.of(
        SCHEMA,
        "e" + (10_000_000 + i),
        "u" + session / 5,
        "s" + session,
        TYPES[type],
        "/shop/item-" + random.nextInt(200),
        random.nextInt(3) == 0 ? null : "/shop/item-" + random.nextInt(200),
        random.nextInt(2) == 0 ? "mobile" : "desktop",
        random.nextInt(20) == 0 ? null : "C" + random.nextInt(20),
        Instant.EPOCH.plusMillis(i * 3L + random.nextInt(1000)),
        isBought ? BigDecimal.valueOf(random.nextInt(100, 50_000), 2) : null,
        isBought ? random.nextInt(1, 6) : null,
        random.nextInt(3000) / 10.0);
  }

  private void write(Lake lake, int commits) {
    IcebergSink sink =
        IcebergSink.append(lake, "web.clicks")
            .partitionedBy(Partition.identity("event_type"))
            .targetFileBytes(target)
            .telling(UnforcedSteps.of(step -> {}));
    SinkSettings whenAsked = SinkSettings.defaults().withCommitInterval(Duration.ofHours(1));
    Pipeline pipeline =
        Pipeline.define(p -> p.stream("clicks", SCHEMA).to("lake", sink, whenAsked));
    try (Engine engine = Engine.inMemory(pipeline)) {
      int written = 0;
      for (int commit = 1; commit <= commits; commit++) {
        Position at = Position.START;
        while (written < (long) rows * commit / commits) {
          List<Row> batch = new ArrayList<>();
          while (batch.size() < BATCH_ROWS && written < (long) rows * commit / commits) {
            batch.add(row(written++));
          }
          at = engine.stream("clicks").append(batch);
        }
        engine.awaitSink("lake", at, PATIENCE);
      }
    }
  }

  private Found look(TableFiles table, int mayBeSmall) {
    Map<String, List<DataFile>> partitions =
        table.files().stream()
            .collect(
                Collectors.groupingBy(
                    file -> file.partition().get(0, String.class),
                    TreeMap::new,
                    Collectors.toList()));
    int small = 0;
    List<String> wrong = new ArrayList<>();
    for (Map.Entry<String, List<DataFile>> partition : partitions.entrySet()) {
      int smallHere = 0;
      for (DataFile file : partition.getValue()) {
        double size = (double) file.fileSizeInBytes() / target;
        smallHere += size < 1 - NEAR ? 1 : 0;
        if (size > 1 + NEAR) {
          wrong.add(partition.getKey() + ": " + file.fileSizeInBytes());
        }
      }
      small += smallHere;
      if (smallHere > mayBeSmall) {
        wrong.add(partition.getKey() + ": " + smallHere + " small files");
      }
      System.out.printf(
          Locale.ROOT,
          "%-12s %3d files, %2d of them small, %.2f to %.2f of the target size%n",
          partition.getKey(),
          partition.getValue().size(),
          smallHere,
          size(partition.getValue().stream().mapToLong(DataFile::fileSizeInBytes).min().orElse(0)),
          size(partition.getValue().stream().mapToLong(DataFile::fileSizeInBytes).max().orElse(0)));
    }
    return new Found(table.files().size(), small, wrong);
  }

  private double size(long bytes) {
    return (double) bytes / target;
  }

  private void check(TableFiles table, int mayBeSmall) {
    Found found = look(table, mayBeSmall);
    System.out.printf(Locale.ROOT, "%d files, %d failures%n", found.files(), found.wrong().size());
    assertThat(found.wrong()).isEmpty();
    assertThat(found.files()).isGreaterThan(found.small());
    assertThat(table.query("SELECT count(*), count(DISTINCT event_id) FROM FILES"))
        .containsExactly(List.of((long) rows, (long) rows));
  }

  /** All files of a commit but the last one of each partition are of the target size. */
  @Test
  void filesOfOneCommit() {
    Lake lake = Lake.local(temp.resolve("one"));
    rows = Math.min(rows, COMMIT_ROWS);
    target = Math.min(target, 1L << 20);
    write(lake, 1);
    check(TableFiles.of(lake, "web.clicks"), 1);
  }

  @Test
  void filesOfSmallCommitsAfterCompaction() {
    Lake lake = Lake.local(temp.resolve("many"));
    write(lake, COMMITS);
    int before = TableFiles.of(lake, "web.clicks").files().size();
    TableCare.Compacted done = TableCare.of(lake, "web.clicks").compact();
    System.out.println(before + " files before, " + done);
    assertThat(done.filesAfter()).isLessThan(done.filesBefore());
    check(TableFiles.of(lake, "web.clicks"), HANDFUL);
  }
}
