package dev.leat.engine.examples.clickstream;

import dev.leat.engine.BackfillProgress;
import dev.leat.engine.Engine;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Row;
import dev.leat.engine.View;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.ViewDefinition;
import dev.leat.engine.testkit.ReferenceEvaluator;
import dev.leat.engine.testkit.ReferenceResult;
import dev.leat.engine.testkit.ReferenceRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What several writers append to the clickstream, batch by batch, each batch all or none, and what
 * an engine has of it. Each event has an id of its own, and a view counts how often each is there.
 */
final class KilledEvents {
  /** How many append at once. */
  static final int WRITERS = 3;

  private static final int MAX_BATCH = 5;
  private static final String IDS = "times by event";

  /**
   * What an engine has.
   *
   * @param lost how many acknowledged events it has not
   * @param doubled how often events are there again
   * @param wrong what else is wrong; empty if nothing is
   * @param batches how many batches of each writer it has
   */
  record Found(long lost, long doubled, String wrong, List<Integer> batches) {}

  private KilledEvents() {}

  /** How many views the example has. */
  static int views() {
    return ClickstreamPipeline.define().plan().views().size();
  }

  /**
   * The pipeline of the example with some of its views, and a view of all ids.
   *
   * @param chosen a bit for each view of the example
   */
  static Pipeline pipeline(int chosen) {
    Plan plan = ClickstreamPipeline.define().plan();
    Node ids =
        Node.Aggregate.of(
            plan.input(ClickstreamPipeline.EVENTS),
            List.of("event_id"),
            List.of(
                new AggregateCall(AggregateFunction.COUNT, null, null, false, "times")
                    .as("times")));
    List<ViewDefinition> views = new ArrayList<>();
    for (int i = 0; i < plan.views().size(); i++) {
      if ((chosen >> i & 1) != 0) {
        views.add(plan.views().get(i));
      }
    }
    views.add(new ViewDefinition(IDS, ids, "the test is short"));
    return Pipeline.of(new Plan(plan.inputs(), views));
  }

  /** The events of a batch of a writer, both counted from 0. */
  static List<ClickEvent> batch(int writer, int batch) {
    List<ClickEvent> events = new ArrayList<>();
    int size = 1 + Math.floorMod(writer * 31 + batch * 17, MAX_BATCH);
    for (int i = 0; i < size; i++) {
      events.add(TestEvents.event((batch * MAX_BATCH + i) * WRITERS + writer));
    }
    return events;
  }

  /**
   * Looks what an engine has, while nothing is appended to it. Views that are being built are
   * passed over.
   */
  static Found find(Engine engine, Pipeline pipeline, List<Integer> acknowledged) {
    List<String> built = engine.backfill().map(BackfillProgress::views).orElse(List.of());
    Map<String, Long> times = new HashMap<>();
    for (Row row : engine.view(IDS).scan()) {
      times.put(row.value("event_id", String.class), row.value("times", Long.class));
    }
    long lost = 0;
    long doubled = 0;
    for (long n : times.values()) {
      doubled += n - 1;
    }
    String wrong = "";
    List<Integer> batches = new ArrayList<>();
    List<ClickEvent> held = new ArrayList<>();
    for (int writer = 0; writer < WRITERS; writer++) {
      int known = acknowledged.get(writer);
      for (int batch = 0; batch < known; batch++) {
        List<ClickEvent> events = batch(writer, batch);
        lost += events.size() - present(events, times);
        held.addAll(events);
      }
      List<ClickEvent> next = batch(writer, known);
      int ofNext = present(next, times);
      if (ofNext == next.size()) {
        held.addAll(next);
      } else if (ofNext > 0) {
        wrong = ofNext + " of " + next.size() + " events of one append of writer " + writer;
      }
      batches.add(ofNext == next.size() ? known + 1 : known);
    }
    if (wrong.isEmpty() && lost == 0 && doubled == 0) {
      wrong = difference(engine, pipeline.plan(), built, held);
    }
    return new Found(lost, doubled, wrong, batches);
  }

  private static int present(List<ClickEvent> events, Map<String, Long> times) {
    return (int) events.stream().filter(event -> times.containsKey(event.eventId())).count();
  }

  /** The first view that is not what the reference computes of these events. */
  private static String difference(
      Engine engine, Plan plan, List<String> passedOver, List<ClickEvent> held) {
    Schema schema = plan.input(ClickstreamPipeline.EVENTS).schema();
    List<ReferenceRow> rows = held.stream().map(e -> ReferenceRow.of(schema, values(e))).toList();
    ReferenceResult expected =
        ReferenceEvaluator.evaluate(plan, Map.of(ClickstreamPipeline.EVENTS, rows));
    for (ViewDefinition definition : plan.views()) {
      if (passedOver.contains(definition.name())) {
        continue;
      }
      View<Row> view = engine.view(definition.name());
      Map<ReferenceRow, Long> found = new HashMap<>();
      for (Row row : view.scan()) {
        found.merge(ReferenceRow.of(view.schema(), row.values()), 1L, Long::sum);
      }
      if (!found.equals(expected.view(view.name()))) {
        return "view " + view.name() + " is " + found + " and not " + expected.view(view.name());
      }
    }
    return engine.rejectedRows().isEmpty() ? "" : "rows in the ledger: " + engine.rejectedRows();
  }

  private static List<@Nullable Object> values(ClickEvent e) {
    List<@Nullable Object> values = new ArrayList<>();
    values.add(e.eventId());
    values.add(e.userId());
    values.add(e.sessionId());
    values.add(e.eventType());
    values.add(e.pageUrl());
    values.add(e.referrerUrl());
    values.add(e.deviceType());
    values.add(e.country());
    values.add(e.eventTs());
    return values;
  }
}
