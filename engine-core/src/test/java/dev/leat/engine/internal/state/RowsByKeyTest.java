package dev.leat.engine.internal.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateBytes;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rows by key: what there is, what there was before the last epoch, and that nothing is left. */
class RowsByKeyTest {
  private static final Schema SCHEMA =
      Schema.builder().nullable("k", Type.LONG).required("v", Type.LONG).build();
  private static final int[] KEY = {0};
  private static final int[] KEPT = {1};

  private final KeyProbe probe = new KeyProbe(SCHEMA, KEY, false);

  private static RowsByKey rows(RowsByKey.Identity identity) {
    return new RowsByKey(
        new RowsByKey.Layout(SCHEMA, KEY, KEPT, false, identity, false), new Hashing(1));
  }

  /** Rows of a weight, a key and a value; a key less than zero is null. */
  private static Batch batch(long[]... rows) {
    Batch batch = new Batch(2);
    batch.column(0).reset(rows.length);
    batch.column(1).reset(rows.length);
    long[] weights = new long[rows.length];
    for (int i = 0; i < rows.length; i++) {
      weights[i] = rows[i][0];
      if (rows[i][1] < 0) {
        batch.column(0).setNull(i);
      } else {
        batch.column(0).set(i, rows[i][1]);
      }
      batch.column(1).set(i, rows[i][2]);
    }
    batch.fill(rows.length, weights);
    return batch;
  }

  private static long[] row(long weight, long key, long value) {
    return new long[] {weight, key, value};
  }

  private int key(RowsByKey rows, long key) {
    int[] slots = new int[1];
    rows.find(batch(row(1, key, 0)), probe, slots);
    return slots[0];
  }

  /** "value xweight" of each row of a key, the newest first. */
  private List<String> of(RowsByKey rows, long key) {
    List<String> found = new ArrayList<>();
    for (int place = rows.first(key(rows, key)); place >= 0; place = rows.next(place)) {
      long value = rows.rows().page(place)[rows.rows().offset(place)];
      found.add(value + " x" + rows.weight(place));
    }
    return found;
  }

  @Test
  void equalRowsAreCountedAndThoseOfOtherKeysAreApart() {
    RowsByKey rows = rows(RowsByKey.Identity.COUNTED);
    rows.apply(batch(row(2, 7, 1), row(1, 7, 1), row(1, 7, 2), row(1, 8, 1), row(1, -1, 1)));

    assertThat(of(rows, 7)).containsExactly("2 x1", "1 x3");
    assertThat(of(rows, 8)).containsExactly("1 x1");
    assertThat(rows.count(key(rows, 7))).isEqualTo(4);
    assertThat(key(rows, 9)).isEqualTo(-1);
    assertThat(rows.count(-1)).isZero();
  }

  @Test
  void whatWasThereBeforeTheLastEpochIsKnown() {
    RowsByKey rows = rows(RowsByKey.Identity.COUNTED);
    rows.apply(batch(row(3, 7, 1), row(1, 7, 2)));
    rows.apply(batch(row(-1, 7, 1), row(-1, 7, 2), row(1, 7, 3)));

    RowChanges changes = rows.changes();
    List<String> before = new ArrayList<>();
    for (int c = 0; c < changes.count(); c++) {
      before.add(rows.weightBefore(changes.place(c)) + (rows.isGone(c) ? " gone" : " there"));
    }
    assertThat(before).containsExactly("3 there", "1 gone", "0 there");
    int touched = changes.touched(key(rows, 7));
    assertThat(changes.keyWeight(touched)).isEqualTo(-1);
    assertThat(changes.touchedKeys()).isEqualTo(1);
  }

  @Test
  void whatComesAndGoesInOneEpochWasNeverThere() {
    RowsByKey rows = rows(RowsByKey.Identity.COUNTED);
    rows.apply(batch(row(1, 7, 1), row(-1, 7, 1)));

    assertThat(rows.changes().count()).isZero();
    rows.apply(batch());
    assertThat(key(rows, 7)).isEqualTo(-1);
    assertThat(rows.rows().size()).isZero();
  }

  @Test
  void nothingIsLeftOfWhatIsTakenBack() {
    RowsByKey rows = rows(RowsByKey.Identity.COUNTED);
    long empty = rows.stateBytes();
    rows.apply(batch(row(1, 7, 1), row(1, 7, 2), row(1, 8, 1)));
    rows.apply(batch(row(-1, 7, 2), row(-1, 8, 1), row(-1, 7, 1)));
    rows.apply(batch());

    assertThat(of(rows, 7)).isEmpty();
    assertThat(rows.rows().size()).isZero();
    assertThat(rows.stateBytes()).isLessThan(empty + 1000);
  }

  @Test
  void aRestoredIndexGoesOnAsTheOneThatWasCaptured() {
    RowsByKey rows = rows(RowsByKey.Identity.COUNTED);
    rows.apply(batch(row(1, 7, 1), row(2, 7, 2), row(1, 8, 1)));
    rows.apply(batch(row(-1, 7, 1)));
    RowsByKey restored =
        new RowsByKey(
            new RowsByKey.Layout(SCHEMA, KEY, KEPT, false, RowsByKey.Identity.COUNTED, false),
            new Hashing(2));
    restored.restore(StateBytes.of(rows.capture()).reader());

    for (RowsByKey some : List.of(rows, restored)) {
      some.apply(batch(row(1, 7, 5), row(-1, 7, 2)));
      assertThat(of(some, 7)).containsExactly("5 x1", "2 x1");
      assertThat(some.first(key(some, 7))).isEqualTo(rows.first(key(rows, 7)));
    }
  }

  @Test
  void rowsThatOnlyComeHaveNumbersAlsoWithoutAKey() {
    RowsByKey rows = rows(RowsByKey.Identity.APPENDED);
    rows.apply(batch(row(1, 7, 1)));
    Batch second = batch(row(1, -1, 2), row(1, 7, 1), row(1, -1, 3));
    rows.apply(second);

    int[] numbers = rows.numbers(second);
    assertThat(List.of(numbers[0], numbers[1], numbers[2])).containsExactly(1, 2, 3);
    assertThat(of(rows, 7)).containsExactly("1 x1", "1 x1");
    assertThat(rows.weightBefore(rows.first(key(rows, 7)))).isZero();
  }
}
