package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.CheckpointFile;
import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.plan.Plan;
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

  private final Plan plan;
  private final Dictionary dictionary;
  private final Ledger ledger;
  private final Dataflow dataflow;
  private final LoggedInputs loggedInputs = new LoggedInputs();
  private final AcceptedRows acceptedRows;
  private final Map<String, Checkpointed> parts = new LinkedHashMap<>();
  private long position;

  private EngineState(Plan plan, Hashing hashing, int ledgerRows, @Nullable CheckpointFile from) {
    this.plan = plan;
    this.dictionary = new Dictionary(hashing);
    part(DICTIONARY, dictionary);
    if (from != null && parts.containsKey(DICTIONARY)) {
      // First, because operators look up the codes of their constants when they are made.
      from.restore(DICTIONARY, parts.get(DICTIONARY));
    }
    this.ledger = new Ledger(dictionary, ledgerRows);
    this.dataflow = new Dataflow(plan, dictionary, ledger);
    this.acceptedRows = new AcceptedRows(plan);
    parts.put("accepted-rows", acceptedRows);
    parts.put("logged-inputs", loggedInputs);
    part("ledger", ledger);
  }

  private void part(String name, Object part) {
    if (part instanceof Checkpointed checkpointed) {
      parts.put(name, checkpointed);
    }
  }

  /** The state before the first record. */
  static EngineState empty(Plan plan, Hashing hashing, int ledgerRows) {
    EngineState state = new EngineState(plan, hashing, ledgerRows, null);
    state.dataflow.step();
    state.ledger.step();
    return state;
  }

  /**
   * The state that is in a checkpoint.
   *
   * @param whatIsMissing is told the parts that the checkpoint does not have
   * @return null if there were some
   * @throws dev.leat.engine.EngineException CORRUPT if it is damaged
   */
  static @Nullable EngineState restored(
      Plan plan,
      Hashing hashing,
      int ledgerRows,
      CheckpointFile from,
      Consumer<List<String>> whatIsMissing) {
    EngineState state = new EngineState(plan, hashing, ledgerRows, from);
    List<String> missing =
        state.parts.keySet().stream().filter(name -> !from.sections().contains(name)).toList();
    if (!missing.isEmpty()) {
      whatIsMissing.accept(missing);
      return null;
    }
    state.parts.forEach(
        (name, part) -> {
          if (!name.equals(DICTIONARY)) {
            from.restore(name, part);
          }
        });
    state.position = from.header().position();
    return state;
  }

  /** The state as it is now; cheap. */
  Map<String, StateImage> capture() {
    Map<String, StateImage> images = new LinkedHashMap<>();
    parts.forEach((name, part) -> images.put(name, part.capture()));
    return images;
  }

  /** Takes an epoch through the graph. */
  void apply(Epoch epoch) {
    ledger.startEpoch(epoch.position());
    for (Epoch.Reject reject : epoch.rejects()) {
      ledger.add(reject.source(), reject.reason(), reject.row());
    }
    acceptedRows.add(epoch);
    for (int i = 0; i < plan.inputs().size(); i++) {
      dataflow.input(plan.inputs().get(i).name()).stage(epoch.rows(i));
    }
    dataflow.step();
    ledger.step();
    position = epoch.position();
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

  LoggedInputs loggedInputs() {
    return loggedInputs;
  }

  /** How many rows each input brought, by name. */
  Map<String, Long> acceptedRows() {
    return acceptedRows.byName();
  }
}
