package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.CheckpointFile;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.log.EventLog;
import dev.leat.engine.internal.op.Closing;
import dev.leat.engine.internal.op.ViewOperator;
import dev.leat.engine.plan.EventTime;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All that epochs change: operators, views, ledger, dictionary, counts. It depends on nothing but
 * the plan and the records of the log up to its position, and a checkpoint holds all of it, except
 * for what a {@link Backfill} is still building.
 *
 * <p><b>Threading.</b> Guarded by the runtime's {@code stateLock}.
 */
final class EngineState {
  private static final String DICTIONARY = "dictionary";
  private static final String PRODUCERS = "producers";

  /** Checkpoints of before there was time do not have it. */
  private static final String CLOCK = "clock";

  private final Plan plan;
  private final Dictionary dictionary;
  private final Ledger ledger;
  private final Dataflow dataflow;
  private final InputFeed feed;
  private final AcceptedRows accepted;
  private final List<LateViews> late = new ArrayList<>();
  private final Producers producers;
  private final EpochCodec codec;
  private final Sinks sinks;
  private final EngineClock clock;
  private PlanSplit split;
  private @Nullable Backfill backfill;
  private long position;

  /** When the engine was opened, until an epoch has said it. */
  private long opening = EventTime.NEVER;

  /**
   * What a state is made of, beside a checkpoint.
   *
   * @param pool buffers for the rows of records
   */
  record Blueprint(Plan plan, RuntimeSettings settings, Hashing hashing, RowsPool pool) {}

  /** Views that started empty, with all that they need. */
  private record LateViews(long since, InputFeed feed) {
    private Dataflow dataflow() {
      return feed.dataflow();
    }

    private List<StatePart> parts() {
      return dataflow().parts().stream()
          .map(part -> new StatePart("since " + since + " " + part.name(), part.state()))
          .toList();
    }
  }

  private EngineState(Blueprint blueprint, PlanSplit split, @Nullable CheckpointFile from) {
    this.plan = blueprint.plan();
    this.split = split;
    this.dictionary = new Dictionary(blueprint.hashing());
    if (from != null) {
      // First, because operators look up the codes of their constants when they are made.
      from.restore(DICTIONARY, dictionary);
    }
    this.ledger = new Ledger(dictionary, blueprint.settings().ledgerRows());
    this.dataflow = new Dataflow(plan, split.live(), dictionary, ledger);
    this.feed = new InputFeed(plan, dataflow);
    this.accepted = new AcceptedRows(plan);
    for (PlanSplit.Late some : split.late()) {
      Dataflow flow = new Dataflow(plan, some.part(), dictionary, ledger);
      late.add(new LateViews(some.since(), new InputFeed(plan, flow)));
    }
    this.producers = new Producers(blueprint.settings().producers());
    this.codec = new EpochCodec(plan, blueprint.pool());
    this.sinks = blueprint.settings().sinks();
    this.clock = new EngineClock(plan.tickMicros());
    if (from != null && from.sections().contains(CLOCK)) {
      from.restore(CLOCK, clock);
    }
    dataflow.setTime(clock.nowMicros());
    late.forEach(views -> views.dataflow().setTime(clock.nowMicros()));
  }

  /** The state before the first record. */
  static EngineState empty(Blueprint blueprint) {
    EngineState state = new EngineState(blueprint, PlanSplit.whole(blueprint.plan()), null);
    state.dataflow.step();
    state.ledger.step();
    state.offer(state.dataflow);
    return state;
  }

  /**
   * The state that is in a checkpoint.
   *
   * @param split which parts of the plan it has
   * @param whatIsMissing is told which sections the checkpoint does not have
   * @return null if there were some
   * @throws dev.leat.engine.EngineException CORRUPT if it is damaged
   */
  static @Nullable EngineState restored(
      Blueprint blueprint, PlanSplit split, CheckpointFile from, Consumer<String> whatIsMissing) {
    long begin = from.header().position() + 1;
    EngineState state = new EngineState(blueprint, split, from);
    List<StatePart> parts = state.parts(begin);
    List<String> missing =
        parts.stream()
            .map(StatePart::name)
            .filter(name -> !from.sections().contains(name))
            .toList();
    if (!missing.isEmpty()) {
      whatIsMissing.accept("sections=" + missing);
      return null;
    }
    parts.forEach(part -> from.restore(part.name(), part.state()));
    state.position = from.header().position();
    for (LateViews views : state.late) {
      if (views.since() == begin) {
        views.dataflow().step();
        state.offer(views.dataflow());
      }
    }
    if (!split.isComplete()) {
      state.backfill = new Backfill(blueprint, split.missing(), state.dictionary);
    }
    return state;
  }

  /**
   * Everything that has state.
   *
   * @param begin views that start empty at this position have none yet
   */
  private List<StatePart> parts(long begin) {
    List<StatePart> parts = new ArrayList<>();
    parts.add(new StatePart("inputs", accepted));
    parts.add(new StatePart(PRODUCERS, producers));
    parts.add(new StatePart(LoggedInputs.SECTION, codec.inputs()));
    parts.add(new StatePart("ledger", ledger));
    parts.addAll(dataflow.parts());
    for (LateViews views : late) {
      if (views.since() < begin) {
        parts.addAll(views.parts());
      }
    }
    return parts;
  }

  /** The state as it is now; cheap. What is being built is not in it. */
  Map<String, StateImage> capture() {
    Map<String, StateImage> images = new LinkedHashMap<>();
    images.put(DICTIONARY, dictionary.capture());
    images.put(CLOCK, clock.capture());
    images.putAll(StoredPlan.capture(plan, split));
    for (StatePart part : parts(Long.MAX_VALUE)) {
      if (!images.containsKey(part.name())) {
        images.put(part.name(), part.state().capture());
      }
    }
    return images;
  }

  /**
   * Says that the engine goes on with its log now, and what the clock says. That counts at once,
   * and is part of the state when an epoch has said it.
   *
   * <p>Wherever a stream has event time, also if it is never idle: if that is declared later, its
   * views are built from these records.
   *
   * @return when the next epoch is to say that this was; {@link EventTime#NEVER} if it does not
   *     matter
   */
  long opened(long clockMicros) {
    if (position == 0 || plan.inputs().stream().allMatch(input -> input.eventTime() == null)) {
      return EventTime.NEVER;
    }
    opening = clockMicros;
    feed.opened(opening);
    late.forEach(views -> views.feed().opened(opening));
    return opening;
  }

  /** Takes an epoch through the graph. */
  void apply(Epoch epoch) {
    ledger.startEpoch(epoch.position());
    for (Epoch.Reject reject : epoch.rejects()) {
      ledger.add(reject.source(), reject.reason(), reject.row());
    }
    producers.accept(epoch);
    opening = EventTime.NEVER;
    clock.read(epoch.tickMicros());
    accepted.add(epoch);
    feed.apply(epoch, clock.nowMicros());
    late.forEach(views -> views.feed().apply(epoch, clock.nowMicros()));
    ledger.step();
    position = epoch.position();
    offer(dataflow);
    late.forEach(views -> offer(views.dataflow()));
  }

  /** Lets sinks have what the last step changed. */
  private void offer(Dataflow flow) {
    sinks.offer(position, flow.sinks(), dictionary.values());
  }

  /** What time it is. */
  EngineClock clock() {
    return clock;
  }

  /**
   * Takes over what was built, which must be at the same position. In the views that were there
   * nothing changes; the ledger gets what failed while the others were built.
   */
  void complete(Backfill built) {
    if (opening != EventTime.NEVER) {
      built.opened(opening);
    }
    dataflow.adopt(built.dataflow());
    split = split.completed();
    backfill = null;
    built.failures().release(ledger);
    // Without rows, so that no output of an earlier step is left over.
    dataflow.step();
    late.forEach(views -> views.dataflow().step());
    ledger.step();
  }

  /** Has the log keep what views are built from; before it is let go of anything. */
  void holdForBackfill(EventLog log) {
    if (backfill != null) {
      backfill.hold(log);
    }
  }

  /** What builds the views that are not there yet; null if all are. */
  @Nullable Backfill backfill() {
    return backfill;
  }

  /** Takes an epoch through the graph of whose changes nobody is told. */
  Epoch replay(Epoch epoch) {
    apply(epoch);
    sweepIfWorthIt();
    return epoch;
  }

  /** Frees the values that nothing holds, if that is worth it. */
  void sweepIfWorthIt() {
    if (dictionary.wantsSweep()) {
      sweep();
    }
  }

  /** Frees the values that nothing holds. */
  void sweep() {
    CodeSet live = new CodeSet(dictionary.bound());
    flows().forEach(flow -> flow.mark(live));
    ledger.mark(live);
    dictionary.retain(live);
  }

  private List<Dataflow> flows() {
    List<Dataflow> flows = new ArrayList<>();
    flows.add(dataflow);
    late.forEach(views -> flows.add(views.dataflow()));
    if (backfill != null) {
      flows.add(backfill.dataflow());
    }
    return flows;
  }

  /** About how many bytes it takes; known without looking at rows. */
  long bytes() {
    long bytes = dictionary.bytes() + ledger.stateBytes() + producers.stateBytes();
    for (Dataflow flow : flows()) {
      bytes += flow.stateBytes();
    }
    return bytes;
  }

  /** About how many bytes it takes, by what keeps it. */
  Map<String, Long> bytesByPart() {
    Map<String, Long> bytes = new LinkedHashMap<>();
    flows().forEach(flow -> flow.addStateBytes(bytes));
    bytes.put(DICTIONARY, dictionary.bytes());
    bytes.put(Plan.LEDGER, ledger.stateBytes());
    if (producers.size() > 0) {
      bytes.put(PRODUCERS, producers.stateBytes());
    }
    return bytes;
  }

  /** The position of the last epoch that is in it. */
  long position() {
    return position;
  }

  Dictionary dictionary() {
    return dictionary;
  }

  Ledger ledger() {
    return ledger;
  }

  /** A view of the plan, whether it is being built or not. */
  ViewOperator view(String name) {
    for (Dataflow flow : flows()) {
      if (flow.hasView(name)) {
        return flow.view(name);
      }
    }
    throw new IllegalStateException("no dataflow has view '" + name + "'");
  }

  /**
   * The tick at which something closes though no row comes, because streams are idle by then; the
   * greatest value if nothing does.
   */
  long tickToClose() {
    long next = Long.MAX_VALUE;
    for (Closing closing : dataflow.closings()) {
      next = Math.min(next, closing.tickToClose());
    }
    for (LateViews views : late) {
      for (Closing closing : views.dataflow().closings()) {
        next = Math.min(next, closing.tickToClose());
      }
    }
    return next;
  }

  /** What a view of the plan waits for, in sentences; none if it shows all that came in. */
  List<String> whyStalled(String name, long nowMicros) {
    return Stalls.of(name, closings(name), nowMicros);
  }

  /** What a view of the plan is made of that closes. */
  List<Closing> closings(String view) {
    for (Dataflow flow : flows()) {
      if (flow.hasView(view)) {
        return flow.closings(plan.view(view).relation());
      }
    }
    return List.of();
  }

  /** Is a view still being built? */
  boolean isBuilding(String name) {
    return backfill != null && backfill.dataflow().hasView(name);
  }

  /** Reads and writes the records that follow on it. */
  EpochCodec codec() {
    return codec;
  }

  /** What is known of the appends of producers. */
  Producers producers() {
    return producers;
  }

  /** What became of the rows since the log began. */
  RowCounts rowCounts() {
    return new RowCounts(accepted.byInput(), duplicateRows(), ledger.counts());
  }

  /** How many rows of each input that is deduplicated were left out, where most were seen. */
  private Map<String, Long> duplicateRows() {
    Map<String, Long> rows = new LinkedHashMap<>();
    for (Node.Input input : plan.inputs()) {
      if (input.deduplication() != null) {
        OptionalLong count = feed.duplicateRows(input.name());
        for (LateViews views : late) { // those that began first come first
          count = count.isPresent() ? count : views.feed().duplicateRows(input.name());
        }
        rows.put(input.name(), count.orElse(0));
      }
    }
    return rows;
  }
}
