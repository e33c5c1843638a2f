package dev.leat.engine.benchmarks;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Row;
import dev.leat.engine.StreamInput;
import dev.leat.engine.Threading;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** An engine in memory that is given records by its host, and stepped by it. */
final class RecordsRun implements AutoCloseable {
  /** Records of one append. */
  static final int APPEND_ROWS = 4096;

  private static final long MICROS = 1_000_000;

  private final Engine engine;

  RecordsRun(Pipeline pipeline) {
    engine = Engine.inMemory(pipeline, EngineSettings.defaults().withThreading(Threading.HOST));
  }

  /** Appends all, some at a time, and steps after each. */
  long pass(List<Click> clicks) {
    StreamInput<Click> input = engine.stream("clicks", Click.class);
    long steps = 0;
    for (int from = 0; from < clicks.size(); from += APPEND_ROWS) {
      input.append(clicks.subList(from, Math.min(clicks.size(), from + APPEND_ROWS)));
      steps += engine.step();
    }
    return steps;
  }

  static List<Click> clicks(Events events) {
    List<Click> clicks = new ArrayList<>(events.count());
    for (int i = 0; i < events.count(); i++) {
      clicks.add(events.click(i));
    }
    return clicks;
  }

  List<String> rows(Workload workload) {
    return rows(engine, workload);
  }

  /** The rows of a view. */
  static List<String> rows(Engine engine, Workload workload) {
    List<String> texts = new ArrayList<>();
    for (Row row : engine.view(workload.name()).scan()) {
      texts.add(String.join("|", row.values().stream().map(RecordsRun::text).toList()));
    }
    Collections.sort(texts);
    return texts;
  }

  private static String text(Object value) {
    return value instanceof Instant time
        ? Long.toString(time.getEpochSecond() * MICROS + time.getNano() / 1000)
        : value.toString();
  }

  @Override
  public void close() {
    engine.close();
  }
}
