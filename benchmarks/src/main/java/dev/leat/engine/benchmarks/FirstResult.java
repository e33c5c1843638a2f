package dev.leat.engine.benchmarks;

import static dev.leat.engine.Expressions.count;

import dev.leat.engine.Engine;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What a program pays for having the engine in it: the CPU time that a new JVM has used, all of its
 * threads and its own start included, when the first grouped count is there.
 */
public final class FirstResult {
  /** A row of the view. */
  public record PageViews(String pageUrl, long views) {}

  private FirstResult() {}

  /** Prints it in milliseconds. */
  public static void main(String[] args) {
    System.out.println(run().toMillis());
  }

  static Duration run() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.stream("clicks", Click.class)
                    .groupBy(Click::pageUrl)
                    .aggregate(count().as("views"))
                    .as(PageViews.class)
                    .materialize("page_views"));
    try (Engine engine = Engine.inMemory(pipeline)) {
      Position at =
          engine.stream("clicks", Click.class)
              .append(List.of(click("e1", "/home"), click("e2", "/cart"), click("e3", "/home")));
      long views =
          engine
              .view("page_views", PageViews.class)
              .await(at)
              .get("/home")
              .map(PageViews::views)
              .orElse(0L);
      if (views != 2) {
        throw new IllegalStateException("a wrong result: views=" + views);
      }
      // Not through a management bean, whose classes would be part of the figure.
      return ProcessHandle.current().info().totalCpuDuration().orElseThrow();
    }
  }

  private static Click click(String id, String page) {
    return new Click(id, "u1", "s1", "page_view", page, "/", "mobile", "DE", Instant.EPOCH);
  }
}
