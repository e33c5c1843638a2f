package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.op.SinkOperator;
import dev.leat.engine.plan.Names;
import dev.leat.engine.plan.ViewDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** The sinks of an engine. See {@link SinkDelivery}. */
public final class Sinks implements AutoCloseable {
  private final Map<String, SinkDelivery> deliveries = new LinkedHashMap<>();

  private Sinks(List<SinkDelivery> all) {
    all.forEach(delivery -> deliveries.put(delivery.name(), delivery));
  }

  /** No sinks. */
  public static Sinks none() {
    return new Sinks(List.of());
  }

  /** Collects the sinks of an opening of an engine. */
  public static final class Run {
    private final String log;
    private final String run;
    private final LongSupplier nanos;
    private final List<SinkDelivery> all = new ArrayList<>();

    /**
     * None yet.
     *
     * @param log names the log
     * @param run names the opening
     * @param nanos tells the time, for what is due
     */
    public Run(String log, String run, LongSupplier nanos) {
      this.log = log;
      this.run = run;
      this.nanos = nanos;
    }

    /** Adds a sink. */
    public void add(ViewDefinition sink, SinkTarget target, SinkRules rules) {
      all.add(new SinkDelivery(sink, target, rules, log, run, nanos));
    }

    /** All that were added. */
    public Sinks sinks() {
      return new Sinks(all);
    }
  }

  /** Asks each where it is. */
  void open() {
    deliveries.values().forEach(SinkDelivery::open);
  }

  void start(boolean haveOwnThreads, LongConsumer awaitDurable) {
    deliveries.values().forEach(delivery -> delivery.start(haveOwnThreads, awaitDurable));
  }

  /** The position that a sink stores; -1 if none. */
  long committed(String name) {
    return named(name).committed();
  }

  /** The position that all have come to, from which on the log is needed; the greatest if none. */
  long neededAfter() {
    return deliveries.values().stream()
        .mapToLong(delivery -> Math.max(0, delivery.committed()))
        .min()
        .orElse(Long.MAX_VALUE);
  }

  /** Those that have not come to a position, in words; empty if all have. */
  String behind(long position) {
    return deliveries.values().stream()
        .filter(delivery -> delivery.committed() < position)
        .map(SinkDelivery::describe)
        .collect(Collectors.joining(" and "));
  }

  /** Waits for room in full queues; before a step, or a record that is replayed. */
  void awaitRoom() {
    deliveries.values().forEach(SinkDelivery::awaitRoom);
  }

  /** Takes what a step changed; under the state's lock. */
  void offer(long position, Map<String, SinkOperator> operators, Dictionary.Values values) {
    operators.forEach((name, operator) -> named(name).offer(position, operator.output(), values));
  }

  /** Asks for a commit of everything up to here. */
  void commitSoon() {
    deliveries.values().forEach(SinkDelivery::commitSoon);
  }

  /** Where the host steps: writes what there is. */
  void pump() {
    deliveries.values().forEach(SinkDelivery::pump);
  }

  /** Is this thread writing to a sink? */
  boolean isCalling() {
    return deliveries.values().stream().anyMatch(SinkDelivery::isCalling);
  }

  /** Is this thread the host's, and writing to a sink? */
  boolean isCallingInline() {
    return deliveries.values().stream().anyMatch(SinkDelivery::isCallingInline);
  }

  private SinkDelivery named(String name) {
    SinkDelivery delivery = deliveries.get(name);
    if (delivery == null) {
      throw new EngineException(Kind.INVALID, Names.unknown("sink", name, deliveries.keySet()));
    }
    return delivery;
  }

  /**
   * How a sink is doing.
   *
   * @throws EngineException INVALID if there is none of that name
   */
  public SinkFacts facts(String name) {
    return named(name).facts();
  }

  /**
   * Waits until a sink has committed a position, and hastens it.
   *
   * @return false if the time is up
   */
  public boolean await(String name, long position, long timeoutNanos) {
    return named(name).await(position, timeoutNanos);
  }

  /** Lets all commit what there is, side by side. */
  void finish() {
    commitSoon();
    deliveries.values().forEach(SinkDelivery::finish);
  }

  @Override
  public void close() {
    deliveries.values().forEach(SinkDelivery::close);
  }
}
