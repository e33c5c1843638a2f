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
import dev.leat.engine.internal.state.SessionKeys;
import dev.leat.engine.internal.state.TouchedRows;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Distinct;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.SessionAggregate;
import dev.leat.engine.plan.Sessions;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Groups and aggregates, also {@code distinct}, which is grouping by all columns.
 *
 * <p><b>How.</b> All that is kept of a group lies in one row of words: its key, whether it exists,
 * and the words of its aggregates. A step finds the rows that the batch touches, copies them to
 * where they lie one behind the other, folds the batch into the copies, and writes back those that
 * differ. The results of a group follow from its row, so the rows as they were and as they are give
 * old (-1) and new (+1) of each group that changed: once for the whole epoch, whatever the number
 * of rows, in the order in which groups were first touched. Groups that are touched and do not
 * change, as those of flags that were set before, cost no more than the comparison.
 *
 * <p>Sessions of append-only rows are groups whose keys {@link SessionKeys} makes. Where it puts
 * two into one, the state of the one is taken into that of the other before the batch is folded.
 *
 * <p>Where flags are all that is kept of a group, they are set in its row itself, without a copy,
 * if nobody reads what the row was. Readers who do not read the keys get counts of groups by their
 * flags instead of groups ({@link FlagPatterns}).
 *
 * <p>A group without rows ends, and its number is given out again; only the one group of an
 * aggregate without keys is always there.
 */
public final class AggregateOperator implements GroupsOperator {
  private final Operator input;
  private final int keyColumns;
  private final KeyLayout keyLayout;

  /** Null for an aggregate without keys, which has one group. */
  private final @Nullable GroupKeys keys;

  /** Null unless groups are sessions. */
  private final @Nullable SessionTimes times;

  private final GroupRows rows;
  private final TouchedRows touched;
  private final GroupedRows groups = new GroupedRows();
  private final GroupFolds folds;
  private final List<Accumulator> accumulators;
  private final GroupResults results;

  /** The changes for those who do not read the keys; null if these are as many. */
  private final @Nullable FlagPatterns patterns;

  /** How many read the changes. */
  private int readers;

  /** How many read the changes without the keys. */
  private int patternReaders;

  /** Were the changes of the last step made, if there were any? */
  private boolean areChangesMade;

  private final RowErrors errors = new RowErrors();
  private final RowFilter failedRows;
  private final String place;
  private final Batch valid;

  /** An operator for an aggregate. */
  public AggregateOperator(
      Node.Aggregate node, Operator input, Dictionary dictionary, Failures failures) {
    this(node, node.input(), node.keys(), node.calls(), new Wiring(input, dictionary, failures));
  }

  /** An operator for the distinct rows of a relation. */
  public AggregateOperator(
      Distinct node, Operator input, Dictionary dictionary, Failures failures) {
    this(
        node,
        node.input(),
        node.schema().names(),
        List.of(),
        new Wiring(input, dictionary, failures));
  }

  /** An operator for the sessions of a relation. */
  public AggregateOperator(
      SessionAggregate node, Operator input, Dictionary dictionary, Failures failures) {
    this(
        node,
        node.input(),
        withTime(node.sessions()),
        node.calls(),
        new Wiring(input, dictionary, failures, node.sessions()));
  }

  /** What the keys of sessions are made of. */
  private static List<String> withTime(Sessions sessions) {
    List<String> names = new ArrayList<>(sessions.by());
    names.add(sessions.time());
    return names;
  }

  private record Wiring(
      Operator input, Dictionary dictionary, Failures failures, @Nullable Sessions sessions) {
    private Wiring(Operator input, Dictionary dictionary, Failures failures) {
      this(input, dictionary, failures, null);
    }

    /** Keys of some columns of the input, or of sessions. */
    private GroupKeys keys(Schema schema, int[] columns, int payload, GroupFolds folds) {
      return sessions == null
          ? GroupKeys.of(schema, columns, payload, dictionary.hashing())
          : new SessionKeys(
              schema,
              columns,
              payload,
              new SessionKeys.Span(folds.wordOfFirst(), sessions.window().micros()),
              dictionary.hashing());
    }
  }

  private AggregateOperator(
      Node node, Node from, List<String> keyNames, List<AggregateCall> aggregates, Wiring wiring) {
    this.place = node.describe();
    Schema schema = node.schema();
    this.keyColumns = keyNames.size();
    Schema inputSchema = from.schema();
    int[] columns = keyNames.stream().mapToInt(inputSchema::find).toArray();
    this.keyLayout = GroupKeys.layout(inputSchema, columns);
    boolean isGlobal = keyNames.isEmpty();
    List<Type> results =
        schema.fields().subList(keyColumns, schema.size()).stream().map(Field::type).toList();
    this.folds =
        new GroupFolds(
            aggregates,
            new GroupFolds.Rows(inputSchema, columns, from.isAppendOnly(), wiring.dictionary()),
            keyLayout.stride(),
            results);
    this.accumulators = folds.accumulators();
    this.input = folds.canFail() ? wiring.input() : wiring.input().reading(folds.columnsRead());
    this.patterns = patterns();
    this.results = new GroupResults(place, schema, keyLayout, folds, wiring.failures());
    int payload = folds.stride() - keyLayout.stride();
    this.keys = isGlobal ? null : wiring.keys(inputSchema, columns, payload, folds);
    this.times =
        wiring.sessions() == null ? null : new SessionTimes(wiring.sessions(), inputSchema);
    this.rows = keys == null ? new GroupRows(folds.stride()) : keys.rows();
    this.touched = new TouchedRows(rows, keyLayout.stride(), folds.initial());
    this.failedRows = new RowFilter(place, inputSchema, wiring.failures());
    this.valid = new Batch(inputSchema.size());
  }

  private @Nullable FlagPatterns patterns() {
    return folds.flags() == null || folds.flagBits() > FlagPatterns.MAX_BITS
        ? null
        : new FlagPatterns(
            folds.stride(), keyLayout.stride(), folds.flagBits(), keyColumns, accumulators);
  }

  /** The changes without the keys. */
  private final class Patterns implements Operator {
    private final FlagPatterns read;

    private Patterns(FlagPatterns read) {
      this.read = read;
    }

    @Override
    public void addReader() {
      patternReaders++;
    }

    @Override
    public void removeReader() {
      patternReaders--;
    }

    @Override
    public void step() {
      // The aggregate's step was this one's too.
    }

    @Override
    public Batch output() {
      if (patternReaders == 0) {
        throw new IllegalStateException(
            "nobody said before the step that changes without keys are read: " + place);
      }
      return read.output();
    }

    @Override
    public StateImage capture() {
      return StateImage.EMPTY;
    }

    @Override
    public void restore(StateReader in) {
      // The state is the aggregate's.
    }
  }

  @Override
  public Operator reading(boolean[] columns) {
    boolean areKeysRead = false;
    for (int c = 0; c < keyColumns; c++) {
      areKeysRead |= columns[c];
    }
    return patterns == null || areKeysRead ? this : new Patterns(patterns);
  }

  @Override
  public void readFrom(List<Operator> inputs) {
    input.addReader();
  }

  @Override
  public void step() {
    Batch in = input.output();
    // The one group of an aggregate without keys is there from the first step on.
    boolean isFirst = keys == null && rows.bound() == 0;
    if (in.isEmpty() && !isFirst) {
      results.output().clear();
      if (patterns != null) {
        patterns.output().clear();
      }
      areChangesMade = true;
      return;
    }
    areChangesMade = readers > 0;
    Batch evaluated = evaluate(in);
    if (areChangesMade || !trySetFlags(evaluated)) {
      fold(evaluated);
    }
    if (patterns != null && patternReaders > 0) {
      patterns.emit();
    }
  }

  private void fold(Batch evaluated) {
    Batch taken = findGroups(evaluated);
    folds.add(groups, taken);
    for (Accumulator accumulator : accumulators) {
      accumulator.settle(touched);
    }
    if (keys instanceof SessionKeys sessions) {
      endMerged(sessions);
    }
    boolean arePatternsRead = patterns != null && patternReaders > 0;
    if (areChangesMade || arePatternsRead) {
      touched.storeWithImage();
    } else if (folds.areAllChanged()) {
      touched.storeAll();
    } else {
      touched.store();
    }
    if (areChangesMade) {
      results.emit(touched);
    }
    if (patterns != null && arePatternsRead) {
      patterns.add(touched);
    }
    endGroups();
  }

  /**
   * Sets flags in the groups themselves, where that is all that is kept of them and nobody reads
   * what each was before the step; false if they are to be folded as others are.
   */
  private boolean trySetFlags(Batch evaluated) {
    FlagFolds flags = folds.flags();
    KnownFlags some = flags == null ? null : flags.select(evaluated);
    if (flags == null || some == null) {
      return false;
    }
    groups.ensure(some.count());
    Objects.requireNonNull(keys).findOrAdd(some.keys(), some.count(), groups.slots());
    flags.set(some, groups.slots(), rows, patternReaders > 0 ? patterns : null);
    return true;
  }

  @Override
  public @Nullable AggregateRows stored(Schema view) {
    return results.stored(view, rows, keys);
  }

  @Override
  public void addReader() {
    readers++;
  }

  @Override
  public void removeReader() {
    readers--;
  }

  /** Evaluates conditions and operands; gives the rows for which none failed. */
  private Batch evaluate(Batch in) {
    errors.clear();
    folds.evaluate(in, errors);
    if (times != null) {
      times.check(in, errors);
    }
    if (errors.isEmpty()) {
      return in;
    }
    Operators.shareColumns(in, valid);
    failedRows.exclude(in, errors, valid);
    errors.clear();
    folds.evaluate(valid, errors);
    assert errors.isEmpty() : "a row failed only the second time";
    return valid;
  }

  /** Finds the groups of rows, and touches them; gives the rows that are to be folded. */
  private Batch findGroups(Batch batch) {
    groups.ensure(batch.rows());
    touched.start();
    Batch taken = batch;
    if (keys == null) {
      // All rows are of group 0, which is what the arrays say unless they are written to.
      touched.touch(rows.bound() == 0 ? rows.add() : 0);
    } else if (keys instanceof SessionKeys sessions) {
      sessions.findOrAdd(batch, groups.slots());
      merge(sessions);
      touched.touch(batch, groups.slots(), groups.at());
    } else if (folds.flags() != null) {
      FlagFolds flags = folds.flags();
      Batch some = flags.candidates(batch);
      keys.findOrAdd(some, groups.slots());
      taken = flags.changing(some, groups.slots(), rows);
      touched.touch(taken, groups.slots(), groups.at());
    } else {
      keys.guess(batch, groups.slots());
      touched.touch(batch, groups.slots(), groups.at());
      if (!keys.areRight(batch, touched, groups.at())) {
        keys.findOrAdd(batch, groups.slots());
        touched.start();
        touched.touch(batch, groups.slots(), groups.at());
      }
    }
    groups.within(touched, taken);
    return taken;
  }

  private void merge(SessionKeys sessions) {
    for (int i = 0; i < sessions.merges(); i++) {
      int fromSlot = sessions.mergeFrom(i);
      int toSlot = sessions.mergeTo(i);
      int from = touched.touch(fromSlot);
      int to = touched.touch(toSlot);
      folds.merge(new GroupMerge(touched.words(), from, to, fromSlot, toSlot));
    }
  }

  /** Says of groups that were taken into others that they do not exist any more. */
  private void endMerged(SessionKeys sessions) {
    for (int i = 0; i < sessions.merges(); i++) {
      touched.words()[touched.touch(sessions.mergeFrom(i)) + keyLayout.stride()] = 0;
    }
  }

  @Override
  public void end(int[] ending) {
    results.emitEnding(rows, ending);
    areChangesMade = true;
    BitSet slots = new BitSet();
    for (int slot : ending) {
      slots.set(slot);
    }
    accumulators.forEach(accumulator -> accumulator.end(slots));
    if (keys != null) {
      slots.stream().forEach(keys::remove);
    }
  }

  @Override
  public int touchedCount() {
    return touched.count();
  }

  @Override
  public int touchedSlot(int index) {
    return touched.slots()[index];
  }

  /** The keys of groups that are sessions. */
  SessionKeys sessions() {
    return (SessionKeys) Objects.requireNonNull(keys);
  }

  @Override
  public GroupRows groups() {
    return rows;
  }

  private void endGroups() {
    for (int i = 0; i < touched.endedCount(); i++) {
      int slot = touched.ended(i);
      for (Accumulator accumulator : accumulators) {
        accumulator.clear(slot);
      }
      if (keys != null) {
        keys.remove(slot);
      }
    }
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
    long bytes = (keys == null ? rows.bytes() : keys.bytes()) + touched.stateBytes();
    for (Accumulator accumulator : accumulators) {
      bytes += accumulator.besideBytes();
    }
    return folds.flags() == null ? bytes : bytes + folds.flags().bytes();
  }

  @Override
  public void mark(CodeSet live) {
    if (keys != null) {
      keys.mark(live);
    }
    boolean[] isFree = rows.isFree();
    for (Accumulator accumulator : accumulators) {
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
    images.add(rows.capture());
    accumulators.forEach(accumulator -> images.add(accumulator.capture()));
    return out -> images.forEach(image -> image.writeTo(out));
  }

  @Override
  public void restore(StateReader in) {
    if (keys == null) {
      rows.restore(in);
    } else {
      keys.restore(in);
    }
    accumulators.forEach(accumulator -> accumulator.restore(in));
  }
}
