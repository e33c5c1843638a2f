package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.state.KeyProbe;
import dev.leat.engine.internal.state.RowChanges;
import dev.leat.engine.internal.state.RowsByKey;
import dev.leat.engine.plan.Joined;
import dev.leat.engine.plan.Schema;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One of the two relations of a join: its changes, its kept rows, and how it asks the other. */
final class JoinSide {
  private final Operator input;
  private final @Nullable RowsByKey rows;
  private final int[] key;
  private final KeyProbe probe;
  private int[] otherKeys = new int[0];

  /**
   * A side.
   *
   * @param rows its rows by key; null where they are not kept
   */
  JoinSide(Joined join, Joined.Side side, Operator input, @Nullable RowsByKey rows) {
    this.input = input;
    this.rows = rows;
    Schema schema = join.input(side).schema();
    this.key = indexes(schema, join.keys(side));
    this.probe = new KeyProbe(schema, key, join.keys().matchesNull());
  }

  /** A side whose rows are kept in an index. */
  static JoinSide of(Joined join, Joined.Side side, IndexOperator index) {
    return new JoinSide(join, side, index, index.rows());
  }

  private static int[] indexes(Schema schema, List<String> names) {
    return names.stream().mapToInt(schema::find).toArray();
  }

  /** The changes of this epoch. */
  Batch batch() {
    return input.output();
  }

  RowsByKey kept() {
    return Objects.requireNonNull(rows, "the rows of this side are kept");
  }

  RowChanges changes() {
    return kept().changes();
  }

  /** The index of the key column that a column is, or -1. */
  int keyIndex(int column) {
    for (int k = 0; k < key.length; k++) {
      if (key[k] == column) {
        return k;
      }
    }
    return -1;
  }

  /** The column of a key column. */
  int keyColumn(int index) {
    return key[index];
  }

  /** Looks up the keys of this side's changed rows on the other. */
  void lookUp(JoinSide other) {
    ensure(batch().rows());
    other.kept().find(batch(), probe, otherKeys);
  }

  /**
   * Looks up the rows of the keys of this side's changed rows, where the other has one row of a key
   * at most.
   *
   * @return by row of the batch, the place of the other's row, or -1
   */
  int[] lookUpRows(JoinSide other) {
    ensure(batch().rows());
    other.kept().findRows(batch(), probe, otherKeys);
    return otherKeys;
  }

  private void ensure(int rows) {
    if (otherKeys.length < rows) {
      otherKeys = new int[rows + (rows >> 1)];
    }
  }

  /** The key on the other side of a row of the batch, or -1. */
  int otherKey(int row) {
    return otherKeys[row];
  }
}
