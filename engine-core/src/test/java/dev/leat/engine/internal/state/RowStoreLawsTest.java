package dev.leat.engine.internal.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateBytes;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A store is a map from keys to rows; a snapshot of it stays as it was. */
class RowStoreLawsTest {
  private static final Schema SCHEMA =
      Schema.builder().nullable("k", Type.LONG).nullable("v", Type.LONG).build();

  private record Taken(StoredRows.Snapshot snapshot, Map<Long, Long> model) {}

  private final List<Taken> taken = new ArrayList<>();

  /** Words of a row; a null key or value is -1. */
  private static long[] words(RowStore store, long key, long value) {
    return words(store.rowLayout(), key, value);
  }

  private static long[] words(KeyLayout layout, long key, long value) {
    long[] words = new long[layout.stride() + 1];
    set(layout, words, 0, key);
    set(layout, words, 1, value);
    return words;
  }

  private static void set(KeyLayout layout, long[] words, int column, long value) {
    if (value < 0) {
      layout.setNull(words, 0, column);
    } else {
      words[column] = value;
    }
  }

  private static long value(StoredRows.Snapshot snapshot, int row, int column) {
    return snapshot.isNull(row, column) ? -1 : snapshot.word(row, column);
  }

  private void checkKeyed(StoredRows.Snapshot snapshot, Map<Long, Long> model) {
    assertThat(snapshot.totalWeight()).isEqualTo(model.size());
    Map<Long, Long> rows = new HashMap<>();
    for (int row = 0; row < snapshot.bound(); row++) {
      if (snapshot.weight(row) != 0) {
        assertThat(rows.put(value(snapshot, row, 0), value(snapshot, row, 1))).isNull();
      }
    }
    assertThat(rows).isEqualTo(model);
    for (long key = -1; key < 20; key++) {
      int row = snapshot.find(words(snapshot.rowLayout(), key, 0));
      assertThat(row < 0 ? null : (Long) value(snapshot, row, 1)).isEqualTo(model.get(key));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void aKeyHasTheRowThatWasPutLast(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    RowStore store = new RowStore(SCHEMA, new int[] {0}, new Hashing(seed));
    Map<Long, Long> model = new HashMap<>();
    // Some stores are written by number, and are only later asked for a key.
    boolean isNumbered = seed % 2 == 0;
    int asksFrom = random.nextInt(4000);
    long keys = random.nextLong(1, 3001);
    for (int step = 0; step < 8000; step++) {
      long key = random.nextLong(-1, keys);
      if (random.nextInt(5) < 2) {
        remove(store, key, isNumbered, model);
      } else {
        put(store, key, random.nextLong(-1, 5), isNumbered, model);
      }
      assertThat(store.totalWeight()).isEqualTo(model.size());
      if (!isNumbered || step >= asksFrom) {
        assertThat(store.find(words(store, key, 0)) >= 0).isEqualTo(model.containsKey(key));
      }
      if (step % 500 == 0) {
        taken.add(new Taken(store.snapshot(), Map.copyOf(model)));
      }
      if (step % 1700 == 1000) {
        store = restored(store, new int[] {0}, step);
      }
    }
    taken.forEach(t -> checkKeyed(t.snapshot(), t.model()));
    checkKeyed(store.snapshot(), model);
  }

  private static void put(
      RowStore store, long key, long value, boolean isNumbered, Map<Long, Long> model) {
    if (isNumbered) {
      store.read(batch(key, value));
      boolean isThere = store.isAt((int) key + 1, 0);
      assertThat(isThere).isEqualTo(Long.valueOf(value).equals(model.get(key)));
      store.putAt(new int[] {(int) key + 1}, new int[] {0}, 1);
    } else {
      store.put(words(store, key, value), 1);
    }
    model.put(key, value);
  }

  /** A batch of one row; a null key or value is -1. */
  private static Batch batch(long key, long value) {
    Batch batch = new Batch(2);
    long[] values = {key, value};
    for (int c = 0; c < 2; c++) {
      batch.column(c).reset(1);
      if (values[c] < 0) {
        batch.column(c).setNull(0);
      } else {
        batch.column(c).set(0, values[c]);
      }
    }
    batch.fill(1, null);
    return batch;
  }

  /** A store that was captured, read into a new one, after the old one went on. */
  private static RowStore restored(RowStore store, int[] key, long seed) {
    StateImage image = store.capture();
    int bound = store.snapshot().bound();
    for (int row = 0; row < bound; row++) {
      if (store.weight(row) != 0) {
        store.remove(row);
      }
    }
    RowStore made = new RowStore(SCHEMA, key, new Hashing(seed));
    made.restore(StateBytes.of(image).reader());
    return made;
  }

  private static void remove(RowStore store, long key, boolean isNumbered, Map<Long, Long> model) {
    if (model.remove(key) != null) {
      if (isNumbered) {
        store.removeAt((int) key + 1);
      } else {
        store.remove(store.find(words(store, key, 0)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void withoutAKeyRowsAreCounted(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    RowStore store = new RowStore(SCHEMA, new int[] {0, 1}, new Hashing(seed));
    Map<List<Long>, Long> model = new HashMap<>();
    Map<StoredRows.Snapshot, Map<List<Long>, Long>> snapshots = new HashMap<>();
    for (int step = 0; step < 5000; step++) {
      List<Long> row = List.of(random.nextLong(-1, 30), random.nextLong(-1, 5));
      long there = model.getOrDefault(row, 0L);
      long weight = random.nextLong(-there, 3);
      Batch batch = batch(row.get(0), row.get(1));
      assertThat(store.addWeight(batch, 0, weight)).isEqualTo(there);
      model.merge(row, weight, (a, b) -> a + b == 0 ? null : a + b);
      model.remove(row, 0L);
      if (step % 200 == 0) {
        snapshots.put(store.snapshot(), Map.copyOf(model));
      }
      if (step % 700 == 300) {
        store = restored(store, new int[] {0, 1}, step);
      }
    }
    snapshots.put(store.snapshot(), model);
    snapshots.forEach(RowStoreLawsTest::checkCounted);
  }

  private static void checkCounted(StoredRows.Snapshot snapshot, Map<List<Long>, Long> model) {
    Map<List<Long>, Long> rows = new HashMap<>();
    for (int row = 0; row < snapshot.bound(); row++) {
      if (snapshot.weight(row) != 0) {
        rows.put(List.of(value(snapshot, row, 0), value(snapshot, row, 1)), snapshot.weight(row));
      }
    }
    assertThat(rows).isEqualTo(model);
    assertThat(snapshot.totalWeight())
        .isEqualTo(model.values().stream().mapToLong(Long::longValue).sum());
  }
}
