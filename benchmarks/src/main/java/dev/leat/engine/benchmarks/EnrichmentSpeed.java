package dev.leat.engine.benchmarks;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * Events enriched by five dimensions, one through another, 28 columns, from encoded batches: each
 * {@link Enrichment} in turn in one JVM. CPU time of the process, the least of some rounds.
 *
 * <p>{@code java -Xms8g -Xmx8g -cp benchmarks.jar dev.leat.engine.benchmarks.EnrichmentSpeed
 * [events] [rounds]}
 */
public final class EnrichmentSpeed {
  private EnrichmentSpeed() {}

  public static void main(String[] args) throws IOException {
    int count = args.length > 0 ? Integer.parseInt(args[0]) : Events.COUNT;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
    EnrichmentData data = new EnrichmentData(count);
    Map<Enrichment, Double> least = new EnumMap<>(Enrichment.class);
    Map<Enrichment, Long> stateBytes = new EnumMap<>(Enrichment.class);
    for (int round = 0; round < rounds; round++) {
      for (Enrichment enrichment : Enrichment.values()) {
        Enrichment.Prepared prepared = enrichment.prepare(data);
        long begin = ProcessCpu.nanos();
        long rows = prepared.pass();
        long took = ProcessCpu.nanos() - begin;
        if (rows != count) {
          throw new IllegalStateException("not all events were enriched: " + rows);
        }
        least.merge(enrichment, (double) took / count, Math::min);
        stateBytes.put(enrichment, prepared.stateBytes());
      }
    }
    double loop = Objects.requireNonNull(least.get(Enrichment.LOOP));
    System.out.printf(
        "%,d events, raw %d bytes each; the least of %d rounds; %d users change with a batch%n",
        count, EnrichmentData.EVENT_COLUMNS * Long.BYTES, rounds, EnrichmentRun.CHANGED_USERS);
    least.forEach(
        (enrichment, nanos) ->
            System.out.printf(
                "%-28s %6.2f M events/s, %5.1f times the loop, state %d bytes an event%n",
                enrichment,
                1e3 / nanos,
                nanos / loop,
                Objects.requireNonNull(stateBytes.get(enrichment)) / count));
  }
}
