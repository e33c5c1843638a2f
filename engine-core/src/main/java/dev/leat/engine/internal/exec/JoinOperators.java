package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.op.AsOfOperator;
import dev.leat.engine.internal.op.Failures;
import dev.leat.engine.internal.op.IndexOperator;
import dev.leat.engine.internal.op.JoinChainOperator;
import dev.leat.engine.internal.op.JoinOperator;
import dev.leat.engine.internal.op.LookupOperator;
import dev.leat.engine.internal.op.Operator;
import dev.leat.engine.internal.state.RowsByKey;
import dev.leat.engine.plan.AsOfJoin;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.JoinChain;
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
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Makes the operators of the joins of a plan, and the indexes that they share. Twins have indexes
 * of their own, which go with them: see {@link PlanPart}.
 */
final class JoinOperators {
  /**
   * An index that was made.
   *
   * @param part what its state is filed under; it says all that the state depends on
   * @param described what to call it
   */
  record Named(IndexOperator operator, String part, String described) {}

  /** An index, and whether it is only there until its dataflow becomes part of another. */
  private record Of(JoinIndexes.Index index, boolean isTwin) {}

  private final ColumnUse use;
  private final Dictionary dictionary;
  private final Map<Of, IndexOperator> made = new HashMap<>();

  JoinOperators(Plan plan, Dictionary dictionary) {
    this.use = ColumnUse.of(plan);
    this.dictionary = dictionary;
  }

  /**
   * Makes the indexes that a relation needs and that are not there yet. They step before it.
   *
   * @param inputs the operators of what it reads
   * @param added is told each
   */
  void addIndexes(Node node, List<Operator> inputs, boolean isTwin, Consumer<Named> added) {
    JoinIndexes.needed(node)
        .forEach(
            (source, index) -> {
              Of of = new Of(index, isTwin);
              if (!made.containsKey(of)) {
                Named named = make(index, inputs.get(source));
                made.put(of, named.operator());
                added.accept(named);
              }
            });
  }

  private Named make(JoinIndexes.Index index, Operator input) {
    Node relation = index.relation();
    Schema schema = relation.schema();
    int[] key = index.keys().stream().mapToInt(schema::find).toArray();
    int[] kept =
        IntStream.range(0, index.keepsRows() ? schema.size() : 0)
            .filter(c -> IntStream.of(key).noneMatch(k -> k == c))
            .toArray();
    RowsByKey.Layout layout =
        new RowsByKey.Layout(
            schema, key, kept, index.matchesNull(), identity(index), index.isUnique());
    String what =
        (index.keepsRows() ? "index of " : "counts of ")
            + "%s by "
            + index.keys()
            + (index.matchesNull() ? " with nulls" : "");
    return new Named(
        new IndexOperator(layout, input, dictionary),
        what.replace("%s", relation.fingerprint().toString()),
        what.replace("%s", relation.describe()));
  }

  private static RowsByKey.Identity identity(JoinIndexes.Index index) {
    if (!index.keepsRows()) {
      return RowsByKey.Identity.COUNTED;
    }
    if (index.relation().isNumbered()) {
      return RowsByKey.Identity.NUMBERED;
    }
    return index.relation().isAppendOnly()
        ? RowsByKey.Identity.APPENDED
        : RowsByKey.Identity.COUNTED;
  }

  /**
   * Makes operators of joins whose indexes are there.
   *
   * @param failures takes what fails in them
   */
  Made of(boolean isTwin, Failures failures) {
    return new Made(this, isTwin, failures);
  }

  /** Makes operators of joins whose indexes are there. */
  record Made(JoinOperators joins, boolean isTwin, Failures failures) {
    Operator of(Join join, Operator first) {
      JoinChain chain = join.chain();
      if (chain == null) {
        return new JoinOperator(join, wiring(join, join));
      }
      List<IndexOperator> rights =
          chain.steps().stream().map(step -> index(JoinIndexes.Index.of(step))).toList();
      return new JoinChainOperator(
          chain,
          new JoinChainOperator.Wiring(first, rights, joins.use.isRead(join), joins.dictionary));
    }

    Operator of(AsOfJoin join) {
      return new AsOfOperator(join, wiring(join, join));
    }

    Operator of(LookupJoin lookup, Operator input) {
      IndexOperator index = index(lookup, Joined.Side.RIGHT);
      return new LookupOperator(lookup, input, index, joins.use.isRead(lookup), joins.dictionary);
    }

    private JoinOperator.Wiring wiring(Node node, Joined join) {
      return new JoinOperator.Wiring(
          index(join, Joined.Side.LEFT),
          index(join, Joined.Side.RIGHT),
          joins.use.isRead(node),
          joins.dictionary,
          failures);
    }

    private IndexOperator index(Joined join, Joined.Side side) {
      return index(JoinIndexes.Index.of(join, side));
    }

    private IndexOperator index(JoinIndexes.Index index) {
      return Objects.requireNonNull(joins.made.get(new Of(index, isTwin)));
    }
  }
}
