package dev.leat.engine.examples.clickstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Row;
import dev.leat.engine.Threading;
import dev.leat.engine.View;
import dev.leat.engine.examples.Report;
import dev.leat.engine.examples.RowText;
import dev.leat.engine.examples.ShownView;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The views of an engine, and what should be in them. */
final class Tables {
  private static final Map<Integer, String> SUFFIXES =
      Map.of(25, "25", 27, "27", 28, "28_late_add_to_cart_s1003");

  private Tables() {}

  /** An engine in memory that the test steps. */
  static Engine inMemory() {
    return Engine.inMemory(
        ClickstreamPipeline.define(), EngineSettings.defaults().withThreading(Threading.HOST));
  }

  /** All views as CSV, by file name. */
  static Map<String, List<String>> of(Engine engine, int events) {
    Map<String, List<String>> tables = new LinkedHashMap<>();
    for (ShownView view : ClickstreamView.ALL) {
      View<Row> rows = engine.view(view.name());
      tables.put(
          ClickstreamView.SHOWN.fileName(
              view, SUFFIXES.getOrDefault(events, String.valueOf(events))),
          RowText.csv(rows.schema(), rows.orderBy(view.orderKeys()).toList()));
    }
    return tables;
  }

  /** What was computed once and for all by another engine. */
  static Map<String, List<String>> golden(int events) {
    Map<String, List<String>> tables = new LinkedHashMap<>();
    for (ShownView view : ClickstreamView.ALL) {
      String name = ClickstreamView.SHOWN.fileName(view, SUFFIXES.get(events));
      tables.put(name, lines("/golden/" + name));
    }
    return tables;
  }

  /** What the first events give, taken in at once, in another engine. */
  static Map<String, List<String>> expected(int events) {
    try (Engine engine = inMemory()) {
      for (int i = 0; i < events; i++) {
        engine.stream(ClickstreamPipeline.EVENTS, ClickEvent.class).append(TestEvents.event(i));
      }
      engine.step();
      return of(engine, events);
    }
  }

  static void assertGolden(Engine engine, int events) {
    assertThat(Report.accepted(engine)).isEqualTo(events);
    assertThat(engine.rejectedRows()).isEmpty();
    assertThat(of(engine, events)).isEqualTo(golden(events));
  }

  private static List<String> lines(String resource) {
    try (InputStream file = Tables.class.getResourceAsStream(resource)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
