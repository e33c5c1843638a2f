package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.checkpoint.CheckpointFile;
import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.StateFormat;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.PlanDiff;
import dev.leat.engine.plan.PlanManifest;
import dev.leat.engine.plan.ViewDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What plan the state in a checkpoint is of, and how another plan goes on with it. */
final class StoredPlan {
  private static final String WHOLE = "plan";
  private static final String STARTED_EMPTY = "plan started empty";

  /**
   * Views that have not seen the beginning of the log.
   *
   * @param since the first position that they have seen
   */
  private record Late(long since, PlanManifest manifest) {}

  private final PlanManifest whole;
  private final List<Late> late;

  private StoredPlan(PlanManifest whole, List<Late> late) {
    this.whole = whole;
    this.late = late;
  }

  /**
   * What a checkpoint says.
   *
   * @throws dev.leat.engine.EngineException CORRUPT if it is damaged
   */
  static StoredPlan of(CheckpointFile file) {
    Text text = new Text(new PlanManifest(List.of()));
    file.restore(WHOLE, text);
    Lates lates = new Lates(List.of());
    if (file.sections().contains(STARTED_EMPTY)) {
      file.restore(STARTED_EMPTY, lates);
    }
    return new StoredPlan(text.manifest, lates.late);
  }

  /** The sections that say what a state is of. */
  static Map<String, StateImage> capture(Plan plan, PlanSplit split) {
    Map<String, StateImage> images = new HashMap<>();
    images.put(WHOLE, new Text(split.live().manifest(plan)).capture());
    List<Late> late = new ArrayList<>();
    for (PlanSplit.Late part : split.late()) {
      late.add(new Late(part.since(), part.part().manifest(plan)));
    }
    if (!late.isEmpty()) {
      images.put(STARTED_EMPTY, new Lates(late).capture());
    }
    return images;
  }

  /** What a plan keeps, and what is left to be built. */
  PlanSplit split(Plan plan) {
    PlanPart live = PlanPart.kept(plan, PlanDiff.between(whole, plan));
    Set<String> done = new HashSet<>(live.viewNames());
    List<PlanSplit.Late> kept = new ArrayList<>();
    for (Late some : late) {
      PlanPart part = PlanPart.kept(plan, PlanDiff.between(some.manifest(), plan));
      List<ViewDefinition> views = new ArrayList<>();
      for (ViewDefinition view : part.views()) {
        if (done.add(view.name())) {
          views.add(view);
        }
      }
      if (!views.isEmpty()) {
        kept.add(new PlanSplit.Late(some.since(), live.apart(views)));
      }
    }
    List<ViewDefinition> rest =
        plan.views().stream().filter(view -> !done.contains(view.name())).toList();
    return new PlanSplit(live, kept, live.toBeAdded(rest));
  }

  /** What a plan keeps, builds and drops, in words. */
  PlanDiff diff(Plan plan) {
    PlanDiff diff = PlanDiff.between(whole, plan);
    Map<String, Long> since = new HashMap<>();
    for (PlanSplit.Late part : split(plan).late()) {
      part.part().viewNames().forEach(name -> since.put(name, part.since()));
    }
    List<PlanDiff.Change> kept = new ArrayList<>(diff.kept());
    List<PlanDiff.Change> built = new ArrayList<>();
    List<PlanDiff.Change> rebuilt = new ArrayList<>();
    sort(diff.added(), since, kept, built);
    sort(diff.rebuilt(), since, kept, rebuilt);
    return new PlanDiff(kept, built, rebuilt, dropped(diff, plan), List.of());
  }

  private static void sort(
      List<PlanDiff.Change> from,
      Map<String, Long> since,
      List<PlanDiff.Change> kept,
      List<PlanDiff.Change> others) {
    for (PlanDiff.Change change : from) {
      Long position = since.get(change.entry().name());
      if (change.entry().kind().isResult() && position != null) {
        String why = "started empty, it has seen the log from position " + position + " on";
        kept.add(new PlanDiff.Change(change.entry(), why));
      } else {
        others.add(change);
      }
    }
  }

  private List<PlanDiff.Change> dropped(PlanDiff diff, Plan plan) {
    List<PlanDiff.Change> dropped = new ArrayList<>(diff.dropped());
    Set<String> names = new HashSet<>();
    plan.views().forEach(view -> names.add(view.name()));
    for (Late some : late) {
      for (PlanManifest.Entry entry : some.manifest().entries()) {
        if (entry.kind().isResult() && names.add(entry.name())) {
          dropped.add(new PlanDiff.Change(entry, ""));
        }
      }
    }
    return dropped;
  }

  private static final class Text implements Checkpointed {
    private PlanManifest manifest;

    private Text(PlanManifest manifest) {
      this.manifest = manifest;
    }

    @Override
    public StateImage capture() {
      String text = manifest.print();
      return out -> out.writeString(text);
    }

    @Override
    public void restore(StateReader in) {
      manifest = PlanManifest.parse(in.readString());
    }
  }

  private static final class Lates implements Checkpointed {
    private List<Late> late;

    private Lates(List<Late> late) {
      this.late = late;
    }

    @Override
    public StateImage capture() {
      List<Late> now = List.copyOf(late);
      return out -> {
        out.writeInt(now.size());
        for (Late some : now) {
          out.writeLong(some.since());
          out.writeString(some.manifest().print());
        }
      };
    }

    @Override
    public void restore(StateReader in) {
      int count = StateFormat.readCount(in, "parts of a plan");
      List<Late> found = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        found.add(new Late(in.readLong(), PlanManifest.parse(in.readString())));
      }
      late = found;
    }
  }
}
