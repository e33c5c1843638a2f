package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.PlanDiff;
import dev.leat.engine.plan.PlanManifest;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The plan that a state is of, in words: what a checkpoint says to people of another one. */
final class StoredPlan implements Checkpointed {
  private final Plan plan;
  private final PlanManifest manifest;
  private PlanManifest stored;

  StoredPlan(Plan plan) {
    this.plan = plan;
    this.manifest = PlanManifest.of(plan);
    this.stored = manifest;
  }

  /** What the plan has that the stored one does not have, or not like that. */
  String missing() {
    PlanDiff diff = PlanDiff.between(stored, plan);
    return Stream.concat(diff.added().stream(), diff.rebuilt().stream())
        .filter(change -> change.entry().kind() != PlanManifest.Kind.RELATION)
        .map(
            change ->
                change.entry().kind().name().toLowerCase(Locale.ROOT)
                    + " '"
                    + change.entry().name()
                    + "'"
                    + (change.why().isEmpty() ? "" : " (" + change.why() + ")"))
        .collect(Collectors.joining(", "));
  }

  @Override
  public StateImage capture() {
    return out -> out.writeString(manifest.print());
  }

  @Override
  public void restore(StateReader in) {
    stored = PlanManifest.parse(in.readString());
  }
}
