package dev.leat.engine;

import dev.leat.engine.plan.Explain;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.ViewDefinition;
import java.util.Map;
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
  private final Map<String, SinkBinding> sinks;

  private Pipeline(Plan plan, Map<String, SinkBinding> sinks) {
    this.plan = plan;
    this.sinks = sinks;
  }

  /**
   * Defines a pipeline.
   *
   * @throws EngineException if it is wrong; the message names the place and the way out
   */
  public static Pipeline define(Consumer<PipelineBuilder> definition) {
    PipelineBuilder builder = new PipelineBuilder();
    definition.accept(builder);
    return new Pipeline(builder.build(), builder.sinks());
  }

  /**
   * A pipeline of a plan that was made in another way.
   *
   * @throws EngineException INVALID if it has a sink: what that writes to is not in a plan
   */
  public static Pipeline of(Plan plan) {
    for (ViewDefinition view : plan.views()) {
      if (view.isSink()) {
        throw new EngineException(
            EngineException.Kind.INVALID,
            "a plan alone does not say where "
                + view.describe()
                + " writes to: define the pipeline with Pipeline.define");
      }
    }
    return new Pipeline(plan, Map.of());
  }

  /** The sinks of the plan, by name. */
  Map<String, SinkBinding> sinks() {
    return sinks;
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
