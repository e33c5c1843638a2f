package dev.leat.engine.internal.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateBytes;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.SortKey;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Ordered rows are what a sorted list of them is, whatever came and went, and after a restart. */
class OrderedRowsLawsTest {
  private static final Schema SCHEMA =
      Schema.builder().nullable("a", Type.STRING).required("b", Type.LONG).build();
  private static final KeyLayout LAYOUT = KeyLayout.of(SCHEMA);
  private static final int WEIGHT = LAYOUT.stride();
  private static final int OWNER = WEIGHT + 1;
  private static final List<String> TEXTS =
      List.of("", "page", "page/12", "page/123", "\uffff", "\ud83d\ude00", "page/12\u00e9");

  private final Dictionary dictionary = new Dictionary(new Hashing(7));

  /** Row number n: its text, the last of which is null, and its number. */
  private record Row(int text, long number) {}

  private OrderedRows empty(boolean isDescending, long seed) {
    // An order sees the values that there were when it was made, or refreshed.
    TEXTS.forEach(dictionary::intern);
    RowOrder order =
        new RowOrder(SCHEMA, LAYOUT, List.of(new SortKey("a", isDescending)), dictionary);
    return new OrderedRows(OWNER + 1, WEIGHT, OWNER, order, new Hashing(seed));
  }

  private static Comparator<Row> comparator(boolean isDescending) {
    Comparator<Row> byText =
        Comparator.comparing(
            row -> row.text() == TEXTS.size() ? null : TEXTS.get(row.text()),
            Comparator.nullsLast(
                (a, b) ->
                    java.util.Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray())));
    return (isDescending ? byText.reversed() : byText).thenComparingLong(Row::number);
  }

  private long[] words(Row row) {
    long[] words = new long[LAYOUT.stride()];
    if (row.text() == TEXTS.size()) {
      LAYOUT.setNull(words, 0, 0);
    } else {
      words[0] = dictionary.intern(TEXTS.get(row.text()));
    }
    words[1] = row.number();
    return words;
  }

  private void add(OrderedRows rows, int partition, Row row, long weight) {
    long[] words = words(row);
    int slot = rows.find(partition, words);
    if (slot < 0) {
      slot = rows.add(partition, words, 0);
    }
    rows.addWeight(slot, weight);
    if (rows.weight(slot) == 0) {
      rows.remove(slot);
    }
  }

  private void compare(OrderedRows rows, int partition, Map<Row, Long> expected) {
    List<Row> all = new ArrayList<>();
    expected.forEach(
        (row, weight) -> {
          for (long i = 0; i < weight; i++) {
            all.add(row);
          }
        });
    assertThat(rows.total(partition)).isEqualTo(all.size());
    int slot = all.isEmpty() ? OrderedRows.NONE : rows.at(partition, 0);
    assertThat(slot < 0 || rows.previous(slot) < 0).isTrue();
    long before = 0;
    for (Row row : expected.keySet()) {
      assertThat(slot).isEqualTo(rows.find(partition, words(row)));
      assertThat(rows.before(slot)).isEqualTo(before);
      assertThat(rows.weight(slot)).isEqualTo(expected.get(row));
      assertThat(rows.partition(slot)).isEqualTo(partition);
      for (long i = 0; i < rows.weight(slot); i++) {
        assertThat(rows.at(partition, before + i)).isEqualTo(slot);
      }
      before += rows.weight(slot);
      int next = rows.next(slot);
      assertThat(next < 0 || rows.previous(next) == slot).isTrue();
      assertThat(next >= 0 || rows.last(partition) == slot).isTrue();
      slot = next;
    }
    assertThat(slot).isEqualTo(OrderedRows.NONE);
  }

  @Property(tries = 300)
  void theyAreWhatASortedListIs(
      @ForAll @Size(max = 120) List<@IntRange(min = 0, max = 599) Integer> changes,
      @ForAll boolean isDescending) {
    OrderedRows rows = empty(isDescending, changes.size());
    List<TreeMap<Row, Long>> expected = new ArrayList<>();
    for (int partition = 0; partition < 3; partition++) {
      expected.add(new TreeMap<>(comparator(isDescending)));
    }
    for (int change : changes) {
      Row row = new Row(change % (TEXTS.size() + 1), change / 8 % 4);
      int partition = change / 32 % 3;
      TreeMap<Row, Long> known = expected.get(partition);
      long weight = change > 400 && known.containsKey(row) ? -known.get(row) : 1 + change % 3;
      known.merge(row, weight, (a, b) -> a + b == 0 ? null : a + b);
      add(rows, partition, row, weight);
    }
    OrderedRows restored = empty(isDescending, 99);
    restored.rows().restore(StateBytes.of(rows.rows().capture()).reader());
    restored.relink();
    for (int partition = 0; partition < 3; partition++) {
      compare(rows, partition, expected.get(partition));
      compare(restored, partition, expected.get(partition));
      assertThat(rows.isEmpty(partition)).isEqualTo(expected.get(partition).isEmpty());
    }
  }

  @Test
  void rowsThatComeInOrderDoNotMakeALongChain() {
    OrderedRows rows = empty(false, 3);
    int count = 1 << 14;
    for (int i = 0; i < count; i++) {
      add(rows, 0, new Row(1, i), 1);
    }
    int steps = 0;
    for (int i = 0; i < count; i += 97) {
      int slot = rows.find(0, words(new Row(1, i)));
      assertThat(rows.before(slot)).isEqualTo(i);
      steps = Math.max(steps, rows.depth(slot));
    }
    // Three times the logarithm is what a treap hardly ever passes.
    assertThat(steps).isLessThan(3 * 14 + 8);
  }
}
