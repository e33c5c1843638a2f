package dev.leat.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Over;
import dev.leat.engine.plan.Postorder;
import dev.leat.engine.plan.Top;
import dev.leat.engine.plan.ViewDefinition;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A difference that is found in a large case is reported in a small one. */
class CaseShrinkerTest {
  private static final long SEEDS = 4000;
  private static final int MANY_CHANGES = 8;

  /** As if an operator were wrong: it fails wherever a relation of a kind has a row. */
  private static Predicate<RandomCase> wrong(Predicate<Node> kind) {
    return randomCase -> {
      InputModel model = new InputModel(randomCase.plan());
      randomCase.epochs().forEach(epoch -> epoch.forEach(model::apply));
      ReferenceResult result = ReferenceEvaluator.evaluate(randomCase.plan(), model.rows());
      for (ViewDefinition view : randomCase.plan().views()) {
        boolean reads =
            Postorder.of(List.of(view.relation()), Node::inputs).stream().anyMatch(kind);
        if (reads && !result.view(view.name()).isEmpty()) {
          return true;
        }
      }
      return false;
    };
  }

  private static int changes(RandomCase randomCase) {
    return randomCase.epochs().stream().mapToInt(List::size).sum();
  }

  /** A large case that fails, made small. */
  private static RandomCase shrunk(Predicate<Node> kind) {
    Predicate<RandomCase> fails = wrong(kind);
    RandomCase large =
        LongStream.range(0, SEEDS)
            .mapToObj(RandomCase::of)
            .filter(c -> changes(c) >= MANY_CHANGES && c.plan().views().size() > 1)
            .filter(fails)
            .findFirst()
            .orElseThrow();
    RandomCase small = CaseShrinker.shrink(large, fails);
    assertThat(fails.test(small)).isTrue();
    assertThat(small.plan().views()).hasSize(1);
    assertThat(small.plan().nodes().size()).isLessThan(large.plan().nodes().size());
    // Nothing is left out from which it still failed: it ends in the kind that is wrong.
    assertThat(kind.test(small.plan().views().get(0).relation())).isTrue();
    assertThat(small.plan().inputs()).hasSizeLessThanOrEqualTo(2);
    return small;
  }

  @Test
  void aWrongInnerJoinIsShownByARowOfEachSide() {
    RandomCase small = shrunk(n -> n instanceof Join join && join.kind() == Join.Kind.INNER);
    assertThat(changes(small)).isLessThanOrEqualTo(2);
    assertThat(small.epochs()).hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void aWrongOuterJoinIsShownByARow() {
    RandomCase small = shrunk(n -> n instanceof Join join && join.kind() == Join.Kind.FULL);
    // None is enough where a side is an aggregate of all rows, which has one without any.
    assertThat(changes(small)).isLessThanOrEqualTo(1);
  }

  @Test
  void wrongFirstRowsAreShownByARow() {
    assertThat(changes(shrunk(Top.class::isInstance))).isLessThanOrEqualTo(2);
  }

  @Test
  void aWrongOverWindowIsShownByARow() {
    assertThat(changes(shrunk(Over.class::isInstance))).isLessThanOrEqualTo(2);
  }
}
