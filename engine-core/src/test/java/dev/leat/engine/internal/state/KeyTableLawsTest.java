package dev.leat.engine.internal.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateBytes;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys have slots as a map would give them: in order of arrival, freed ones again, last first. */
class KeyTableLawsTest {
  private static final int NULL_CHANCE = 8;

  private final Map<List<Long>, Integer> model = new LinkedHashMap<>();
  private final Deque<Integer> free = new ArrayDeque<>();
  private int bound;

  @ParameterizedTest
  @CsvSource({"1,1", "2,1", "3,2", "4,2", "5,3", "6,3", "7,70"})
  void everyKeyHasItsSlot(long seed, int columns) {
    Schema.Builder builder = Schema.builder();
    for (int c = 0; c < columns; c++) {
      builder = builder.nullable("c" + c, c % 2 == 0 ? Type.STRING : Type.LONG);
    }
    Schema schema = builder.build();
    int[] all = new int[columns];
    Arrays.setAll(all, c -> c);
    SplittableRandom random = new SplittableRandom(seed);
    GroupKeys table = new KeyTable(KeyLayout.of(schema), 0, new Hashing(seed));
    GroupKeys groups = GroupKeys.of(schema, all, 2, new Hashing(seed + 1));
    Batch batch = new Batch(columns);
    for (int step = 0; step < 300; step++) {
      int[] expected = fill(batch, random);
      int[] slots = new int[batch.rows()];
      table.findOrAdd(batch, slots);
      checkSlots(batch, slots, expected);
      guess(groups, batch, slots);
      checkSlots(batch, slots, expected);
      remove(random, table, groups);
      assertThat(table.size()).isEqualTo(model.size());
      assertThat(table.bound()).isEqualTo(bound);
      assertThat(groups.bound()).isEqualTo(bound);
      if (step % 40 == 20) {
        table = restored(table, new KeyTable(KeyLayout.of(schema), 0, new Hashing(step)));
        groups = restored(groups, GroupKeys.of(schema, all, 2, new Hashing(step + 1)));
      }
    }
    checkKeys(table, columns);
    checkKeys(groups, columns);
    checkMarks(table);
    checkMarks(groups);
  }

  /** Random rows, of which some count; gives the slot that each should have. */
  private int[] fill(Batch batch, SplittableRandom random) {
    int rows = random.nextInt(60);
    long distinct = random.nextLong(1, 41);
    int[] selection = new int[rows];
    int[] expected = new int[rows];
    int count = 0;
    for (int c = 0; c < batch.columnCount(); c++) {
      batch.column(c).reset(rows);
    }
    boolean isSelected = random.nextBoolean();
    for (int row = 0; row < rows; row++) {
      List<Long> key = new ArrayList<>();
      for (int c = 0; c < batch.columnCount(); c++) {
        Column column = batch.column(c);
        boolean isNull = random.nextInt(NULL_CHANCE) == 0;
        long word = c < 3 ? random.nextLong(distinct) : 0;
        if (isNull) {
          column.setNull(row);
        } else {
          column.set(row, word);
        }
        key.add(isNull ? null : (Long) word);
      }
      if (!isSelected || random.nextInt(3) > 0) {
        selection[count++] = row;
        expected[row] = model.computeIfAbsent(key, k -> free.isEmpty() ? bound++ : free.pop());
      }
    }
    batch.select(rows, isSelected ? selection : null, count, null);
    return expected;
  }

  private static void checkSlots(Batch batch, int[] slots, int[] expected) {
    for (int i = 0; i < batch.count(); i++) {
      assertThat(slots[batch.row(i)]).isEqualTo(expected[batch.row(i)]);
    }
  }

  /** Finds slots as an aggregate does: by guessing, and again if that was wrong. */
  private static void guess(GroupKeys keys, Batch batch, int[] slots) {
    int keyWords = keys.layout().stride();
    TouchedRows touched = new TouchedRows(keys.rows(), keyWords, new long[keys.rows().stride()]);
    int[] at = new int[batch.rows()];
    touched.start();
    keys.guess(batch, slots);
    touched.touch(batch, slots, at);
    if (!keys.areRight(batch, touched, at)) {
      keys.findOrAdd(batch, slots);
    }
  }

  /** Keys that were captured, read into a new table, after the old one went on. */
  private static GroupKeys restored(GroupKeys keys, GroupKeys made) {
    StateImage image = keys.capture();
    boolean[] isFree = keys.rows().isFree();
    for (int slot = 0; slot < isFree.length; slot++) {
      if (!isFree[slot]) {
        keys.remove(slot);
      }
    }
    made.restore(StateBytes.of(image).reader());
    return made;
  }

  private void remove(SplittableRandom random, GroupKeys table, GroupKeys groups) {
    int percent = random.nextInt(100);
    for (List<Long> key : List.copyOf(model.keySet())) {
      if (random.nextInt(100) < percent) {
        int slot = model.remove(key);
        table.remove(slot);
        groups.remove(slot);
        free.push(slot);
      }
    }
  }

  private void checkKeys(GroupKeys keys, int columns) {
    int stride = keys.rows().stride();
    long[] rows = new long[stride * model.size()];
    int row = 0;
    for (int slot : model.values()) {
      long[] page = keys.rows().page(slot);
      System.arraycopy(page, keys.rows().offset(slot), rows, stride * row++, stride);
    }
    Batch out = new Batch(columns);
    for (int c = 0; c < columns; c++) {
      out.column(c).reset(model.size());
    }
    keys.layout().scatter(rows, stride, 0, model.size(), out);
    row = 0;
    for (List<Long> key : model.keySet()) {
      for (int c = 0; c < columns; c++) {
        Column column = out.column(c);
        assertThat(column.isNull(row) ? null : (Long) column.word(row)).isEqualTo(key.get(c));
      }
      row++;
    }
  }

  private void checkMarks(GroupKeys keys) {
    CodeSet live = new CodeSet(64);
    keys.mark(live);
    for (int code = 0; code < 64; code++) {
      long wanted = code;
      boolean isHeld =
          model.keySet().stream()
              .anyMatch(
                  key -> {
                    for (int c = 0; c < key.size(); c += 2) {
                      if (Long.valueOf(wanted).equals(key.get(c))) {
                        return true;
                      }
                    }
                    return false;
                  });
      assertThat(live.contains(code)).as("code %s", code).isEqualTo(isHeld);
    }
  }
}
