package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.op.AsOfOperator;
import dev.leat.engine.internal.op.Failures;
import dev.leat.engine.internal.op.IndexOperator;
import dev.leat.engine.internal.op.JoinOperator;
import dev.leat.engine.internal.op.LookupOperator;
import dev.leat.engine.internal.op.Operator;
import dev.leat.engine.internal.state.RowsByKey;
import dev.leat.engine.plan.AsOfJoin;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.JoinIndexes;
import dev.leat.engine.plan.Joined;
import dev.leat.engine.plan.LookupJoin;
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
    if (node instanceof Joined join) {
      for (Joined.Side side : JoinIndexes.sides(join)) {
        JoinIndexes.Index index = JoinIndexes.Index.of(join, side);
        if (!made.containsKey(index)) {
          added.accept(make(index, inputs.get(side == Joined.Side.LEFT ? 0 : 1)));
        }
      }
    }
  }

  private Named make(JoinIndexes.Index index, Operator input) {
    Set<String> kept = new TreeSet<>();
    for (JoinIndexes.Reader reader : indexes.readers(index)) {
      Joined join = reader.join();
      kept.addAll(join.read(reader.side(), use.needed((Node) join)));
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
    return new JoinOperator(join, wiring(join, join));
  }

  /** The operator of an as-of join, whose indexes were made before. */
  Operator of(AsOfJoin join) {
    return new AsOfOperator(join, wiring(join, join));
  }

  /** The operator of a lookup, whose index was made before. */
  Operator of(LookupJoin lookup, Operator input) {
    IndexOperator index = index(lookup, Joined.Side.RIGHT);
    return new LookupOperator(lookup, input, index, use.isRead(lookup), dictionary);
  }

  private JoinOperator.Wiring wiring(Node node, Joined join) {
    return new JoinOperator.Wiring(
        index(join, Joined.Side.LEFT),
        index(join, Joined.Side.RIGHT),
        use.isRead(node),
        dictionary,
        failures);
  }

  private IndexOperator index(Joined join, Joined.Side side) {
    return Objects.requireNonNull(made.get(JoinIndexes.Index.of(join, side)));
  }
}
