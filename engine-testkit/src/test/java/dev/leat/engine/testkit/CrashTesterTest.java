package dev.leat.engine.testkit;

import static dev.leat.engine.Expressions.call;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Pipeline;
import dev.leat.engine.plan.Type;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CrashTesterTest {
  record Click(String userId, String page) {}

  record User(String userId, String country) {}

  private static Pipeline pipeline() {
    return Pipeline.define(
        p -> {
          p.stream("clicks", Click.class)
              .groupBy(Click::page)
              .aggregate(count().as("clicks"))
              .materialize("pages");
          p.table("users", User.class)
              .primaryKey(User::userId)
              .groupBy(User::country)
              .aggregate(count().as("users"))
              .materialize("countries");
        });
  }

  private static CrashTester scenario(CrashTester tester) {
    tester.pipeline(pipeline());
    for (int i = 0; i < 12; i++) {
      Click click = new Click("u" + i % 3, "/" + i % 4);
      User user = new User(click.userId(), i % 2 == 0 ? "DE" : "CH");
      tester.append(engine -> engine.stream("clicks", Click.class).append(click));
      tester.append(
          engine ->
              engine.append(
                  t ->
                      t.append(engine.stream("clicks", Click.class), click)
                          .upsert(engine.table("users", User.class), user)));
      tester.append(
          engine ->
              engine
                  .ndjson("clicks")
                  .append("{\"user_id\":\"" + click.userId() + "\",\"page\":\"/\"}\n{\n"));
    }
    return tester;
  }

  @CrashTest(crashes = 20, seed = 7)
  void aPipelineSurvives(CrashTester tester) {
    scenario(tester);
  }

  @Test
  void itCrashesAsOftenAsItSays() {
    CrashTester.Report report = scenario(new CrashTester()).crashes(10).run();
    assertThat(report.cases()).isEqualTo(10);
    assertThat(report.crashes()).isBetween(8, 20);
  }

  @Test
  void aPipelineThatIsNotTheSameAfterACrashFailsWithItsSeed() {
    AtomicInteger calls = new AtomicInteger();
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.stream("clicks", Click.class)
                    .select(
                        col(Click::page).as("page"),
                        call("counted", Type.INT, args -> calls.incrementAndGet()).as("number"))
                    .acceptGrowth("the test is short")
                    .materialize("numbered"));
    CrashTester tester = new CrashTester().pipeline(pipeline).crashes(3).seed(5);
    tester.append(engine -> engine.stream("clicks", Click.class).append(new Click("u", "/")));
    assertThatThrownBy(tester::run)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("view 'numbered'");
  }

  @Test
  void aScenarioWithoutAppendsIsRefused() {
    assertThatThrownBy(() -> new CrashTester().pipeline(pipeline()).run())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("appends=0");
  }
}
