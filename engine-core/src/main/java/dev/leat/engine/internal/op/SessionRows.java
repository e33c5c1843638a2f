package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.internal.state.OrderedRows;
import dev.leat.engine.internal.state.RowOrder;
import dev.leat.engine.plan.SessionColumn;
import dev.leat.engine.plan.Sessionize;
import dev.leat.engine.plan.SortKey;
import java.util.Arrays;
import java.util.List;

/**
 * Rows by time, each with what was said of its session. The words of a row are those of the output,
 * then its weight, how much of that is told, and its partition and key.
 *
 * <p>What is right for a row follows from a neighbour, if that is at most the gap away. A row
 * without one begins a session, whose start is the row's time and whose number is one more than
 * that of the row before; a row with one is in the session of that row. So with ends, from the row
 * behind.
 */
final class SessionRows {
  private final KeyLayout layout;
  private final int inputColumns;
  private final int time;
  private final long gap;
  private final SessionColumn.Kind[] kinds;
  private final boolean hasEnd;
  private final int toldWord;
  private final RowOrder order;
  private final OrderedRows ordered;
  private final long[] probe;

  SessionRows(Sessionize node, Dictionary dictionary) {
    String name = node.sessions().time();
    this.layout = KeyLayout.of(node.schema());
    this.inputColumns = node.input().schema().size();
    this.time = node.schema().find(name);
    this.gap = node.sessions().window().micros();
    this.kinds =
        node.columns().stream().map(SessionColumn::kind).toArray(SessionColumn.Kind[]::new);
    this.hasEnd = Arrays.asList(kinds).contains(SessionColumn.Kind.END);
    int weightWord = layout.stride();
    this.toldWord = weightWord + 1;
    int ownerWord = toldWord + 1;
    this.order =
        new RowOrder(node.input().schema(), layout, List.of(new SortKey(name, false)), dictionary);
    this.ordered =
        new OrderedRows(ownerWord + 1, weightWord, ownerWord, order, dictionary.hashing());
    this.probe = new long[ownerWord + 1];
  }

  KeyLayout layout() {
    return layout;
  }

  RowOrder order() {
    return order;
  }

  OrderedRows ordered() {
    return ordered;
  }

  /** Is anything said that follows from the row behind? */
  boolean hasEnd() {
    return hasEnd;
  }

  /** The row of a batch, with weight 0 if it is new. */
  int findOrAdd(Batch in, int row, int partition) {
    Arrays.fill(probe, 0);
    for (int c = 0; c < inputColumns; c++) {
      Column column = in.column(c);
      if (column.isNull(row)) {
        layout.setNull(probe, 0, c);
      } else {
        probe[c] = column.word(row);
      }
    }
    int slot = ordered.find(partition, probe);
    return slot >= 0 ? slot : ordered.add(partition, probe, 0);
  }

  private long word(int slot, int index) {
    GroupRows words = ordered.rows();
    return words.page(slot)[words.offset(slot) + index];
  }

  private void set(int slot, int index, long word) {
    GroupRows words = ordered.rows();
    words.writable(slot)[words.offset(slot) + index] = word;
  }

  /** How much of a row's weight is told. */
  long told(int slot) {
    return word(slot, toldWord);
  }

  void setTold(int slot, long weight) {
    set(slot, toldWord, weight);
  }

  /** Tells a row with what is said of it now. */
  void tell(PairedChanges changes, int slot, long weight) {
    GroupRows words = ordered.rows();
    changes.add(ordered.number(slot), words.page(slot), words.offset(slot), weight);
  }

  /** Is what follows from the row before said already? */
  boolean isRightForwards(int slot) {
    int before = ordered.previous(slot);
    boolean isSame = true;
    for (int i = 0; i < kinds.length; i++) {
      if (kinds[i] != SessionColumn.Kind.END) {
        isSame &= word(slot, inputColumns + i) == right(slot, before, i);
      }
    }
    return isSame;
  }

  /** Says what follows from the row before. */
  void putRightForwards(int slot) {
    int before = ordered.previous(slot);
    for (int i = 0; i < kinds.length; i++) {
      if (kinds[i] != SessionColumn.Kind.END) {
        set(slot, inputColumns + i, right(slot, before, i));
      }
    }
  }

  /** Is what follows from the row behind said already? */
  boolean isRightBackwards(int slot) {
    int behind = ordered.next(slot);
    boolean isSame = true;
    for (int i = 0; i < kinds.length; i++) {
      if (kinds[i] == SessionColumn.Kind.END) {
        isSame &= word(slot, inputColumns + i) == right(slot, behind, i);
      }
    }
    return isSame;
  }

  /** Says what follows from the row behind. */
  void putRightBackwards(int slot) {
    int behind = ordered.next(slot);
    for (int i = 0; i < kinds.length; i++) {
      if (kinds[i] == SessionColumn.Kind.END) {
        set(slot, inputColumns + i, right(slot, behind, i));
      }
    }
  }

  private long right(int slot, int neighbour, int column) {
    int word = inputColumns + column;
    long own = word(slot, time);
    return switch (kinds[column]) {
      case START -> isNear(neighbour, slot) ? word(neighbour, word) : own;
      case END -> isNear(slot, neighbour) ? word(neighbour, word) : own + gap;
      case NUMBER -> neighbour < 0 ? 1 : word(neighbour, word) + (isNear(neighbour, slot) ? 0 : 1);
    };
  }

  /** Are two neighbours at most the gap apart? That a row's time plus the gap fits is checked. */
  private boolean isNear(int earlier, int later) {
    return earlier >= 0 && later >= 0 && word(later, time) <= word(earlier, time) + gap;
  }
}
