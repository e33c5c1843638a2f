package dev.leat.engine;

import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.checkpoint.CheckpointStore;
import dev.leat.engine.internal.exec.Recovery;
import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.IoFailure;
import dev.leat.engine.internal.log.ChronicleLog;
import dev.leat.engine.internal.log.EventLog;
import dev.leat.engine.internal.log.LogSettings;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.PlanDiff;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** A directory that an engine has, or is to have, and what is in it. */
final class DataDirectory {
  private final Path path;
  private final Io io;

  private DataDirectory(Path path, Io io) {
    this.path = path;
    this.io = io;
  }

  /**
   * A directory, which need not exist.
   *
   * @throws EngineException INVALID if it can be none, UNAVAILABLE if that cannot be told
   */
  static DataDirectory of(Path path, Io io) {
    if (path == null) {
      throw invalid("it is null; say which one, for example Path.of(\"data\")");
    }
    if (!path.getFileSystem().equals(FileSystems.getDefault())) {
      throw invalid(
          "it is on a file system of the program's own, and the log maps its files; take one on the"
              + " default file system: directory="
              + path
              + " file_system="
              + path.getFileSystem().provider().getScheme());
    }
    try {
      if (io.exists(path)) {
        int unused = io.list(path).size();
      }
    } catch (NotDirectoryException e) {
      throw new EngineException(
          Kind.INVALID,
          "the engine cannot have this directory: it is a file; name another one, which is made if"
              + " need be: directory="
              + path,
          e);
    } catch (IOException e) {
      throw IoFailure.of("the engine's directory cannot be looked at: directory=" + path, e);
    }
    return new DataDirectory(path, io);
  }

  private static EngineException invalid(String why) {
    return new EngineException(Kind.INVALID, "the engine cannot have this directory: " + why);
  }

  /** Opens the log. */
  EventLog log(EngineSettings settings) {
    return ChronicleLog.open(
        path,
        LogSettings.defaults()
            .withSyncDelay(
                settings.durability() == Durability.SYNCED
                    ? settings.groupCommit()
                    : LogSettings.LAZY_SYNC_DELAY)
            .withGroupCommit(settings.groupCommit())
            .withSegmentBytes(settings.segmentBytes())
            .withMinFreeBytes(settings.minFreeBytes())
            .withRetention(settings.retention().keepFor(), settings.retention().maxBytes()),
        io);
  }

  /** The checkpoints; writing one leaves so much space. */
  CheckpointStore checkpoints(long minFreeBytes) {
    return new CheckpointStore(io, path.resolve("checkpoints"), minFreeBytes);
  }

  /** What opening it with a plan would make of what is there; only reads. */
  PlanDiff diff(Plan plan) {
    return Recovery.diff(checkpoints(0), plan, ChronicleLog.look(path, io));
  }
}
