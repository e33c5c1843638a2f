package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.checkpoint.CheckpointFile;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.PlanDiff;
import dev.leat.engine.plan.PlanManifest;
import dev.leat.engine.plan.ViewDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How a plan goes on with the state in a checkpoint and the records in the log. An engine that is
 * opened does what is decided here, and whoever asks beforehand is told the same.
 */
final class PlanFit {
  private final Plan plan;
  private final StoredPlan stored;
  private final PlanSplit split;
  private final Map<LoggedInputs.Named, String> unreadable;
  private final long firstPosition;

  private PlanFit(
      Plan plan,
      StoredPlan stored,
      PlanSplit split,
      Map<LoggedInputs.Named, String> unreadable,
      long firstPosition) {
    this.plan = plan;
    this.stored = stored;
    this.split = split;
    this.unreadable = unreadable;
    this.firstPosition = firstPosition;
  }

  /**
   * Compares a plan with a checkpoint.
   *
   * @param firstPosition of the log
   * @param mayStartEmpty views that need not be built if the log does not reach back
   * @throws EngineException CORRUPT if the checkpoint is damaged, UNAVAILABLE if it cannot be read
   */
  static PlanFit of(CheckpointFile file, Plan plan, long firstPosition, Set<String> mayStartEmpty) {
    StoredPlan stored = StoredPlan.of(file);
    PlanSplit split = stored.split(plan);
    if (firstPosition > 1) {
      split = split.startingEmpty(mayStartEmpty, file.header().position() + 1);
    }
    LoggedInputs inputs = new LoggedInputs(plan, false);
    file.restore(LoggedInputs.SECTION, inputs);
    return new PlanFit(plan, stored, split, inputs.refusals(firstPosition), firstPosition);
  }

  /** What is kept, starts empty, and is left to be built. */
  PlanSplit split() {
    return split;
  }

  private boolean reachesBack() {
    return firstPosition <= 1;
  }

  /** Can an engine start from this checkpoint, if its inputs can be read? */
  boolean isUsable() {
    return split.isComplete() || (reachesBack() && split.hasViews());
  }

  /**
   * Checks that all rows can be read that the log has and the checkpoint makes it unnecessary to
   * read.
   *
   * @throws EngineException INVALID if not
   */
  void checkReadable() {
    for (String refusal : unreadable.values()) {
      throw new EngineException(Kind.INVALID, refusal);
    }
  }

  /** Is something built, dropped or started empty? */
  boolean isChange() {
    return !split.isComplete() || !split.late().isEmpty();
  }

  /** What the checkpoint has for the plan, whatever the log has. */
  PlanDiff found() {
    return stored.diff(plan);
  }

  /** What becomes of each part, and what would be refused. */
  PlanDiff diff() {
    PlanDiff found = found();
    List<PlanDiff.Change> refused = new ArrayList<>();
    unreadable.forEach((input, why) -> refused.add(new PlanDiff.Change(entry(input), why)));
    if (!reachesBack()) {
      for (ViewDefinition view : split.missing().views()) {
        Stream.concat(found.added().stream(), found.rebuilt().stream())
            .filter(change -> change.entry().kind().isResult())
            .filter(change -> change.entry().name().equals(view.name()))
            .forEach(change -> refused.add(refused(change)));
      }
    }
    return refused.isEmpty() ? found : found.refusing(refused);
  }

  private PlanManifest.Entry entry(LoggedInputs.Named input) {
    for (Node.Input declared : plan.inputs()) {
      if (declared.name().equals(input.name())) {
        return PlanManifest.entry(declared);
      }
    }
    return PlanManifest.entry(input.input());
  }

  private PlanDiff.Change refused(PlanDiff.Change change) {
    String why = change.why().isEmpty() ? "it is new" : change.why();
    return new PlanDiff.Change(
        change.entry(),
        why
            + "; it cannot be built, as the log begins at position "
            + firstPosition
            + ", but it may start empty, with EngineSettings.withStartEmpty");
  }
}
