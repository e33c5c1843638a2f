package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.OrderedRows;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Sessionize;

/**
 * Rows beside what is said of their sessions.
 *
 * <p><b>How.</b> The rows of a key lie in {@link OrderedRows} by time, distinct ones with a weight,
 * each with what was said of its session. What is right for a row follows from its own time and
 * from one neighbour: start and number of a session from the row before, its end from the row
 * behind ({@link SessionRows}). So a step puts in and takes out what came and went, and then goes
 * from each such place forwards, and for ends backwards, as far as something changes: a merge or a
 * split costs the rows whose sessions are others now, a row in the middle of a session costs
 * nothing beside itself. Places are taken in their order, so that no row is put right twice.
 */
public final class SessionizeOperator implements Operator {
  private final Operator input;
  private final Schema inputSchema;
  private final SessionTimes times;
  private final RowFilter failedRows;
  private final RowErrors errors = new RowErrors();
  private final Batch valid;
  private final boolean isKeyed;
  private final SessionRows rows;
  private final OrderedRows ordered;
  private final Partitions partitions;
  private final OrderedState state;
  private final Consolidator consolidator;
  private final Batch consolidated;
  private final PairedChanges changes;
  private final TouchedSlots touched = new TouchedSlots();
  private final TouchedSlots changed = new TouchedSlots();
  private final SlotSort sort;
  private final Batch output;

  /** Of each touched row in order: where to begin forwards, and where backwards; or none. */
  private int[] forwards = new int[0];

  private int[] backwards = new int[0];

  public SessionizeOperator(
      Sessionize node, Operator input, Dictionary dictionary, Failures failures) {
    this.input = input;
    this.inputSchema = node.input().schema();
    this.times = new SessionTimes(node.sessions(), inputSchema);
    this.failedRows = new RowFilter(node.describe(), inputSchema, failures);
    this.valid = new Batch(inputSchema.size());
    this.isKeyed = node.key().isPresent();
    this.rows = new SessionRows(node, dictionary);
    this.ordered = rows.ordered();
    this.partitions = new Partitions(inputSchema, node.sessions().by(), dictionary.hashing());
    this.state = new OrderedState(partitions, ordered, rows.layout());
    this.consolidator = new Consolidator(inputSchema, dictionary.hashing());
    this.consolidated = new Batch(inputSchema.size());
    this.changes = new PairedChanges(node.schema(), isKeyed);
    this.sort = new SlotSort(this::compare);
    this.output = new Batch(node.schema().size());
  }

  @Override
  public void step() {
    Batch in = input.output();
    if (in.isEmpty()) {
      output.clear();
      return;
    }
    rows.order().refresh();
    changes.start();
    touched.start();
    changed.start();
    consolidator.consolidate(timed(in), consolidated);
    consolidated.number(in.slots());
    apply(consolidated);
    int[] places = sort.sort(touched);
    takeOut(places);
    for (int i = 0; i < touched.size(); i++) {
      putRightForwards(forwards[i]);
    }
    for (int i = touched.size() - 1; i >= 0; i--) {
      putRightBackwards(backwards[i]);
    }
    for (int i = 0; i < changed.size(); i++) {
      tell(changed.slot(i));
    }
    changes.writeTo(output);
  }

  /** The rows that have times. */
  private Batch timed(Batch in) {
    errors.clear();
    times.check(in, errors);
    if (errors.isEmpty()) {
      return in;
    }
    Operators.shareColumns(in, valid);
    failedRows.exclude(in, errors, valid);
    return valid;
  }

  private void apply(Batch in) {
    int[] partitionOf = partitions.find(in);
    int[] numbers = in.slots();
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      long weight = in.weight(row);
      int slot = rows.findOrAdd(in, row, partitionOf[row]);
      if (isKeyed && numbers != null && weight > 0) {
        ordered.setNumber(slot, numbers[row]);
      }
      ordered.addWeight(slot, weight);
      touched.touch(slot);
    }
  }

  private int compare(int a, int b) {
    int compared = Integer.compare(ordered.partition(a), ordered.partition(b));
    return compared != 0 ? compared : ordered.compare(a, b);
  }

  /**
   * Removes the touched rows that have gone, and notes where to begin.
   *
   * @param places the touched rows, in order
   */
  private void takeOut(int[] places) {
    int count = touched.size();
    if (forwards.length < count) {
      forwards = new int[count + (count >> 1)];
      backwards = new int[forwards.length];
    }
    // From the last on, so that the row behind one that goes is one that stays.
    for (int i = count - 1; i >= 0; i--) {
      int slot = places[i];
      if (ordered.weight(slot) != 0) {
        changed.touch(slot);
        forwards[i] = slot;
        backwards[i] = slot;
        continue;
      }
      retract(slot);
      int partition = ordered.partition(slot);
      forwards[i] = ordered.next(slot);
      ordered.remove(slot);
      backwards[i] = OrderedRows.NONE;
      if (ordered.isEmpty(partition)) {
        partitions.remove(partition);
      } else if (rows.hasEnd()) {
        int behind = forwards[i];
        backwards[i] = behind < 0 ? ordered.last(partition) : ordered.previous(behind);
      }
    }
  }

  private void retract(int slot) {
    long told = rows.told(slot);
    if (told != 0) {
      rows.tell(changes, slot, -told);
      rows.setTold(slot, 0);
    }
  }

  private void putRightForwards(int from) {
    int slot = from;
    while (slot >= 0) {
      boolean isSame = rows.isRightForwards(slot);
      if (!isSame) {
        retract(slot);
        changed.touch(slot);
        rows.putRightForwards(slot);
      }
      if (isSame && slot != from) {
        return;
      }
      slot = ordered.next(slot);
    }
  }

  private void putRightBackwards(int from) {
    if (!rows.hasEnd()) {
      return;
    }
    int slot = from;
    while (slot >= 0) {
      boolean isSame = rows.isRightBackwards(slot);
      if (!isSame) {
        retract(slot);
        changed.touch(slot);
        rows.putRightBackwards(slot);
      }
      if (isSame && slot != from) {
        return;
      }
      slot = ordered.previous(slot);
    }
  }

  private void tell(int slot) {
    long untold = ordered.weight(slot) - rows.told(slot);
    if (untold != 0) {
      rows.tell(changes, slot, untold);
      rows.setTold(slot, ordered.weight(slot));
    }
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public long stateBytes() {
    return state.bytes();
  }

  @Override
  public void mark(CodeSet live) {
    state.mark(live);
  }

  @Override
  public StateImage capture() {
    return state.capture();
  }

  @Override
  public void restore(StateReader in) {
    state.restore(in);
  }
}
