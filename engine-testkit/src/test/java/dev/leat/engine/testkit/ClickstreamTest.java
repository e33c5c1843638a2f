package dev.leat.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Pipeline;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.ViewDefinition;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The printed tables of the clickstream example, after 25, 27 and 28 events. */
class ClickstreamTest {
  @ParameterizedTest
  @CsvSource({
    "25, 25",
    "27, 27",
    "28, 28_late_add_to_cart_s1003",
  })
  void viewsHoldThePrintedTables(int events, String suffix) {
    Plan plan = ClickstreamPlan.plan();
    List<ReferenceRow> rows = rows(ClickstreamPlan.EVENTS, lines("s1_events")).subList(0, events);
    List<ReferenceRow> shuffled = new ArrayList<>(rows);
    Collections.shuffle(shuffled, new Random(events));

    ReferenceResult result = ReferenceEvaluator.evaluate(plan, Map.of("events", rows));
    ReferenceResult inOtherOrder = ReferenceEvaluator.evaluate(plan, Map.of("events", shuffled));

    plan.views()
        .forEach(
            view -> {
              List<ReferenceRow> golden =
                  rows(view.relation().schema(), lines("s1_" + view.name() + "_" + suffix));
              assertThat(result.view(view.name()))
                  .as(view.name())
                  .hasSize(golden.size())
                  .containsOnlyKeys(golden)
                  .allSatisfy((row, count) -> assertThat(count).isEqualTo(1));
            });
    assertThat(result.errors()).isZero();
    assertThat(inOtherOrder).isEqualTo(result);
  }

  @ParameterizedTest
  @CsvSource({
    "25, 25",
    "27, 27",
    "28, 28_late_add_to_cart_s1003",
  })
  void theEngineHoldsThemOnEverySchedule(int events, String suffix) {
    Plan plan = ClickstreamPlan.plan();
    List<ReferenceRow> rows = rows(ClickstreamPlan.EVENTS, lines("s1_events")).subList(0, events);
    PipelineTester.onEverySchedule(
        Pipeline.of(plan),
        tester -> {
          rows.forEach(row -> tester.putValues("events", row.values().toArray()));
          tester.step();
          for (ViewDefinition view : plan.views()) {
            Schema schema = view.relation().schema();
            assertThat(tester.rows(view.name()))
                .extracting(row -> ReferenceRow.of(schema, row.values()))
                .containsExactlyInAnyOrderElementsOf(
                    rows(schema, lines("s1_" + view.name() + "_" + suffix)));
          }
          assertThat(tester.ledger()).isEmpty();
        });
  }

  private static List<ReferenceRow> rows(Schema schema, List<String> lines) {
    assertThat(lines.get(0)).isEqualTo(String.join(",", schema.names()));
    return lines.stream().skip(1).map(line -> row(schema, line.split(",", -1))).toList();
  }

  private static ReferenceRow row(Schema schema, String[] cells) {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < cells.length; i++) {
      values.add(
          switch (schema.field(i).type().kind()) {
            case LONG -> (Object) Long.valueOf(cells[i]);
            case DECIMAL -> new BigDecimal(cells[i]);
            case INSTANT -> Instant.parse(cells[i]);
            default -> cells[i];
          });
    }
    return ReferenceRow.of(schema, values);
  }

  private static List<String> lines(String name) {
    try (InputStream file = ClickstreamTest.class.getResourceAsStream("/golden/" + name + ".csv")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
