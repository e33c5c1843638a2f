package dev.leat.engine.testkit;

import static dev.leat.engine.testkit.Rows.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.plan.Deduplication;
import dev.leat.engine.plan.Forgetting;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InputModelTest {
  private static final Schema SCHEMA =
      Schema.builder().required("k", Type.decimal(5, 2)).nullable("x", Type.BYTES).build();
  private static final Plan PLAN =
      new Plan(
          List.of(
              new Node.Input("s", Node.InputKind.STREAM, SCHEMA, List.of()),
              new Node.Input("k", Node.InputKind.KEYED_TABLE, SCHEMA, List.of("k")),
              new Node.Input("t", Node.InputKind.KEYLESS_TABLE, SCHEMA, List.of())),
          List.of());

  private final InputModel model = new InputModel(PLAN);

  private boolean apply(String input, InputChange.Kind kind, Object... values) {
    return model.apply(new InputChange(input, kind, row(values)));
  }

  private static BigDecimal dec(String text) {
    return new BigDecimal(text);
  }

  @Test
  void keyedTablesHoldOneRowForEachKey() {
    apply("k", InputChange.Kind.UPSERT, dec("1"), new byte[] {1});
    apply("k", InputChange.Kind.UPSERT, dec("1.00"), new byte[] {2});
    apply("k", InputChange.Kind.UPSERT, dec("2"), null);

    assertThat(model.rows("k").toString()).isEqualTo("[(1.00, x'02'), (2.00, null)]");
    assertThat(apply("k", InputChange.Kind.DELETE_KEY, dec("1.0"))).isTrue();
    assertThat(apply("k", InputChange.Kind.DELETE_KEY, dec("1.0"))).isFalse();
    assertThat(model.rows("k").toString()).isEqualTo("[(2.00, null)]");
  }

  @Test
  void keylessTablesCountEqualRows() {
    apply("t", InputChange.Kind.INSERT, dec("1"), new byte[] {1});
    apply("t", InputChange.Kind.INSERT, dec("1.0"), new byte[] {1});

    assertThat(apply("t", InputChange.Kind.DELETE_ROW, dec("1.00"), new byte[] {1})).isTrue();
    assertThat(apply("t", InputChange.Kind.DELETE_ROW, dec("1.00"), null)).isFalse();
    assertThat(model.rows("t").toString()).isEqualTo("[(1.00, x'01')]");
  }

  @Test
  void aDeduplicatedStreamKnowsKeysForTheHorizon() {
    Node.Input stream =
        new Node.Input("s", Node.InputKind.STREAM, SCHEMA, List.of())
            .deduplicated(new Deduplication(List.of("x"), Duration.ofSeconds(10)));
    InputModel deduplicated = new InputModel(new Plan(List.of(stream), List.of()));
    byte[] key = {1};
    Object[][] rows = {{dec("1"), key}, {dec("2"), key}, {dec("3"), null}, {dec("4"), null}};
    for (Object[] row : rows) {
      deduplicated.apply(new InputChange("s", InputChange.Kind.INSERT, row(row)));
    }
    deduplicated.advance(Duration.ofSeconds(10));
    deduplicated.apply(new InputChange("s", InputChange.Kind.INSERT, row(dec("5"), key)));
    deduplicated.advance(Duration.ofMillis(1));
    deduplicated.apply(new InputChange("s", InputChange.Kind.INSERT, row(dec("6"), key)));

    assertThat(deduplicated.rows("s").toString())
        .isEqualTo("[(1.00, x'01'), (3.00, null), (4.00, null), (6.00, x'01')]");
    assertThat(deduplicated.duplicates()).containsExactly(Map.entry("s", 2L));
  }

  @Test
  void aTableForgetsRowsThatWereNotPutInForATime() {
    Node.Input table =
        new Node.Input("t", Node.InputKind.KEYLESS_TABLE, SCHEMA, List.of())
            .forgetting(new Forgetting(2_500_000, 1_000_000));
    InputModel forgetting = new InputModel(new Plan(List.of(table), List.of()));
    List<Object> one = row(dec("1"), null);
    forgetting.apply(new InputChange("t", InputChange.Kind.INSERT, one));
    forgetting.apply(new InputChange("t", InputChange.Kind.INSERT, row(dec("2"), null)));
    forgetting.advance(Duration.ofMillis(1500));
    // Counts as put in at the tick before.
    forgetting.apply(new InputChange("t", InputChange.Kind.INSERT, one));
    forgetting.advance(Duration.ofMillis(1499));
    assertThat(forgetting.rows("t")).hasSize(3);
    forgetting.advance(Duration.ofMillis(1));
    assertThat(forgetting.rows("t").toString()).isEqualTo("[(1.00, null), (1.00, null)]");
    forgetting.advance(Duration.ofSeconds(1));
    assertThat(forgetting.rows("t")).isEmpty();
    assertThat(forgetting.apply(new InputChange("t", InputChange.Kind.DELETE_ROW, one))).isTrue();
  }

  @Test
  void anInputRefusesChangesOfAnotherKind() {
    assertThatThrownBy(() -> apply("s", InputChange.Kind.DELETE_ROW, dec("1"), null))
        .hasMessageContaining("stream 's' takes no DELETE_ROW");
    assertThatThrownBy(() -> apply("k", InputChange.Kind.INSERT, dec("1"), null))
        .hasMessageContaining("table 'k' takes no INSERT");
    assertThatThrownBy(() -> apply("s", InputChange.Kind.INSERT, dec("1")))
        .hasMessageContaining("values=1");
    assertThatThrownBy(() -> apply("s", InputChange.Kind.INSERT, 1, null))
        .hasMessageContaining("no value of its type");
  }
}
