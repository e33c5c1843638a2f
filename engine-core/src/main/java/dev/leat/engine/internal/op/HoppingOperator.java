package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.GroupKeys;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.internal.state.TouchedRows;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.Windowed;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Aggregates over windows that overlap. A row is folded once, into a group of its pane: the times
 * that are in the same windows. At the end of the step each group of a pane is taken into those of
 * its windows, so that what the number of windows costs is paid for each pane that the step
 * touches, and not for each row. The idea is that of panes (Li et al., No Pane, No Gain, 2005).
 *
 * <p>What is kept are the groups of the windows, as an {@link AggregateOperator} has them; those of
 * panes end with the step. Distinct values cannot be added up: {@link PaneCountAccumulator} keeps
 * their sets by pane, and by <i>owner</i>, which is what rows are grouped by beside the window.
 *
 * <p>Groups of panes and of windows are rows of the same {@link GroupRows}, so that accumulators
 * need not know which is which. Those of panes have no key, and are touched first.
 */
public final class HoppingOperator implements GroupsOperator {
  private final Operator input;
  private final String place;
  private final Schema inputSchema;
  private final KeyLayout keyLayout;
  private final GroupKeys keys;
  private final GroupRows rows;
  private final TouchedRows touched;
  private final GroupedRows groups = new GroupedRows();
  private final GroupFolds folds;
  private final List<PaneCountAccumulator> distinct = new ArrayList<>();
  private final GroupResults results;
  private final StepPanes panes;

  /** Null if they are not kept, or there is but one. */
  private final @Nullable PaneOwners owners;

  private final long windowMicros;
  private final Failures failures;
  private final RowErrors errors = new RowErrors();
  private final OpenWindows windows;
  private final Batch valid;
  private int[] windowSlots = new int[16];
  private int[] windowAt = new int[16];
  private int[] paneSlots = new int[16];
  private int[] paneAt = new int[16];

  /** How many panes the last step had. */
  private int paneCount;

  private long closedUntil = Long.MIN_VALUE;
  private int readers;

  /** Were the changes of the last step made, if there were any? */
  private boolean areChangesMade;

  /**
   * An operator for an aggregate.
   *
   * @param node one that is done by pane
   * @param input the panes of its windows
   */
  public HoppingOperator(
      Node.Aggregate node, Operator input, Dictionary dictionary, Failures failures) {
    Windowed windowed = (Windowed) node.input();
    this.input = input;
    this.place = node.describe();
    this.inputSchema = windowed.schema();
    int[] columns = node.keys().stream().mapToInt(inputSchema::find).toArray();
    int start = inputSchema.find(Windowed.START);
    int end = inputSchema.find(Windowed.END);
    int[] others = IntStream.of(columns).filter(c -> c != start && c != end).toArray();
    this.keyLayout = GroupKeys.layout(inputSchema, columns);
    boolean areOwnersKept =
        others.length > 0 && node.calls().stream().anyMatch(GroupFolds::isDistinctCount);
    this.owners =
        areOwnersKept ? new PaneOwners(inputSchema, others, columns, dictionary.hashing()) : null;
    this.panes =
        new StepPanes(
            windowed, others, owners == null ? null : owners.keys(), dictionary.hashing());
    List<Type> types =
        node.schema().fields().subList(columns.length, node.schema().size()).stream()
            .map(Field::type)
            .toList();
    this.folds =
        new GroupFolds(
            node.calls(),
            new GroupFolds.Rows(
                inputSchema, columns, node.input().isAppendOnly(), dictionary, panes),
            keyLayout.stride(),
            types);
    for (Accumulator accumulator : folds.accumulators()) {
      if (accumulator instanceof PaneCountAccumulator counts) {
        distinct.add(counts);
      }
    }
    this.keys =
        GroupKeys.of(
            inputSchema, columns, folds.stride() - keyLayout.stride(), dictionary.hashing());
    this.rows = keys.rows();
    this.touched = new TouchedRows(rows, keyLayout.stride(), folds.initial());
    this.results = new GroupResults(place, node.schema(), keyLayout, folds, failures);
    this.windowMicros = windowed.window().sizeMicros();
    this.failures = failures;
    this.windows = new OpenWindows(windowed);
    this.valid = new Batch(inputSchema.size());
  }

  @Override
  public void readFrom(List<Operator> inputs) {
    input.addReader();
  }

  /**
   * Says that windows are closed that end at a time or before. Each row that comes has one that is
   * not.
   */
  void closeUntil(long time) {
    closedUntil = time;
    long forgotten = time - windowMicros;
    if (forgotten < time) {
      distinct.forEach(counts -> counts.forgetBefore(forgotten + 1));
    }
  }

  @Override
  public void step() {
    Batch in = input.output();
    areChangesMade = readers > 0 || in.isEmpty();
    results.output().clear();
    touched.start();
    paneCount = 0;
    Batch evaluated = evaluate(in);
    if (!evaluated.isEmpty()) {
      fold(evaluated);
    }
  }

  /** Evaluates conditions and operands; gives the rows for which none failed. */
  private Batch evaluate(Batch in) {
    if (in.isEmpty()) {
      return in;
    }
    errors.clear();
    folds.evaluate(in, errors);
    if (errors.isEmpty()) {
      return in;
    }
    windows.exclude(
        in,
        errors,
        closedUntil,
        valid,
        (copy, row) -> failures.report(place, errors.reason(row), inputSchema, copy, row));
    errors.clear();
    folds.evaluate(valid, errors);
    assert errors.isEmpty() : "a row failed only the second time";
    return valid;
  }

  private void fold(Batch in) {
    panes.find(in, closedUntil);
    touchPanes(in);
    touchWindows();
    groups.within(touched, in);
    folds.add(groups, in);
    addToWindows();
    for (Accumulator accumulator : folds.accumulators()) {
      accumulator.settle(touched);
    }
    if (owners != null) {
      owners.count(panes, touched, windowAt);
    }
    if (areChangesMade) {
      touched.storeWithImage();
      results.emit(touched);
    } else {
      touched.store();
    }
    endGroups();
  }

  /** Makes a group for each pane, and says of each row which is its. */
  private void touchPanes(Batch in) {
    paneCount = panes.count();
    if (paneSlots.length < paneCount) {
      paneSlots = new int[paneCount + (paneCount >> 1)];
      paneAt = new int[paneSlots.length];
    }
    for (int p = 0; p < paneCount; p++) {
      paneSlots[p] = rows.add();
      paneAt[p] = touched.touch(paneSlots[p]);
    }
    groups.ensure(in.rows());
    int[] slots = groups.slots();
    int[] at = groups.at();
    int[] paneOf = panes.paneOf();
    int[] selection = in.selection();
    for (int i = 0; i < in.count(); i++) {
      int row = selection == null ? i : selection[i];
      slots[row] = paneSlots[paneOf[row]];
      at[row] = paneAt[paneOf[row]];
    }
  }

  private void touchWindows() {
    Batch windowRows = panes.windowRows();
    if (windowSlots.length < windowRows.rows()) {
      windowSlots = new int[windowRows.rows() + (windowRows.rows() >> 1)];
      windowAt = new int[windowSlots.length];
    }
    keys.findOrAdd(windowRows, windowSlots);
    touched.touch(windowRows, windowSlots, windowAt);
  }

  /** Takes the groups of panes into those of their windows. */
  private void addToWindows() {
    long[] words = touched.words();
    for (int p = 0; p < paneCount; p++) {
      int first = panes.place(p);
      int end = first + panes.open(p);
      for (int w = first; w < end; w++) {
        folds.merge(new GroupMerge(words, paneAt[p], windowAt[w], paneSlots[p], windowSlots[w]));
      }
      // It does not exist any more.
      words[paneAt[p] + keyLayout.stride()] = 0;
    }
    for (PaneCountAccumulator counts : distinct) {
      counts.addToWindows(words, windowAt);
    }
  }

  private void endGroups() {
    for (int i = 0; i < touched.endedCount(); i++) {
      int slot = touched.ended(i);
      for (Accumulator accumulator : folds.accumulators()) {
        accumulator.clear(slot);
      }
      // Panes were touched first, so they ended first.
      if (i < paneCount) {
        rows.remove(slot);
      } else {
        keys.remove(slot);
      }
    }
  }

  @Override
  public void end(int[] ending) {
    results.emitEnding(rows, ending);
    areChangesMade = true;
    BitSet slots = new BitSet();
    for (int slot : ending) {
      slots.set(slot);
      if (owners != null) {
        owners.endWindow(rows, slot);
      }
    }
    folds.accumulators().forEach(accumulator -> accumulator.end(slots));
    slots.stream().forEach(keys::remove);
  }

  @Override
  public @Nullable AggregateRows stored(Schema view) {
    return results.stored(view, rows, keys);
  }

  @Override
  public GroupRows groups() {
    return rows;
  }

  @Override
  public int touchedCount() {
    return touched.count() - paneCount;
  }

  @Override
  public int touchedSlot(int index) {
    return touched.slots()[paneCount + index];
  }

  @Override
  public void addReader() {
    readers++;
  }

  @Override
  public void removeReader() {
    readers--;
  }

  @Override
  public Batch output() {
    if (!areChangesMade) {
      throw new IllegalStateException(
          "nobody said before the step that changes are read: " + place);
    }
    return results.output();
  }

  @Override
  public long stateBytes() {
    long bytes = keys.bytes() + touched.stateBytes() + (owners == null ? 0 : owners.bytes());
    for (Accumulator accumulator : folds.accumulators()) {
      bytes += accumulator.besideBytes();
    }
    return bytes;
  }

  @Override
  public void mark(CodeSet live) {
    keys.mark(live);
    if (owners != null) {
      owners.mark(live);
    }
    boolean[] isFree = rows.isFree();
    for (Accumulator accumulator : folds.accumulators()) {
      accumulator.mark(live);
      for (int slot = 0; slot < isFree.length; slot++) {
        if (!isFree[slot]) {
          accumulator.mark(rows.page(slot), rows.offset(slot), live);
        }
      }
    }
  }

  @Override
  public StateImage capture() {
    List<StateImage> images = new ArrayList<>();
    images.add(keys.capture());
    if (owners != null) {
      images.add(owners.capture());
    }
    folds.accumulators().forEach(accumulator -> images.add(accumulator.capture()));
    return out -> images.forEach(image -> image.writeTo(out));
  }

  @Override
  public void restore(StateReader in) {
    keys.restore(in);
    if (owners != null) {
      owners.restore(in);
    }
    folds.accumulators().forEach(accumulator -> accumulator.restore(in));
  }
}
