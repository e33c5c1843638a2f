package dev.leat.engine.internal.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.carrotsearch.hppc.IntArrayList;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateBytes;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Rows that are kept until a time are those of a simple list, through thousands that come and go,
 * few keys with long chains, and captures that are written after more has changed.
 */
class TimedRowsLawsTest {
  private static final Schema SCHEMA =
      Schema.builder()
          .nullable("k", Type.STRING)
          .required("at", Type.INSTANT)
          .nullable("n", Type.LONG)
          .required("id", Type.LONG)
          .build();
  private static final int[] ALL = {0, 1, 2, 3};
  private static final int ID = 3;
  private static final int CODES = 5;
  private static final long REACH = 40;
  private static final int STEPS = 240;
  private static final int MOST = 60;

  /** A row of the list. */
  private record Timed(@Nullable Long code, long at, @Nullable Long n, boolean isMatched) {
    private Timed matched() {
      return new Timed(code, at, n, true);
    }

    private List<@Nullable Long> key(int[] columns) {
      List<@Nullable Long> key = new ArrayList<>();
      for (int column : columns) {
        key.add(column == 0 ? code : n);
      }
      return key;
    }
  }

  private final SplittableRandom random = new SplittableRandom(17);
  private final Map<Long, Timed> model = new LinkedHashMap<>();
  private long nextId;

  @ParameterizedTest
  @CsvSource({
    "0,false,true",
    "0,true,true",
    "0,false,false",
    "0 2,false,true",
    "0 2,true,false",
    "2,true,true",
    "2,false,false",
    "'',false,true"
  })
  void whatIsKeptIsWhatAListKeeps(String columns, boolean matchesNull, boolean tellsUnmatched) {
    int[] key =
        columns.isEmpty()
            ? new int[0]
            : List.of(columns.split(" ")).stream().mapToInt(Integer::parseInt).toArray();
    TimedRows.Layout layout =
        new TimedRows.Layout(SCHEMA, key, matchesNull, ALL, 1, REACH, tellsUnmatched);
    TimedRows rows = new TimedRows(layout, new Hashing(1));
    TimedRows asking = new TimedRows(layout, new Hashing(2));
    int most = 0;
    for (int step = 0; step < STEPS; step++) {
      step(rows, asking, layout, step);
      most = Math.max(most, rows.size());
      if (step % 20 == 19) {
        StateImage image = rows.capture();
        Map<Long, Timed> before = new LinkedHashMap<>(model);
        step(rows, asking, layout, step);
        TimedRows restored = new TimedRows(layout, new Hashing(3 + step));
        restored.restore(StateBytes.of(image).reader());
        rows = restored;
        model.clear();
        model.putAll(before);
      }
    }
    assertThat(most).isGreaterThan(300);
    remove(rows, Long.MAX_VALUE);
    assertThat(rows.size()).isZero();
    assertThat(rows.hasUnmatched()).isFalse();
  }

  private void step(TimedRows rows, TimedRows asking, TimedRows.Layout layout, long time) {
    Batch batch = batch(time);
    asking.add(batch);
    int[] slots = new int[batch.rows()];
    rows.find(batch, asking, slots);
    for (int i = 0; i < batch.count(); i++) {
      List<@Nullable Long> key = timed(batch, batch.row(i)).key(layout.key());
      assertThat(chain(rows, slots[batch.row(i)])).isEqualTo(expected(key, layout));
    }
    rows.add(batch);
    for (int i = 0; i < batch.count(); i++) {
      int row = batch.row(i);
      Timed timed = timed(batch, row);
      boolean hasKey = layout.matchesNull() || !timed.key(layout.key()).contains(null);
      assertThat(rows.place(row) >= 0).isEqualTo(hasKey || layout.tellsUnmatched());
      if (rows.place(row) >= 0) {
        boolean isMatched = hasKey && random.nextInt(4) == 0;
        model.put(batch.column(ID).word(row), isMatched ? timed.matched() : timed);
        assertThat(isMatched && !rows.match(rows.place(row))).isFalse();
      }
    }
    remove(rows, time);
    checkRest(rows, layout.tellsUnmatched());
  }

  private void remove(TimedRows rows, long time) {
    IntArrayList ending = rows.endingBefore(time);
    List<Long> ids = new ArrayList<>();
    long last = Long.MIN_VALUE;
    for (int i = 0; i < ending.size(); i++) {
      int place = ending.get(i);
      long id = id(rows, place);
      ids.add(id);
      assertThat(rows.time(place)).isGreaterThanOrEqualTo(last);
      assertThat(rows.isMatched(place)).isEqualTo(of(id).isMatched());
      last = rows.time(place);
    }
    List<Long> expected = new ArrayList<>();
    model.forEach(
        (id, timed) -> {
          if (timed.at() + REACH < time) {
            expected.add(id);
          }
        });
    assertThat(ids).containsExactlyInAnyOrderElementsOf(expected);
    model.keySet().removeAll(ids);
    for (int i = 0; i < ending.size(); i++) {
      rows.remove(ending.get(i));
    }
  }

  private void checkRest(TimedRows rows, boolean tellsUnmatched) {
    assertThat(rows.size()).isEqualTo(model.size());
    long first =
        model.values().stream()
            .filter(timed -> tellsUnmatched && !timed.isMatched())
            .mapToLong(timed -> timed.at() + REACH)
            .min()
            .orElse(Long.MAX_VALUE);
    assertThat(rows.firstUnmatchedEnd()).isEqualTo(first);
    CodeSet live = new CodeSet(CODES);
    rows.mark(live);
    for (long code = 0; code < CODES; code++) {
      Long held = code;
      assertThat(live.contains((int) code))
          .as("is a code marked that is held, and no other")
          .isEqualTo(model.values().stream().anyMatch(timed -> held.equals(timed.code())));
    }
  }

  private Timed of(long id) {
    return Objects.requireNonNull(model.get(id));
  }

  /** The rows of a key, the newest first. */
  private List<Long> expected(List<@Nullable Long> key, TimedRows.Layout layout) {
    List<Long> ids = new ArrayList<>();
    if (layout.matchesNull() || !key.contains(null)) {
      model.forEach(
          (id, timed) -> {
            if (timed.key(layout.key()).equals(key)) {
              ids.add(0, id);
            }
          });
    }
    return ids;
  }

  private static List<Long> chain(TimedRows rows, int key) {
    List<Long> ids = new ArrayList<>();
    for (int place = rows.first(key); place >= 0; place = rows.next(place)) {
      ids.add(id(rows, place));
    }
    return ids;
  }

  private static long id(TimedRows rows, int place) {
    return rows.rows().page(place)[rows.rows().offset(place) + rows.keptIndex(ID)];
  }

  private static Timed timed(Batch batch, int row) {
    return new Timed(word(batch, 0, row), batch.column(1).word(row), word(batch, 2, row), false);
  }

  private static @Nullable Long word(Batch batch, int column, int row) {
    return batch.column(column).isNull(row) ? null : Long.valueOf(batch.column(column).word(row));
  }

  /** Rows around a time, some of which do not count. */
  private Batch batch(long time) {
    int size = random.nextInt(MOST);
    Batch batch = new Batch(SCHEMA.size());
    int[] selected = new int[size];
    int count = 0;
    for (int c = 0; c < SCHEMA.size(); c++) {
      batch.column(c).reset(size);
    }
    for (int row = 0; row < size; row++) {
      set(batch, 0, row, random.nextInt(CODES));
      set(batch, 2, row, random.nextInt(2));
      batch.column(1).set(row, time + random.nextInt(-5, 6));
      batch.column(ID).set(row, nextId++);
      selected[count] = row;
      count += random.nextInt(5) == 0 ? 0 : 1;
    }
    batch.select(size, selected, count, null);
    return batch;
  }

  private void set(Batch batch, int column, int row, long word) {
    if (random.nextInt(4) == 0) {
      batch.column(column).setNull(row);
    } else {
      batch.column(column).set(row, word);
    }
  }
}
