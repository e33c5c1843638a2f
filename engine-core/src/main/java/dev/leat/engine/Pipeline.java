package dev.leat.engine;

import dev.leat.engine.plan.Explain;
import dev.leat.engine.plan.Plan;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * What an engine is to do: inputs, and the views that it keeps over them. Immutable; everything
 * that can be wrong with it was found when it was defined.
 *
 * <pre>{@code
 * Pipeline pipeline = Pipeline.define(p ->
 *     p.stream("clicks", Click.class)
 *         .groupBy(Click::pageUrl)
 *         .aggregate(count().as("views"))
 *         .materialize("page_views"));
 * }</pre>
 */
public final class Pipeline {
  private final Plan plan;

  private Pipeline(Plan plan) {
    this.plan = plan;
  }

  /**
   * Defines a pipeline.
   *
   * @throws EngineException if it is wrong; the message names the place and the way out
   */
  public static Pipeline define(Consumer<PipelineBuilder> definition) {
    PipelineBuilder builder = new PipelineBuilder();
    definition.accept(builder);
    return new Pipeline(builder.build());
  }

  /** A pipeline of a plan that was made in another way. */
  public static Pipeline of(Plan plan) {
    return new Pipeline(Objects.requireNonNull(plan, "plan"));
  }

  /** What it computes, as data. */
  public Plan plan() {
    return plan;
  }

  /**
   * What it computes, in words: of each relation its key, whether rows are taken back, and what
   * bounds its state.
   */
  public String explain() {
    return Explain.of(plan);
  }
}
