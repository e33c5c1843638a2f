package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.checkpoint.CheckpointFile;
import dev.leat.engine.internal.checkpoint.CheckpointStore;
import dev.leat.engine.internal.log.EventLog;
import dev.leat.engine.plan.Names;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.PlanDiff;
import dev.leat.engine.plan.PlanManifest;
import dev.leat.engine.plan.ViewDefinition;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the state that an engine starts with: that of the newest checkpoint that is sound and that
 * the log goes on from; or the empty one, if the log has all records. Views that the checkpoint
 * does not have are built while the others go on, if the log has all records, or may start empty.
 * If it has none of the plan's views, everything is built before anything goes on. What is refused
 * on the way is told, and why.
 */
public final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  /**
   * A state, and the checkpoint that it is from.
   *
   * @param facts {@link CheckpointFacts#NONE} if it is the empty one
   */
  record Start(EngineState state, CheckpointFacts facts) {}

  private final EngineState.Blueprint blueprint;
  private final EventLog log;
  private final List<String> damaged = new ArrayList<>();
  private @Nullable String missing;
  private @Nullable String behind;

  /**
   * A search that has not begun.
   *
   * @throws EngineException INVALID if a view that may start empty is not one of the plan's
   */
  Recovery(EngineState.Blueprint blueprint, EventLog log) {
    this.blueprint = blueprint;
    this.log = log;
    List<String> views = blueprint.plan().views().stream().map(ViewDefinition::name).toList();
    for (String name : blueprint.settings().mayStartEmpty()) {
      if (!views.contains(name)) {
        throw new EngineException(
            Kind.INVALID, "start-empty: " + Names.unknown("view", name, views));
      }
    }
  }

  /**
   * What a plan would find in the newest checkpoint; only reads.
   *
   * @throws EngineException CORRUPT if it is damaged; UNAVAILABLE if it cannot be read
   */
  public static PlanDiff diff(CheckpointStore store, Plan plan) {
    List<Long> positions = store.positions();
    if (positions.isEmpty()) {
      return PlanDiff.between(new PlanManifest(List.of()), plan);
    }
    try (CheckpointFile file = store.open(positions.get(0))) {
      return StoredPlan.of(file).diff(plan);
    }
  }

  /** The empty state. */
  Start empty() {
    checkSinksNotAhead();
    return new Start(EngineState.empty(blueprint), CheckpointFacts.NONE);
  }

  /**
   * The state to start with.
   *
   * @throws EngineException CORRUPT if a checkpoint is ahead of the log, or none is sound and the
   *     log does not reach back; INVALID if the log does not reach back and the checkpoints are of
   *     a pipeline without some of this one's parts, or of another version of the library
   */
  Start find(CheckpointStore store) {
    checkSinksNotAhead();
    for (long position : store.positions()) {
      checkNotAhead(store, position);
      if (log.firstPosition() > position + 1) {
        refuse(store, position, "the log no longer has the records after it");
        continue;
      }
      @Nullable Start start = open(store, position);
      if (start != null) {
        LOG.info(
            "starting from a checkpoint: position={} last_position={}",
            position,
            log.lastPosition());
        return start;
      }
    }
    if (log.firstPosition() > 1) {
      throw nothingToStartFrom();
    }
    if (missing != null) {
      LOG.info(
          "nothing of the pipeline is in a checkpoint; all {} records are replayed: {}",
          log.lastPosition(),
          missing);
    } else if (!damaged.isEmpty()) {
      LOG.warn("no checkpoint is sound; all {} records are replayed", log.lastPosition());
    }
    return empty();
  }

  private void checkNotAhead(CheckpointStore store, long position) {
    if (position > log.lastPosition()) {
      throw new EngineException(
          Kind.CORRUPT,
          "the event log has lost records that were durable: a checkpoint is ahead of it; restore"
              + " the directory from a backup: file="
              + store.path(position)
              + " last_position="
              + log.lastPosition());
    }
  }

  /** How the plan goes on with a checkpoint; null if it cannot. */
  private @Nullable PlanSplit split(CheckpointFile file) {
    StoredPlan stored = StoredPlan.of(file);
    PlanSplit split = stored.split(blueprint.plan());
    boolean hasBeginning = log.firstPosition() <= 1;
    if (!hasBeginning) {
      split =
          split.startingEmpty(blueprint.settings().mayStartEmpty(), file.header().position() + 1);
    }
    if (split.isComplete() || (hasBeginning && split.hasViews())) {
      if (!split.isComplete() || !split.late().isEmpty()) {
        LOG.info("the pipeline was changed:\n{}", stored.diff(blueprint.plan()));
      }
      return split;
    }
    missing =
        "views="
            + split.missing().viewNames()
            + " file="
            + file.path()
            + "\n"
            + stored.diff(blueprint.plan());
    return null;
  }

  private @Nullable Start open(CheckpointStore store, long position) {
    try (CheckpointFile file = store.open(position)) {
      @Nullable PlanSplit split = split(file);
      if (split != null && isAheadOfSinks(split, position)) {
        return null;
      }
      @Nullable EngineState state =
          split == null
              ? null
              : EngineState.restored(
                  blueprint, split, file, absent -> missing = absent + " file=" + file.path());
      if (state == null) {
        store.reject(position);
        return null;
      }
      state.codec().checkReadable(log.firstPosition());
      return new Start(
          state,
          new CheckpointFacts(
              position, file.header().createdMillis(), file.size(), 0, 0, 0, 0, null));
    } catch (EngineException e) {
      if (e.kind() != Kind.CORRUPT && e.kind() != Kind.UNAVAILABLE) {
        throw e;
      }
      refuse(store, position, String.valueOf(e.getMessage()));
      return null;
    }
  }

  /** A sink gets what follows a checkpoint, so it must have all that is in it. */
  private boolean isAheadOfSinks(PlanSplit split, long position) {
    List<ViewDefinition> there = new ArrayList<>(split.live().views());
    split.late().forEach(some -> there.addAll(some.part().views()));
    for (ViewDefinition view : there) {
      if (view.isSink()) {
        long committed = blueprint.settings().sinks().committed(view.name());
        if (committed < position) {
          behind = view.describe() + " committed=" + Math.max(0, committed);
          LOG.info(
              "an older checkpoint is looked for, as a sink has not come so far: position={} {}",
              position,
              behind);
          return true;
        }
      }
    }
    return false;
  }

  private void checkSinksNotAhead() {
    for (ViewDefinition view : blueprint.plan().views()) {
      if (view.isSink()
          && blueprint.settings().sinks().committed(view.name()) > log.lastPosition()) {
        throw new EngineException(
            Kind.CORRUPT,
            "the event log has lost records that "
                + view.describe()
                + " has, or is an older copy; restore the directory, or give the sink another name"
                + " and table: committed="
                + blueprint.settings().sinks().committed(view.name())
                + " last_position="
                + log.lastPosition());
      }
    }
  }

  private void refuse(CheckpointStore store, long position, String why) {
    LOG.warn("a checkpoint is not used: file={} cause={}", store.path(position), why);
    damaged.add("file=" + store.path(position) + " cause=" + why);
    store.reject(position);
  }

  private EngineException nothingToStartFrom() {
    if (behind != null) {
      return new EngineException(
          Kind.INVALID,
          "a sink has not come as far as the oldest checkpoint and the first record of the log, so"
              + " what it lacks is gone; restore its table to a later state, or leave the sink out,"
              + " or give it another name and table, which starts empty with"
              + " EngineSettings.withStartEmpty: first_position="
              + log.firstPosition()
              + " "
              + behind);
    }
    if (missing != null) {
      return new EngineException(
          Kind.INVALID,
          "the pipeline has parts that no checkpoint has, and the log no longer reaches back to"
              + " compute them; open it with the pipeline that it was run with, or let these views"
              + " start empty, with EngineSettings.withStartEmpty, or use another directory:"
              + " first_position="
              + log.firstPosition()
              + " "
              + missing);
    }
    return new EngineException(
        Kind.CORRUPT,
        "no checkpoint can be used, and the log no longer reaches back to its beginning; restore"
            + " the directory from a backup: first_position="
            + log.firstPosition()
            + (damaged.isEmpty() ? "; there is no checkpoint" : "; " + String.join("; ", damaged)));
  }
}
