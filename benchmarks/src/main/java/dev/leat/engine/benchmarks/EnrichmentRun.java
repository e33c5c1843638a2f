package dev.leat.engine.benchmarks;

import static dev.leat.engine.Expressions.col;

import dev.leat.engine.Pipeline;
import dev.leat.engine.PipelineBuilder;
import dev.leat.engine.Relation;
import dev.leat.engine.Row;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.exec.Dataflow;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The engine with the five dimensions in it, to which the events are still to come. */
final class EnrichmentRun implements Enrichment.Prepared {
  /** So many users change with each batch of events, if they do. */
  static final int CHANGED_USERS = EnrichmentData.USERS / 100;

  private static final List<String> INPUTS =
      List.of("users", "sessions", "devices", "pages", "campaigns");

  private final EnrichmentData data;
  private final Map<String, BatchSource> sources = new HashMap<>();
  private final List<Batch> changes;
  private final Dataflow dataflow;

  private EnrichmentRun(EnrichmentData data, Pipeline pipeline, List<Batch> changes) {
    this.data = data;
    this.changes = changes;
    this.dataflow =
        new Dataflow(
            pipeline.plan(),
            data.dictionary(),
            (place, reason, schema, batch, row) -> {
              throw new IllegalStateException(place + ": " + reason);
            },
            node ->
                sources.computeIfAbsent(
                    node.name(), n -> new BatchSource(new Batch(node.schema().size()))));
    for (int d = 0; d < INPUTS.size(); d++) {
      source(INPUTS.get(d)).next(data.dimensions().get(d));
    }
    dataflow.step();
    for (int d = 0; d < INPUTS.size(); d++) {
      source(INPUTS.get(d)).next(new Batch(data.dimensions().get(d).columnCount()));
    }
  }

  /** Events see the dimensions as they are when they come. */
  static EnrichmentRun lookups(EnrichmentData data) {
    return new EnrichmentRun(data, pipeline(true), List.of());
  }

  /** Events that were joined are corrected when a dimension changes. */
  static EnrichmentRun leftJoins(EnrichmentData data) {
    return new EnrichmentRun(data, pipeline(false), List.of());
  }

  /** The same, and one in a hundred users changes with each batch of events. */
  static EnrichmentRun leftJoinsOfChangingUsers(EnrichmentData data) {
    return new EnrichmentRun(data, pipeline(false), changesOfUsers(data));
  }

  @Override
  public long pass() {
    long rows = 0;
    for (int i = 0; i < data.events().size(); i++) {
      Batch events = data.events().get(i);
      source("events").next(events);
      if (!changes.isEmpty()) {
        source("users").next(changes.get(i));
      }
      dataflow.step();
      rows += events.rows();
    }
    return rows;
  }

  @Override
  public long stateBytes() {
    return dataflow.stateBytes();
  }

  /** For each batch of events, one of a hundredth of the users, all of them in turn. */
  private static List<Batch> changesOfUsers(EnrichmentData data) {
    List<Batch> changes = new ArrayList<>();
    int version = 0;
    int changed = 0;
    for (int i = 0; i < data.events().size(); i++) {
      version += changed == 0 ? 1 : 0;
      changes.add(data.changeOfUsers(changed, CHANGED_USERS, version));
      changed = (changed + CHANGED_USERS) % EnrichmentData.USERS;
    }
    return changes;
  }

  private BatchSource source(String name) {
    BatchSource source = sources.get(name);
    if (source == null) {
      throw new IllegalStateException("no input " + name);
    }
    return source;
  }

  private static Schema schema(String key, Type keyType, String... texts) {
    Schema.Builder schema = Schema.builder().required(key, keyType);
    for (String text : texts) {
      schema = schema.nullable(text, Type.STRING);
    }
    return schema.build();
  }

  private static Pipeline pipeline(boolean isLookup) {
    return Pipeline.define(p -> define(p, isLookup));
  }

  private static void define(PipelineBuilder p, boolean isLookup) {
    Schema user =
        Schema.builder()
            .required("user_id", Type.LONG)
            .nullable("full_name", Type.STRING)
            .nullable("country", Type.STRING)
            .nullable("opt_in", Type.BOOLEAN)
            .build();
    Schema session =
        Schema.builder()
            .required("session_id", Type.STRING)
            .nullable("device_id", Type.STRING)
            .nullable("session_start", Type.INSTANT)
            .nullable("geo_city", Type.STRING)
            .nullable("geo_region", Type.STRING)
            .build();
    Schema device = schema("device_id", Type.STRING, "type", "os", "browser");
    Schema page = schema("page_url", Type.STRING, "category", "product", "kind");
    Schema campaign = schema("campaign_id", Type.STRING, "source", "medium", "name");
    Relation<Row> rows = p.stream("events", event()).acceptGrowth("measured");
    rows = join(rows, "user_id", table(p, "users", user), "u_", isLookup);
    rows = join(rows, "session_id", table(p, "sessions", session), "s_", isLookup);
    rows = join(rows, "s_device_id", table(p, "devices", device), "d_", isLookup);
    rows = join(rows, "page_url", table(p, "pages", page), "p_", isLookup);
    rows = join(rows, "campaign_id", table(p, "campaigns", campaign), "c_", isLookup);
    // All columns are filled; none is kept, as that would be the cost of a view.
    shown(rows).where(col("event_type").eq("none")).materialize("joined");
  }

  private static Relation<Row> shown(Relation<Row> rows) {
    List<String> keys = List.of("u_user_id", "d_device_id", "p_page_url", "c_campaign_id");
    return rows.select(
        rows.schema().names().stream().filter(name -> !keys.contains(name)).toArray());
  }

  private static Relation<Row> table(PipelineBuilder p, String name, Schema schema) {
    return p.table(name, schema).primaryKey(schema.field(0).name());
  }

  private static Relation<Row> join(
      Relation<Row> left, String key, Relation<Row> right, String prefix, boolean isLookup) {
    String rightKey = prefix + right.schema().field(0).name();
    return isLookup
        ? left.lookup(right.prefix(prefix)).on(key, rightKey)
        : left.leftJoin(right.prefix(prefix)).on(key, rightKey);
  }

  private static Schema event() {
    return Schema.builder()
        .required("event_id", Type.STRING)
        .nullable("user_id", Type.LONG)
        .nullable("session_id", Type.STRING)
        .nullable("event_type", Type.STRING)
        .nullable("page_url", Type.STRING)
        .nullable("element_id", Type.STRING)
        .nullable("event_time", Type.INSTANT)
        .nullable("referrer", Type.STRING)
        .nullable("campaign_id", Type.STRING)
        .nullable("revenue_usd", Type.DOUBLE)
        .nullable("ingested_at", Type.INSTANT)
        .build();
  }
}
