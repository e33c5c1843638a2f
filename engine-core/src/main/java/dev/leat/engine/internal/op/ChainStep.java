package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.state.KeyProbe;
import dev.leat.engine.internal.state.LinkedRows;
import dev.leat.engine.internal.state.RowChanges;
import dev.leat.engine.internal.state.RowsByKey;
import dev.leat.engine.plan.JoinChain;

/**
 * One of the relations beside the base of a chain of joins: what it changed, and which of its rows
 * the keys of the base match.
 */
final class ChainStep {
  private final int index;
  private final LinkedRows rows;
  private final IndexOperator operator;
  private final RowsByKey right;
  private final KeyProbe probe;
  private final boolean isNeeded;
  private final Batch unknown;

  /** By row of a batch: the key that was looked up. */
  private int[] found = new int[0];

  private int[] selected = new int[0];

  /** The keys of the base whose row of the right is another now; one may come twice. */
  private int[] changedKeys = new int[0];

  private int[] changedMatches = new int[0];
  private int changedCount;

  /**
   * A step.
   *
   * @param index of its key in the rows of the base
   * @param baseColumns how many columns the base has
   */
  ChainStep(
      JoinChain.Step step, int index, LinkedRows rows, int baseColumns, IndexOperator operator) {
    this.index = index;
    this.rows = rows;
    this.operator = operator;
    this.right = operator.rows();
    int[] key = step.keys().stream().mapToInt(step.right().schema()::find).toArray();
    this.probe = new KeyProbe(step.right().schema(), key, step.matchesNull());
    this.isNeeded = step.isNeeded();
    this.unknown = new Batch(baseColumns);
  }

  /** Is a row of the base without a row of this left out? */
  boolean isNeeded() {
    return isNeeded;
  }

  /** The rows of the right. */
  RowsByKey right() {
    return right;
  }

  /** Finds the keys whose row is another now; says whether there are any. */
  boolean findChanged() {
    changedCount = 0;
    RowChanges changes = right.changes();
    if (changes.count() == 0) {
      return false;
    }
    Batch batch = operator.output();
    ensureFound(batch.rows());
    rows.find(index, batch, probe, found);
    if (changedKeys.length < changes.count()) {
      changedKeys = new int[changes.count() + (changes.count() >> 1)];
      changedMatches = new int[changedKeys.length];
    }
    for (int c = 0; c < changes.count(); c++) {
      int key = changes.key(c) < 0 ? -1 : found[changes.row(c)];
      if (key < 0) {
        continue;
      }
      int match = right.first(changes.key(c));
      if (match != rows.match(index, key)) {
        changedKeys[changedCount] = key;
        changedMatches[changedCount++] = match;
      }
    }
    return changedCount > 0;
  }

  private void ensureFound(int size) {
    if (found.length < size) {
      found = new int[size + (size >> 1)];
    }
  }

  int changedCount() {
    return changedCount;
  }

  int changedKey(int change) {
    return changedKeys[change];
  }

  /** Has the changed keys match what they match from now on. */
  void applyChanges() {
    for (int c = 0; c < changedCount; c++) {
      rows.match(index, changedKeys[c], changedMatches[c]);
    }
  }

  /** Looks up what the keys of a batch match that are new. */
  void matchNewKeys(Batch in) {
    int[] keys = rows.keysOfRows(index);
    if (selected.length < in.count()) {
      selected = new int[in.count() + (in.count() >> 1)];
    }
    int count = 0;
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      if (rows.match(index, keys[row]) == LinkedRows.UNKNOWN) {
        selected[count++] = row;
      }
    }
    if (count == 0) {
      return;
    }
    for (int c = 0; c < in.columnCount(); c++) {
      unknown.share(c, in.column(c));
    }
    unknown.select(in.rows(), selected, count, null);
    ensureFound(in.rows());
    right.find(unknown, rows.probe(index), found);
    for (int i = 0; i < count; i++) {
      rows.match(index, keys[selected[i]], right.first(found[selected[i]]));
    }
  }
}
