package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.op.Failures;
import dev.leat.engine.internal.op.IndexOperator;
import dev.leat.engine.internal.op.JoinOperator;
import dev.leat.engine.internal.op.Operator;
import dev.leat.engine.internal.state.RowsByKey;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.JoinIndexes;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Makes the operators of the joins of a plan, and the indexes that they share. */
final class JoinOperators {
  /**
   * An index that was made.
   *
   * @param part what its state is filed under
   * @param described what to call it
   */
  record Named(IndexOperator operator, String part, String described) {}

  private final JoinIndexes indexes;
  private final ColumnUse use;
  private final Dictionary dictionary;
  private final Failures failures;
  private final Map<JoinIndexes.Index, IndexOperator> made = new HashMap<>();

  JoinOperators(Plan plan, Dictionary dictionary, Failures failures) {
    this.indexes = JoinIndexes.of(plan);
    this.use = ColumnUse.of(plan);
    this.dictionary = dictionary;
    this.failures = failures;
  }

  /**
   * Makes the indexes that a relation needs and that are not there yet. They step before it.
   *
   * @param inputs the operators of its inputs
   * @param added is told each
   */
  void addIndexes(Node node, List<Operator> inputs, Consumer<Named> added) {
    if (node instanceof Join join) {
      for (Join.Side side : Join.Side.values()) {
        JoinIndexes.Index index = JoinIndexes.Index.of(join, side);
        if (!made.containsKey(index)) {
          added.accept(make(index, inputs.get(side == Join.Side.LEFT ? 0 : 1)));
        }
      }
    }
  }

  private Named make(JoinIndexes.Index index, Operator input) {
    Set<String> kept = new TreeSet<>();
    for (JoinIndexes.Reader reader : indexes.readers(index)) {
      kept.addAll(reader.join().read(reader.side(), use.needed(reader.join())));
    }
    Node relation = index.relation();
    Schema schema = relation.schema();
    RowsByKey.Identity identity = identity(relation);
    RowsByKey.Layout layout =
        new RowsByKey.Layout(
            schema,
            index.keys().stream().mapToInt(schema::find).toArray(),
            kept.stream().mapToInt(schema::find).toArray(),
            index.matchesNull(),
            identity);
    IndexOperator operator = new IndexOperator(layout, input, dictionary);
    made.put(index, operator);
    String what = " by " + index.keys() + (index.matchesNull() ? " with nulls" : "");
    return new Named(
        operator,
        "index of " + relation.fingerprint() + what + " of " + kept,
        "index of " + relation.describe() + what);
  }

  private static RowsByKey.Identity identity(Node relation) {
    if (relation.key().isPresent()) {
      return RowsByKey.Identity.NUMBERED;
    }
    return relation.isAppendOnly() ? RowsByKey.Identity.APPENDED : RowsByKey.Identity.COUNTED;
  }

  /** The operator of a join, whose indexes were made before. */
  Operator of(Join join) {
    boolean[] isRead = use.isRead(join);
    return new JoinOperator(
        join,
        new JoinOperator.Wiring(
            index(join, Join.Side.LEFT),
            index(join, Join.Side.RIGHT),
            isRead,
            dictionary,
            failures));
  }

  private IndexOperator index(Join join, Join.Side side) {
    return Objects.requireNonNull(made.get(JoinIndexes.Index.of(join, side)));
  }
}
