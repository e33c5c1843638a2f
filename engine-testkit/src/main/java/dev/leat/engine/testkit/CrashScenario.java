package dev.leat.engine.testkit;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What is to survive crashes.
 *
 * @param pipeline what is computed
 * @param opened what the engine is opened with each time, by the number of the opening: the
 *     pipeline, or one with only some of its views; null for the pipeline always
 * @param appends each appends rows that are kept all or none; they are made in this order, and
 *     again where a crash took them
 * @param inputs the rows that the inputs have after so many appends; null to have them told by an
 *     engine that never crashes
 * @param settings of the engine; threading and clock are the run's
 */
record CrashScenario(
    Pipeline pipeline,
    @Nullable IntFunction<Pipeline> opened,
    List<Consumer<Engine>> appends,
    @Nullable IntFunction<Map<String, List<ReferenceRow>>> inputs,
    EngineSettings settings) {
  /** The same pipeline all the time. */
  CrashScenario(
      Pipeline pipeline,
      List<Consumer<Engine>> appends,
      @Nullable IntFunction<Map<String, List<ReferenceRow>>> inputs,
      EngineSettings settings) {
    this(pipeline, null, appends, inputs, settings);
  }

  /** Is it opened with other pipelines too? */
  boolean isChanged() {
    return opened != null;
  }

  /** What the engine is opened with. */
  Pipeline opened(int opening) {
    return opened == null ? pipeline : opened.apply(opening);
  }
}
