package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Bits;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.LinkedRows;
import dev.leat.engine.plan.JoinChain;
import dev.leat.engine.plan.Schema;
import java.util.Arrays;
import java.util.List;

/**
 * Joins done as one: each row of the base is kept once, and knows its key of each of the relations
 * beside it; each key knows which row it matches, and its rows.
 *
 * <p><b>How.</b> A row of the result depends on one row of the base and at most one of each other
 * relation. So what changes is known row by row: rows of the base that came or went, and those
 * whose key matches another row than before, which the keys lead to. Of each the old row is what
 * its keys matched before this epoch, whose rows are still at their places, and the new one what
 * they match now.
 *
 * <p><b>Cost.</b> In proportion to the changes, and the rows of the base that they reach. Where
 * rows only come, and nothing beside them changed, their columns are shared and not copied.
 */
public final class JoinChainOperator implements Operator {
  private final Operator base;
  private final LinkedRows rows;
  private final ChainStep[] steps;
  private final boolean[] isNeeded;
  private final boolean isNumbered;
  private final ChainRows changed;
  private final ChainColumns columns;

  /** By place: is the row among those that changed already? */
  private long[] isChanged = new long[0];

  /** By row of the batch: the row's number. */
  private int[] numbers = new int[0];

  /**
   * What it reads.
   *
   * @param rights the indexes of the relations beside the base
   * @param isRead for each column of the result, whether anything reads it
   */
  public record Wiring(
      Operator base, List<IndexOperator> rights, boolean[] isRead, Dictionary dictionary) {}

  public JoinChainOperator(JoinChain chain, Wiring wiring) {
    Schema schema = chain.base().schema();
    this.base = wiring.base();
    this.isNumbered = chain.base().isNumbered();
    List<LinkedRows.Key> keys =
        chain.steps().stream()
            .map(
                step ->
                    new LinkedRows.Key(
                        step.left().stream().mapToInt(schema::find).toArray(), step.matchesNull()))
            .toList();
    this.rows = new LinkedRows(schema, keys, isNumbered, wiring.dictionary().hashing());
    this.steps = new ChainStep[keys.size()];
    this.isNeeded = new boolean[keys.size()];
    for (int k = 0; k < steps.length; k++) {
      steps[k] =
          new ChainStep(chain.steps().get(k), k, rows, schema.size(), wiring.rights().get(k));
      isNeeded[k] = steps[k].isNeeded();
    }
    this.changed = new ChainRows(steps.length);
    this.columns = new ChainColumns(chain, rows, steps, wiring.isRead());
  }

  @Override
  public void step() {
    Batch in = base.output();
    boolean isRightChanged = false;
    for (ChainStep step : steps) {
      isRightChanged |= step.findChanged();
    }
    changed.clear();
    if (!in.isEmpty()) {
      findKeys(in);
    }
    if (isRightChanged || takesBack(in)) {
      change(in, isRightChanged);
    } else if (in.isEmpty()) {
      columns.clear();
    } else {
      add(in);
    }
  }

  private static boolean takesBack(Batch in) {
    for (int i = 0; i < in.count(); i++) {
      if (in.weight(in.row(i)) < 0) {
        return true;
      }
    }
    return false;
  }

  private void findKeys(Batch in) {
    int[] before = new int[steps.length];
    Arrays.setAll(before, rows::keyCount);
    rows.findKeys(in);
    for (int k = 0; k < steps.length; k++) {
      if (rows.keyCount(k) > before[k]) {
        steps[k].matchNewKeys(in);
      }
    }
  }

  /** Nothing but new rows of the base. */
  private void add(Batch in) {
    if (!isNumbered && numbers.length < in.rows()) {
      numbers = new int[in.rows() + (in.rows() >> 1)];
    }
    int[] given = isNumbered ? rows.numbers(in) : numbers;
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      int place = rows.add(row, given[row]);
      if (!isNumbered) {
        numbers[row] = place;
      }
      matchRow(row, changed.add(row, place, given[row], 1));
    }
    changed.dropUnmatched(isNeeded);
    columns.share(in, changed, given);
  }

  /** Sets what the keys of a row of the batch match now. */
  private void matchRow(int row, int index) {
    for (int k = 0; k < steps.length; k++) {
      changed.match(k, index, rows.match(k, rows.keysOfRows(k)[row]));
    }
  }

  /** Sets what the keys of a kept row match now. */
  private void matchPlace(int place, int index) {
    for (int k = 0; k < steps.length; k++) {
      changed.match(k, index, rows.match(k, rows.key(k, place)));
    }
  }

  private void change(Batch in, boolean isRightChanged) {
    int ofBatch = takeBack(in);
    if (isRightChanged) {
      for (int k = 0; k < steps.length; k++) {
        reach(k);
      }
      for (ChainStep step : steps) {
        step.applyChanges();
      }
    }
    for (int i = 0; i < ofBatch; i++) {
      if (changed.weight(i) > 0) {
        int row = changed.row(i);
        int place = rows.add(row, changed.number(i));
        changed.setPlace(i, place, rows.number(place));
        matchRow(row, i);
      }
    }
    for (int i = ofBatch; i < changed.count(); i++) {
      if (changed.weight(i) > 0) {
        Bits.clear(isChanged, changed.place(i));
        matchPlace(changed.place(i), i);
      }
    }
    changed.dropUnmatched(isNeeded);
    columns.gather(changed);
    rows.release();
  }

  /** Takes rows back; notes those that come, too, which are added when their keys match anew. */
  private int takeBack(Batch in) {
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      if (in.weight(row) > 0) {
        changed.add(row, -1, isNumbered ? rows.numbers(in)[row] : -1, 1);
        continue;
      }
      int number = rows.numbers(in)[row];
      int place = rows.place(number);
      matchPlace(place, changed.add(row, place, number, -1));
      rows.remove(place);
    }
    return changed.count();
  }

  /** Notes the rows, old and new, of keys that match another row of a step now. */
  private void reach(int k) {
    int needed = Bits.wordsFor(rows.bound());
    if (isChanged.length < needed) {
      isChanged = Arrays.copyOf(isChanged, needed + (needed >> 1));
    }
    ChainStep step = steps[k];
    for (int c = 0; c < step.changedCount(); c++) {
      for (int place = rows.first(k, step.changedKey(c)); place >= 0; place = rows.next(k, place)) {
        if (!Bits.get(isChanged, place)) {
          Bits.set(isChanged, place);
          int number = rows.number(place);
          matchPlace(place, changed.add(-1, place, number, -1));
          changed.add(-1, place, number, 1);
        }
      }
    }
  }

  @Override
  public Batch output() {
    return columns.output();
  }

  @Override
  public long stateBytes() {
    return rows.stateBytes();
  }

  @Override
  public void mark(CodeSet live) {
    rows.mark(live);
  }

  @Override
  public StateImage capture() {
    return rows.capture();
  }

  @Override
  public void restore(StateReader in) {
    rows.restore(in);
  }
}
