package dev.leat.engine;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.elements;
import static dev.leat.engine.Expressions.lit;
import static dev.leat.engine.Expressions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Slips of somebody who writes a first pipeline: none passes unseen. */
class DefinitionErrorsTest {
  record Click(String userId, String type, long n) {}

  record Doubled(String userId, String user_id) {}

  private static void refused(Consumer<PipelineBuilder> definition, String... parts) {
    assertThatThrownBy(() -> Pipeline.define(definition))
        .isInstanceOfSatisfying(
            EngineException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(EngineException.Kind.INVALID);
              assertThat(e.getMessage()).contains(parts);
            });
  }

  @Test
  void aTableWhoseRowsAreNotToldApartIsRefused() {
    refused(p -> p.table("users", Click.class), "table 'users'", ".primaryKey(...) or .keyless()");
  }

  @Test
  void whatComesAfterThePipelineWasDefinedIsRefused() {
    List<PipelineBuilder> builders = new ArrayList<>();
    List<Relation<Click>> relations = new ArrayList<>();
    Pipeline.define(
        p -> {
          builders.add(p);
          relations.add(p.stream("clicks", Click.class));
        });
    assertThatThrownBy(() -> relations.get(0).aggregate(count().as("n")).materialize("late"))
        .isInstanceOf(EngineException.class)
        .hasMessage(
            "view 'late': its pipeline is defined already; declare it inside Pipeline.define(...)");
    assertThatThrownBy(() -> builders.get(0).stream("others", Click.class))
        .hasMessageContaining("stream 'others': its pipeline is defined already");
  }

  @Test
  void aColumnThatIsThereTwiceIsNamedWithItsPlace() {
    refused(
        p -> p.stream("clicks", Click.class).select(col("n"), col("n")),
        "select on stream 'clicks': two columns have the name 'n'");
    refused(
        p -> p.stream("clicks", Click.class).groupBy("n").aggregate(count().as("n")),
        "aggregate on stream 'clicks': two columns have the name 'n'");
    refused(
        p -> p.stream("clicks", Click.class).groupBy("n", "n").aggregate(count().as("c")),
        "groupBy on stream 'clicks': column 'n' is named twice");
    refused(
        p ->
            p.table("tags", Schema.builder().required("tags", Type.array(Type.LONG)).build())
                .keyless()
                .unnest(elements("tags", "tag").numbered("tag")),
        "unnest on table 'tags': two columns have the name 'tag'");
    refused(
        p -> p.table("users", Click.class).primaryKey(new String[0]),
        "primary key of table 'users': name a column");
    refused(
        p -> p.stream("clicks", Doubled.class),
        "the components 'userId' and 'user_id' of Doubled are the same column 'user_id'");
  }

  @Test
  void aNameOfOneLetterIsNotTakenForAnother() {
    assertThatThrownBy(
            () -> Pipeline.define(p -> p.stream("clicks", Click.class).where(col("x").eq(1))))
        .hasMessageContaining("there is no column 'x' (there are:");
  }

  @Test
  void nullIsNoValue() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> col("n").eq(null))
        .withMessageContaining("isNull()");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> when(col("n").gt(1), null))
        .withMessageContaining("nullOf(type)");
  }

  @Test
  void aDecimalWithTooManyDigitsIsNoLiteral() {
    for (String number : List.of("1E38", "1E2147483647", "1E-39", "1E-2147483647")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> lit(new BigDecimal(number)))
          .withMessageContaining("at most 38 digits");
    }
  }

  @Test
  @Timeout(60)
  void aStringThatDoublesIsAnErrorOfTheRowAndNotOfTheEngine() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Expr doubled = col("type");
              for (int i = 0; i < 40; i++) {
                doubled = doubled.concat(doubled);
              }
              p.stream("clicks", Click.class)
                  .select(doubled.length().as("length"))
                  .groupBy("length")
                  .aggregate(count().as("n"))
                  .materialize("lengths");
            });
    try (Engine engine = Engine.inMemory(pipeline)) {
      StreamInput<Click> clicks = engine.stream("clicks", Click.class);
      clicks.append(new Click("u", "0123456789", 1));
      Position at = clicks.append(new Click("u", "", 1));
      assertThat(engine.view("lengths").await(at).scan())
          .extracting(row -> row.value("length"))
          .containsExactly(0L);
      assertThat(engine.ledger().scan())
          .singleElement()
          .satisfies(
              entry ->
                  assertThat(entry.reason())
                      .startsWith("a string of more than 16777216 characters: concat("));
    }
  }
}
