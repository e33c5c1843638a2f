package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.checkpoint.CheckpointFile;
import dev.leat.engine.internal.checkpoint.CheckpointStore;
import dev.leat.engine.internal.log.EventLog;
import dev.leat.engine.internal.log.LogFacts;
import dev.leat.engine.plan.Names;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.PlanDiff;
import dev.leat.engine.plan.PlanManifest;
import dev.leat.engine.plan.ViewDefinition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the state that an engine starts with: that of the newest checkpoint that is sound and that
 * the log goes on from; or the empty one, if the log has all records. Views that the checkpoint
 * does not have are built while the others go on, if the log has all records, or may start empty.
 * If it has none of the plan's views, everything is built before anything goes on. A checkpoint
 * that is damaged is passed over, and told; one that cannot be read now, or is of another log, is
 * not, because what is passed over goes with the next checkpoint.
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
  private final List<String> tooOld = new ArrayList<>();
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
   * What opening would make of a plan and the newest checkpoint that it can start from, or else the
   * newest; only reads.
   *
   * @param log what the log says; empty if there is none
   * @throws EngineException CORRUPT if a checkpoint is damaged, or of another log; UNAVAILABLE if
   *     it cannot be read
   */
  public static PlanDiff diff(CheckpointStore store, Plan plan, Optional<LogFacts> log) {
    @Nullable PlanDiff newest = null;
    for (long position : store.positions()) {
      try (CheckpointFile file = store.open(position)) {
        checkIsOf(log.map(LogFacts::id), file);
        PlanFit fit = PlanFit.of(file, plan, log.map(LogFacts::firstPosition).orElse(1L), Set.of());
        if (fit.isUsable()) {
          return fit.diff();
        }
        newest = newest == null ? fit.diff() : newest;
      }
    }
    return newest == null ? PlanDiff.between(new PlanManifest(List.of()), plan) : newest;
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
      @Nullable Start start = startFrom(store, position);
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

  private @Nullable Start startFrom(CheckpointStore store, long position) {
    @Nullable CheckpointFile opened = opened(store, position);
    if (opened == null) {
      return null;
    }
    try (CheckpointFile file = opened) {
      checkIsOf(Optional.of(log.id()), file);
      checkNotAhead(position, file.path(), "");
      if (log.firstPosition() > position + 1) {
        LOG.warn(
            "a checkpoint is not used, as the log no longer has the records after it: file={}",
            file.path());
        tooOld.add("file=" + file.path() + " cause=the log no longer has the records after it");
        store.reject(position);
        return null;
      }
      return restored(store, file);
    }
  }

  private @Nullable CheckpointFile opened(CheckpointStore store, long position) {
    try {
      return store.open(position);
    } catch (EngineException e) {
      throwUnlessDamaged(e);
      checkNotAhead(position, store.path(position), " It cannot be read either: " + e.getMessage());
      refuse(store, position, e);
      return null;
    }
  }

  /** What cannot be read now, or is of another version, is not given up for an older one. */
  private static void throwUnlessDamaged(EngineException reason) {
    if (reason.kind() != Kind.CORRUPT) {
      throw reason;
    }
  }

  private static void checkIsOf(Optional<UUID> log, CheckpointFile file) {
    UUID made = file.header().log();
    if (!log.equals(Optional.of(made))) {
      throw new EngineException(
          Kind.CORRUPT,
          "a checkpoint is of another log: if it was copied to here, put it somewhere else; if the"
              + " log of this directory was, or is missing, restore the directory from a backup:"
              + " file="
              + file.path()
              + " log="
              + log.map(UUID::toString).orElse("none")
              + " log_of_checkpoint="
              + made);
    }
  }

  private void checkNotAhead(long position, Path file, String more) {
    if (position > log.lastPosition()) {
      throw new EngineException(
          Kind.CORRUPT,
          "the event log has lost records that were durable: a checkpoint is ahead of it; restore"
              + " the directory from a backup: file="
              + file
              + " last_position="
              + log.lastPosition()
              + more);
    }
  }

  private @Nullable Start restored(CheckpointStore store, CheckpointFile file) {
    long position = file.header().position();
    try {
      PlanFit fit =
          PlanFit.of(
              file, blueprint.plan(), log.firstPosition(), blueprint.settings().mayStartEmpty());
      if (!fit.isUsable()) {
        isMissing(
            "views="
                + fit.split().missing().viewNames()
                + " file="
                + file.path()
                + "\n"
                + fit.found());
        store.reject(position);
        return null;
      }
      if (isAheadOfSinks(fit.split(), position)) {
        return null;
      }
      fit.checkReadable();
      if (fit.isChange()) {
        LOG.info("the pipeline was changed:\n{}", fit.found());
      }
      @Nullable EngineState state =
          EngineState.restored(
              blueprint, fit.split(), file, absent -> isMissing(absent + " file=" + file.path()));
      if (state == null) {
        store.reject(position);
        return null;
      }
      return new Start(
          state,
          new CheckpointFacts(
              position, file.header().createdMillis(), file.size(), 0, 0, 0, 0, null));
    } catch (EngineException e) {
      throwUnlessDamaged(e);
      refuse(store, position, e);
      return null;
    }
  }

  /** Of several, the newest checkpoint says what a host would expect to be there. */
  private void isMissing(String what) {
    if (missing == null) {
      missing = what;
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

  private void refuse(CheckpointStore store, long position, EngineException why) {
    LOG.warn("a checkpoint is damaged and not used: file={}", store.path(position), why);
    damaged.add("damaged=" + store.path(position) + " cause=" + String.valueOf(why.getMessage()));
    store.reject(position);
  }

  private EngineException nothingToStartFrom() {
    if (!damaged.isEmpty()) {
      return damagedAndNothingElse();
    }
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
            + (tooOld.isEmpty() ? "; there is no checkpoint" : "; " + String.join("; ", tooOld)));
  }

  /** What the damaged ones have may be all that is asked for, so that is what to bring back. */
  private EngineException damagedAndNothingElse() {
    String rest = "";
    if (missing != null) {
      rest =
          " What is left has not all of the pipeline; if there is no backup, let these views start"
              + " empty, with EngineSettings.withStartEmpty: "
              + missing;
    } else if (behind != null) {
      rest =
          " What is left is ahead of a sink; if there is no backup, leave the sink out, or give it"
              + " another name and table: "
              + behind;
    }
    List<String> unused = new ArrayList<>(damaged);
    unused.addAll(tooOld);
    return new EngineException(
        Kind.CORRUPT,
        "a checkpoint is damaged, no other can be used, and the log no longer reaches back to its"
            + " beginning; restore the damaged file, or the directory, from a backup:"
            + " first_position="
            + log.firstPosition()
            + "; "
            + String.join("; ", unused)
            + "."
            + rest);
  }
}
