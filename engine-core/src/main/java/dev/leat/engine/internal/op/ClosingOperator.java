package dev.leat.engine.internal.op;

import com.carrotsearch.hppc.IntArrayList;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.plan.ClosingAggregate;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Windowed;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Aggregates over windows that close. A step looks at three things in this order: which of the rows
 * that came are late, by the watermark as it was before; what the others make of their groups; and
 * which groups the watermark, as it is now, closes. A closed group gives its row, and is forgotten.
 *
 * <p>The groups are those of an {@link AggregateOperator} whose changes nobody reads. Beside them
 * stands when they close, in order, which follows from their keys and is made anew on restoring.
 */
public final class ClosingOperator implements Closing {
  private static final int WINDOW_BYTES = 120;

  private final Batch open;
  private final GroupsOperator groups;

  /** The groups if they are put together by pane; else null. */
  private final @Nullable HoppingOperator byPane;

  private final Operator input;
  private final Schema schema;
  private final String place;
  private final Failures failures;
  private final ClosingTime time;
  private final ClosedRows closed;

  /** The place of the window's end in the input and in the keys; of its start, or -1. */
  private final int endColumn;

  private final int endKey;
  private final int startColumn;

  /** Null unless groups are put together by pane. */
  private final @Nullable OpenWindows windows;

  /** The groups by the end of their window, and which are there. */
  private final TreeMap<Long, IntArrayList> byEnd = new TreeMap<>();

  private final BitSet known = new BitSet();
  private int[] selection = new int[0];

  public ClosingOperator(ClosingAggregate node, Operator input, Wiring wiring) {
    this.input = node.live().isByPane() ? input.panes() : input;
    this.schema = node.input().schema();
    this.place = node.describe();
    this.failures = wiring.failures();
    this.time = new ClosingTime(wiring.sources(), node.latenessMicros());
    this.endColumn = schema.find(node.end());
    this.endKey = node.live().keys().indexOf(node.end());
    this.startColumn = schema.find(Windowed.START);
    this.open = new Batch(schema.size());
    Operator rows = new OpenRows(open);
    if (node.live().isByPane()) {
      this.windows = new OpenWindows((Windowed) node.input());
      this.byPane = new HoppingOperator(node.live(), rows, wiring.dictionary(), wiring.failures());
      this.groups = byPane;
    } else {
      this.windows = null;
      this.byPane = null;
      this.groups =
          new AggregateOperator(node.live(), rows, wiring.dictionary(), wiring.failures());
    }
    this.closed = new ClosedRows(node.schema().size());
  }

  @Override
  public void readFrom(List<Operator> inputs) {
    input.addReader();
  }

  @Override
  public @Nullable Waiting waiting() {
    if (byEnd.isEmpty()) {
      return null;
    }
    long end = byEnd.firstKey();
    int open = byEnd.firstEntry().getValue().size();
    return new Waiting("the window that ends at", end, time.reaching(end), open);
  }

  @Override
  public ClosingTime time() {
    return time;
  }

  @Override
  public String place() {
    return place;
  }

  @Override
  public long given() {
    return closed.given();
  }

  @Override
  public void step() {
    takeOpen(input.output());
    groups.step();
    noteGroups();
    time.advance();
    close();
  }

  /** Selects the rows whose windows are open, reports the others. */
  private void takeOpen(Batch in) {
    if (in.isEmpty()) {
      open.clear();
      return;
    }
    long until = time.reached();
    if (byPane != null && windows != null) {
      byPane.closeUntil(until);
      windows.select(
          in,
          until,
          open,
          (copy, row) -> failures.report(place, late(copy, row, until), schema, copy, row));
      return;
    }
    Operators.shareColumns(in, open);
    long[] ends = in.column(endColumn).words();
    if (areAllOpen(in, ends, until)) {
      open.select(in.rows(), in.selection(), in.count(), in.weights());
      open.number(in.slots());
      return;
    }
    if (selection.length < in.count()) {
      selection = new int[in.count() + (in.count() >> 1)];
    }
    int count = 0;
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      if (ends[row] > until || !time.isKnown()) {
        selection[count++] = row;
      } else {
        failures.report(place, late(in, row, until), schema, in, row);
      }
    }
    open.select(in.rows(), selection, count, in.weights());
    open.number(in.slots());
  }

  /** Is none late, as is mostly so? Then rows need not be selected. */
  private boolean areAllOpen(Batch in, long[] ends, long until) {
    int[] some = in.selection();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < in.count(); i++) {
      least = Math.min(least, ends[some == null ? i : some[i]]);
    }
    return least > until || !time.isKnown();
  }

  private String late(Batch in, int row, long until) {
    long end = in.column(endColumn).word(row);
    StringBuilder text = new StringBuilder("late, its window is closed:");
    if (startColumn >= 0) {
      Column starts = in.column(startColumn);
      if (starts.words().length > row) {
        text.append(" window_start=").append(Words.toInstant(starts.word(row)));
      }
    }
    return text.append(" window_end=")
        .append(Words.toInstant(end))
        .append(" watermark=")
        .append(Words.toInstant(time.watermark()))
        .append(" late_by=")
        .append(Duration.of(until - end, ChronoUnit.MICROS))
        .toString();
  }

  /** Notes when groups close that were not there before. */
  private void noteGroups() {
    if (open.isEmpty()) {
      return;
    }
    for (int i = 0; i < groups.touchedCount(); i++) {
      note(groups.touchedSlot(i));
    }
  }

  private void note(int slot) {
    if (!known.get(slot)) {
      known.set(slot);
      GroupRows rows = groups.groups();
      long end = rows.page(slot)[rows.offset(slot) + endKey];
      byEnd.computeIfAbsent(end, e -> new IntArrayList()).add(slot);
    }
  }

  private void close() {
    IntArrayList ending = new IntArrayList();
    long until = time.reached();
    while (time.isKnown() && !byEnd.isEmpty() && byEnd.firstKey() <= until) {
      int[] slots = byEnd.pollFirstEntry().getValue().toArray();
      // In an order that follows from the state alone.
      Arrays.sort(slots);
      ending.add(slots);
    }
    if (ending.isEmpty()) {
      closed.output().clear();
      return;
    }
    int[] slots = ending.toArray();
    groups.end(slots);
    for (int slot : slots) {
      known.clear(slot);
    }
    closed.give(groups.output());
  }

  @Override
  public Batch output() {
    return closed.output();
  }

  @Override
  public long stateBytes() {
    // Of a window: an entry of a tree, its boxed key, a list and its array. Of a group: its slot in
    // such a list, and a bit.
    return groups.stateBytes()
        + (long) byEnd.size() * WINDOW_BYTES
        + (long) groups.groups().size() * Integer.BYTES
        + known.size() / Byte.SIZE;
  }

  @Override
  public void mark(CodeSet live) {
    groups.mark(live);
  }

  @Override
  public StateImage capture() {
    StateImage ofGroups = groups.capture();
    long reached = time.watermark();
    int soFar = closed.given();
    return out -> {
      out.writeLong(reached);
      out.writeInt(soFar);
      ofGroups.writeTo(out);
    };
  }

  @Override
  public void restore(StateReader in) {
    time.restore(in.readLong());
    closed.restore(in.readInt());
    groups.restore(in);
    boolean[] isFree = groups.groups().isFree();
    for (int slot = 0; slot < isFree.length; slot++) {
      if (!isFree[slot]) {
        note(slot);
      }
    }
  }
}
