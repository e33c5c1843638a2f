package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.checkpoint.CheckpointFile;
import dev.leat.engine.internal.checkpoint.CheckpointStore;
import dev.leat.engine.internal.log.EventLog;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the state that an engine starts with: that of the newest checkpoint that is sound, has all
 * parts of the plan, and that the log goes on from; or the empty one, if the log has all records.
 * What is refused on the way is told, and why.
 */
final class Recovery {
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

  Recovery(EngineState.Blueprint blueprint, EventLog log) {
    this.blueprint = blueprint;
    this.log = log;
  }

  /** The empty state. */
  Start empty() {
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
          "the pipeline has parts that no checkpoint has; all {} records are replayed: {}",
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

  private @Nullable Start open(CheckpointStore store, long position) {
    try (CheckpointFile file = store.open(position)) {
      @Nullable EngineState state =
          EngineState.restored(
              blueprint, file, absent -> missing = "missing: " + absent + " file=" + file.path());
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

  private void refuse(CheckpointStore store, long position, String why) {
    LOG.warn("a checkpoint is not used: file={} cause={}", store.path(position), why);
    damaged.add("file=" + store.path(position) + " cause=" + why);
    store.reject(position);
  }

  private EngineException nothingToStartFrom() {
    if (missing != null) {
      return new EngineException(
          Kind.INVALID,
          "the pipeline has parts that no checkpoint has, and the log no longer reaches back to"
              + " compute them; open it with the pipeline that it was run with, or use another"
              + " directory: first_position="
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
