package dev.leat.engine.testkit;

import static dev.leat.engine.testkit.Rows.col;
import static dev.leat.engine.testkit.Rows.lit;
import static dev.leat.engine.testkit.Rows.row;
import static dev.leat.engine.testkit.Rows.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.EngineException;
import dev.leat.engine.plan.Distinct;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.ViewDefinition;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReferenceRelationsTest {
  private static final Schema SCHEMA = Schema.builder().nullable("x", Type.LONG).build();
  private static final Node.Input TABLE = Rows.table(SCHEMA);
  private static final List<List<Object>> ROWS =
      List.of(row(1L), row(1L), row(0L), row((Object) null));

  @Test
  void aFilterKeepsRowsForWhichItIsTrue() {
    assertThat(texts(Node.Filter.of(TABLE, col("x").ge(1)), ROWS)).containsExactly("(1)", "(1)");
    assertThat(texts(Node.Filter.of(TABLE, col("x").eq(1).not()), ROWS)).containsExactly("(0)");
  }

  @Test
  void aRowForWhichAnExpressionFailsIsLeftOut() {
    Node filter = Node.Filter.of(TABLE, lit(6).dividedBy(col("x")).eq(6).or(col("x").isNull()));
    Node project = Node.Project.of(TABLE, List.of(lit(6).dividedBy(col("x")).as("y")));

    assertThat(texts(filter, ROWS)).containsExactly("(1)", "(1)", "(null)");
    assertThat(texts(project, ROWS)).containsExactly("(6)", "(6)", "(null)");
    assertThat(Rows.evaluate(filter, ROWS).errors()).isEqualTo(1);
    assertThat(Rows.evaluate(project, ROWS).errors()).isEqualTo(1);
  }

  @Test
  void distinctKeepsOneOfEqualRows() {
    Node named = new Node.Named(TABLE, "numbers");
    assertThat(texts(Distinct.of(named), ROWS)).containsExactly("(0)", "(1)", "(null)");
  }

  @Test
  void aUnionKeepsAllAndConvertsToTheCommonType() {
    Node half = Node.Project.of(TABLE, List.of(lit(new BigDecimal("0.5")).as("x")));
    Node wide = Node.Project.of(TABLE, List.of(lit(0.1f).as("x")));

    assertThat(texts(Node.Union.of(List.of(TABLE, half)), List.of(row(7L), row(7L))))
        .containsExactly("(0.5)", "(0.5)", "(7.0)", "(7.0)");
    assertThat(texts(Node.Union.of(List.of(TABLE, wide)), List.of(row(7L))))
        .containsExactly("(0.10000000149011612)", "(7.0)");
  }

  @Test
  void aUnionLeavesOutWhatDoesNotFitTheCommonType() {
    Expr factor = new Expr.Literal(BigDecimal.TEN.pow(15), Type.decimal(16, 0));
    Node big = Node.Project.of(TABLE, List.of(col("x").times(factor).as("x")));
    Node fine = Node.Project.of(TABLE, List.of(lit(1).cast(Type.decimal(38, 37)).as("x")));
    ReferenceResult result =
        Rows.evaluate(
            Node.Union.of(List.of(big, fine)), List.of(row(1L), row(1_000_000_000_000_000_000L)));

    assertThat(result.errors()).isEqualTo(1);
    assertThat(result.view("v").values()).containsExactlyInAnyOrder(1L, 2L);
  }

  @Test
  void anOperatorThatTwoViewsReadFailsOnce() {
    Node project = Node.Project.of(TABLE, List.of(lit(6).dividedBy(col("x")).as("y")));
    Node same = Node.Project.of(TABLE, List.of(lit(6).dividedBy(col("x")).as("y")));
    Plan plan =
        new Plan(
            List.of(TABLE),
            List.of(
                new ViewDefinition("a", project, null),
                new ViewDefinition("b", Distinct.of(same), null)));
    ReferenceResult result =
        ReferenceEvaluator.evaluate(plan, Map.of("t", List.of(ReferenceRow.of(SCHEMA, row(0L)))));

    assertThat(result.errors()).isEqualTo(1);
    assertThat(result.view("a")).isEmpty();
    assertThat(result.view("b")).isEmpty();
  }

  @Test
  void anInputWithoutRowsIsEmptyAndAnUnknownOneRefused() {
    Plan plan = new Plan(List.of(TABLE), List.of(new ViewDefinition("v", TABLE, null)));

    assertThat(ReferenceEvaluator.evaluate(plan, Map.of()).view("v")).isEmpty();
    assertThatThrownBy(() -> ReferenceEvaluator.evaluate(plan, Map.of("tt", List.of())))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("did you mean 't'");
  }
}
