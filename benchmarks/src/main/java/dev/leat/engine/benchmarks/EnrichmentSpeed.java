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
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Events enriched by five dimensions, one through another, 28 columns, from encoded batches: as
 * lookups, as left joins that can be corrected, and by a loop written for it; and what it costs
 * when one in a hundred users changes with each batch. CPU time of the process, the least of some
 * rounds, in turn in one JVM.
 *
 * <p>{@code java -Xmx12g -cp benchmarks.jar dev.leat.engine.benchmarks.EnrichmentSpeed [events]
 * [rounds]}
 */
public final class EnrichmentSpeed {
  private static final List<String> INPUTS =
      List.of("users", "sessions", "devices", "pages", "campaigns");
  private static final int CHANGED_USERS = EnrichmentData.USERS / 100;

  private final EnrichmentData data;
  private long stateBytes;

  private EnrichmentSpeed(EnrichmentData data) {
    this.data = data;
  }

  public static void main(String[] args) throws IOException {
    int count = args.length > 0 ? Integer.parseInt(args[0]) : Events.COUNT;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
    EnrichmentSpeed speed = new EnrichmentSpeed(new EnrichmentData(count));
    double loop = Double.MAX_VALUE;
    double lookups = Double.MAX_VALUE;
    double joins = Double.MAX_VALUE;
    double changing = Double.MAX_VALUE;
    long bytes = 0;
    for (int round = 0; round < rounds; round++) {
      loop = Math.min(loop, speed.loop());
      lookups = Math.min(lookups, speed.engine(true, false));
      joins = Math.min(joins, speed.engine(false, false));
      bytes = speed.stateBytes;
      changing = Math.min(changing, speed.engine(false, true));
    }
    System.out.printf(
        "events=%d rounds=%d%nloop     %6.2f M events/s%nlookups  %6.2f M events/s, %.1f times the"
            + " loop%njoins    %6.2f M events/s, state %d bytes an event, raw %d%n"
            + "changing %6.2f M events/s, with %d users changed a batch%n",
        count,
        rounds,
        count / loop / 1e6,
        count / lookups / 1e6,
        lookups / loop,
        count / joins / 1e6,
        bytes / count,
        EnrichmentData.EVENT_COLUMNS * Long.BYTES,
        count / changing / 1e6,
        CHANGED_USERS);
  }

  private double loop() throws IOException {
    EnrichmentLoop loop = new EnrichmentLoop(data);
    long begin = ProcessCpu.nanos();
    long sum = 0;
    for (Batch batch : data.events()) {
      sum += loop.fill(batch);
    }
    long end = ProcessCpu.nanos();
    if (sum == 0) {
      throw new IllegalStateException("nothing was filled");
    }
    return (end - begin) / 1e9;
  }

  private double engine(boolean isLookup, boolean changesOfUsers) throws IOException {
    Map<String, BatchSource> sources = new HashMap<>();
    Dataflow dataflow =
        new Dataflow(
            pipeline(isLookup).plan(),
            data.dictionary(),
            (place, reason, schema, batch, row) -> {
              throw new IllegalStateException(place + ": " + reason);
            },
            node ->
                sources.computeIfAbsent(
                    node.name(), n -> new BatchSource(new Batch(node.schema().size()))));
    for (int d = 0; d < INPUTS.size(); d++) {
      source(sources, INPUTS.get(d)).next(data.dimensions().get(d));
    }
    dataflow.step();
    for (int d = 0; d < INPUTS.size(); d++) {
      source(sources, INPUTS.get(d)).next(new Batch(data.dimensions().get(d).columnCount()));
    }
    List<Batch> changes = changesOfUsers ? changesOfUsers() : List.of();
    long begin = ProcessCpu.nanos();
    for (int i = 0; i < data.events().size(); i++) {
      source(sources, "events").next(data.events().get(i));
      if (changesOfUsers) {
        source(sources, "users").next(changes.get(i));
      }
      dataflow.step();
    }
    long end = ProcessCpu.nanos();
    stateBytes = dataflow.stateBytes();
    return (end - begin) / 1e9;
  }

  /** For each batch of events, one of a hundredth of the users, all of them in turn. */
  private List<Batch> changesOfUsers() {
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

  private static BatchSource source(Map<String, BatchSource> sources, String name) {
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
