package dev.leat.engine.testkit;

import static dev.leat.engine.Expressions.col;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Pipeline;
import dev.leat.engine.Row;
import dev.leat.engine.Statistics;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

/** Deviations under change. */
class StatisticsTest {
  @Test
  void aValueTooWideForAWordIsReplacedByZero() {
    Schema schema = Schema.builder().required("d", Type.decimal(38, 10)).build();
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.table("values", schema)
                    .keyless()
                    .aggregate(Statistics.stddev(col("d")).as("deviation"))
                    .materialize("view"));
    PipelineTester.onEverySchedule(
        pipeline,
        tester -> {
          tester.putValues("values", BigDecimal.ONE).putValues("values", BigDecimal.ZERO).step();
          assertThat(deviation(tester)).isEqualTo(Math.sqrt(0.5));
          tester.putValues("values", BigDecimal.ZERO);
          tester.deleteRows("values", Row.of(schema, BigDecimal.ONE)).step();
          assertThat(deviation(tester)).isZero();
        });
  }

  private static Double deviation(PipelineTester tester) {
    return tester.rows("view").get(0).value("deviation", Double.class);
  }
}
