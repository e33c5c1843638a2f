package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.CheckpointFile;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.plan.Plan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All that epochs change: operators, views, ledger, dictionary, counts. It depends on nothing but
 * the plan and the records of the log up to its position, and a checkpoint holds all of it.
 *
 * <p><b>Threading.</b> Guarded by the runtime's {@code stateLock}.
 */
final class EngineState {
  private static final String DICTIONARY = "dictionary";
  private static final String PLAN = "plan";

  private final Dictionary dictionary;
  private final Ledger ledger;
  private final Dataflow dataflow;
  private final InputFeed inputs;
  private final Producers producers;
  private final EpochCodec codec;
  private final StoredPlan storedPlan;
  private final List<StatePart> parts = new ArrayList<>();
  private long position;

  /**
   * What a state is made of, beside a checkpoint.
   *
   * @param pool buffers for the rows of records
   */
  record Blueprint(Plan plan, RuntimeSettings settings, Hashing hashing, RowsPool pool) {}

  private EngineState(Blueprint blueprint, @Nullable CheckpointFile from) {
    Plan plan = blueprint.plan();
    this.dictionary = new Dictionary(blueprint.hashing());
    this.storedPlan = new StoredPlan(plan);
    if (from != null) {
      // First, because operators look up the codes of their constants when they are made.
      from.restore(DICTIONARY, dictionary);
      from.restore(PLAN, storedPlan);
    }
    this.ledger = new Ledger(dictionary, blueprint.settings().ledgerRows());
    this.dataflow = new Dataflow(plan, dictionary, ledger);
    this.inputs = new InputFeed(plan, dataflow);
    this.producers = new Producers(blueprint.settings().producers());
    this.codec = new EpochCodec(plan, blueprint.pool());
    parts.add(new StatePart("inputs", inputs));
    parts.add(new StatePart("producers", producers));
    parts.add(new StatePart("logged inputs", codec));
    parts.add(new StatePart("ledger", ledger));
    parts.addAll(dataflow.parts());
  }

  /** The state before the first record. */
  static EngineState empty(Blueprint blueprint) {
    EngineState state = new EngineState(blueprint, null);
    state.dataflow.step();
    state.ledger.step();
    return state;
  }

  /**
   * The state that is in a checkpoint.
   *
   * @param whatIsMissing is told which parts of the plan the checkpoint does not have
   * @return null if there were some
   * @throws dev.leat.engine.EngineException CORRUPT if it is damaged
   */
  static @Nullable EngineState restored(
      Blueprint blueprint, CheckpointFile from, Consumer<String> whatIsMissing) {
    EngineState state = new EngineState(blueprint, from);
    List<String> missing =
        state.parts.stream()
            .map(StatePart::name)
            .filter(name -> !from.sections().contains(name))
            .toList();
    if (!missing.isEmpty()) {
      whatIsMissing.accept(state.storedPlan.missing() + " sections=" + missing);
      return null;
    }
    state.parts.forEach(part -> from.restore(part.name(), part.state()));
    state.position = from.header().position();
    return state;
  }

  /** The state as it is now; cheap. */
  Map<String, StateImage> capture() {
    Map<String, StateImage> images = new LinkedHashMap<>();
    images.put(DICTIONARY, dictionary.capture());
    images.put(PLAN, storedPlan.capture());
    for (StatePart part : parts) {
      if (!images.containsKey(part.name())) {
        images.put(part.name(), part.state().capture());
      }
    }
    return images;
  }

  /** Takes an epoch through the graph. */
  void apply(Epoch epoch) {
    ledger.startEpoch(epoch.position());
    for (Epoch.Reject reject : epoch.rejects()) {
      ledger.add(reject.source(), reject.reason(), reject.row());
    }
    producers.accept(epoch);
    inputs.stage(epoch);
    dataflow.step();
    ledger.step();
    position = epoch.position();
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
    dataflow.mark(live);
    ledger.mark(live);
    dictionary.retain(live);
  }

  /** About how many bytes it takes; known without looking at rows. */
  long bytes() {
    return dataflow.stateBytes() + dictionary.bytes() + ledger.stateBytes();
  }

  /** About how many bytes it takes, by what keeps it. */
  Map<String, Long> bytesByPart() {
    Map<String, Long> bytes = new LinkedHashMap<>();
    dataflow.addStateBytes(bytes);
    bytes.put(DICTIONARY, dictionary.bytes());
    bytes.put(Plan.LEDGER, ledger.stateBytes());
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

  Dataflow dataflow() {
    return dataflow;
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
    return new RowCounts(inputs.acceptedRows(), inputs.duplicateRows(), ledger.counts());
  }
}
