package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.GroupKeys;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.internal.state.TouchedRows;
import dev.leat.engine.plan.Schema;
import java.util.Arrays;

/**
 * The owners of windows, which are what rows are grouped by beside the window: each has a number
 * for as long as it has a window.
 */
final class PaneOwners {
  private final GroupKeys keys;
  private final KeyLayout layout;
  private final KeyLayout windowLayout;

  /** For each column of an owner's key, its place in the key of a window. */
  private final int[] places;

  private final long[] key;

  /** The word of an owner that counts its windows. */
  private final int word;

  /**
   * No owners.
   *
   * @param columns of the rows, in the order of the windows' key
   * @param windowColumns the columns of the windows' key
   */
  PaneOwners(Schema schema, int[] columns, int[] windowColumns, Hashing hashing) {
    this.keys = GroupKeys.of(schema, columns, 1, hashing);
    this.layout = GroupKeys.layout(schema, columns);
    this.windowLayout = GroupKeys.layout(schema, windowColumns);
    this.places =
        Arrays.stream(columns)
            .map(c -> Arrays.stream(windowColumns).boxed().toList().indexOf(c))
            .toArray();
    this.key = new long[layout.stride()];
    this.word = layout.stride();
  }

  /** Finds them. */
  GroupKeys keys() {
    return keys;
  }

  /** Counts the windows that a step brought and ended, and forgets owners that have none. */
  void count(StepPanes panes, TouchedRows touched, int[] windowAt) {
    int life = windowLayout.stride();
    for (int w = 0; w < panes.windows(); w++) {
      int at = windowAt[w] / touched.stride();
      int existed = touched.before(at, life) != 0 ? 1 : 0;
      int exists = touched.word(at, life) != 0 ? 1 : 0;
      if (exists != existed) {
        GroupRows rows = keys.rows();
        int owner = panes.ownerOfWindow(w);
        rows.writable(owner)[rows.offset(owner) + word] += exists - existed;
      }
      boolean isLast =
          w + 1 == panes.windows() || panes.ownerOfWindow(w) != panes.ownerOfWindow(w + 1);
      if (isLast) {
        removeUnused(panes.ownerOfWindow(w));
      }
    }
  }

  private void removeUnused(int owner) {
    GroupRows rows = keys.rows();
    if (rows.page(owner)[rows.offset(owner) + word] == 0) {
      keys.remove(owner);
    }
  }

  /** Takes one from the count of the owner of a window that ends. */
  void endWindow(GroupRows windows, int slot) {
    long[] page = windows.page(slot);
    int row = windows.offset(slot);
    Arrays.fill(key, 0);
    for (int k = 0; k < places.length; k++) {
      if (windowLayout.isNull(page, row, places[k])) {
        layout.setNull(key, 0, k);
      } else {
        key[k] = page[row + places[k]];
      }
    }
    int owner = keys.find(key);
    assert owner >= 0 : "a window without an owner";
    GroupRows rows = keys.rows();
    rows.writable(owner)[rows.offset(owner) + word]--;
    removeUnused(owner);
  }

  long bytes() {
    return keys.bytes();
  }

  void mark(CodeSet live) {
    keys.mark(live);
  }

  StateImage capture() {
    return keys.capture();
  }

  void restore(StateReader in) {
    keys.restore(in);
  }
}
