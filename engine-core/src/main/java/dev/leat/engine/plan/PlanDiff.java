package dev.leat.engine.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a pipeline finds of its state in a directory that another one may have written.
 *
 * <p>A relation is kept if its operator left state of the same fingerprint, and all that it reads
 * is kept too; a view, if its relation is. A stream has no state: what reads it is kept as long as
 * the columns that it reads are as they were. A table's rows are kept if all its columns are.
 *
 * <p>{@link #toString} says it for people, a line for each input and view.
 *
 * @param kept what has its state already
 * @param added what the directory does not know: it is built from the log
 * @param rebuilt what the directory knows, but no longer fits: it is built from the log again
 * @param dropped what only the directory knows: its state is of no use
 * @param refused why the directory cannot be opened like this: inputs of which the log has rows
 *     that could not be read, views that the log no longer reaches back to build; each is in no
 *     other list, and says what can be done
 */
public record PlanDiff(
    List<Change> kept,
    List<Change> added,
    List<Change> rebuilt,
    List<Change> dropped,
    List<Change> refused) {

  /**
   * An input, a relation, a view or a sink, and what becomes of it.
   *
   * @param entry as the plan has it, or, if it is dropped, as the directory has it
   * @param why why it is rebuilt or refused; of a kept stream, which columns it had before if
   *     others; else empty
   */
  public record Change(PlanManifest.Entry entry, String why) {
    private String text(String fate) {
      String name =
          switch (entry.kind()) {
            case STREAM -> "stream '" + entry.name() + "'";
            case TABLE -> "table '" + entry.name() + "'";
            case VIEW -> "view '" + entry.name() + "'";
            case SINK -> "sink '" + entry.name() + "'";
            case RELATION -> entry.description();
          };
      return name + ": " + fate + (why.isEmpty() ? "" : " (" + why + ")");
    }
  }

  public PlanDiff {
    kept = List.copyOf(kept);
    added = List.copyOf(added);
    rebuilt = List.copyOf(rebuilt);
    dropped = List.copyOf(dropped);
    refused = List.copyOf(refused);
  }

  /** What becomes of the state that a manifest tells of, if a plan goes on with it. */
  public static PlanDiff between(PlanManifest stored, Plan plan) {
    return new Comparison(stored, plan).diff();
  }

  /** Is the state of this fingerprint, of a table, a relation or a view, kept? */
  public boolean keeps(Fingerprint fingerprint) {
    return kept.stream().anyMatch(change -> change.entry().fingerprint().equals(fingerprint));
  }

  /** Is there nothing to build, nothing to drop and nothing that is refused? */
  public boolean isEmpty() {
    return added.isEmpty() && rebuilt.isEmpty() && dropped.isEmpty() && refused.isEmpty();
  }

  /** The same, but some of it is refused. */
  public PlanDiff refusing(List<Change> some) {
    Set<Object> keys = new HashSet<>();
    some.forEach(change -> keys.add(place(change)));
    return new PlanDiff(
        without(keys, kept),
        without(keys, added),
        without(keys, rebuilt),
        without(keys, dropped),
        some);
  }

  private static List<Change> without(Set<Object> places, List<Change> changes) {
    return changes.stream().filter(change -> !places.contains(place(change))).toList();
  }

  /** An input that was a stream and is a table now has one name, too. */
  private static Object place(Change change) {
    PlanManifest.Entry entry = change.entry();
    return switch (entry.kind()) {
      case STREAM, TABLE -> entry.name();
      case RELATION, VIEW, SINK -> entry.key();
    };
  }

  @Override
  public String toString() {
    return Stream.of(
            lines(kept, "kept"),
            lines(added, "new"),
            lines(rebuilt, "rebuilt from the log"),
            lines(dropped, "dropped"),
            lines(refused, "refused"))
        .flatMap(lines -> lines)
        .collect(Collectors.joining());
  }

  private static Stream<String> lines(List<Change> changes, String fate) {
    return changes.stream()
        .filter(change -> change.entry().kind() != PlanManifest.Kind.RELATION)
        .map(change -> change.text(fate) + "\n");
  }

  /** Compares a plan with a manifest. */
  private static final class Comparison {
    private final PlanManifest stored;
    private final Plan plan;
    private final PlanManifest wanted;
    private final Map<Fingerprint, Node> relations;
    private final Set<Fingerprint> storedState;

    /** The relations whose state does not fit, each with the first thing that is not as it was. */
    private final Map<Node, String> misfits = new HashMap<>();

    private final List<Change> kept = new ArrayList<>();
    private final List<Change> added = new ArrayList<>();
    private final List<Change> rebuilt = new ArrayList<>();

    private Comparison(PlanManifest stored, Plan plan) {
      this.stored = stored;
      this.plan = plan;
      this.wanted = PlanManifest.of(plan);
      this.relations = PlanManifest.relations(plan);
      this.storedState =
          stored.entries().stream()
              .map(PlanManifest.Entry::fingerprint)
              .collect(Collectors.toSet());
    }

    private PlanDiff diff() {
      for (Node node : plan.computed()) {
        misfit(node).ifPresent(why -> misfits.put(node, why));
      }
      for (PlanManifest.Entry entry : wanted.entries()) {
        switch (entry.kind()) {
          case STREAM, TABLE -> input(plan.input(entry.name()), entry);
          case RELATION -> relation(entry);
          case VIEW, SINK -> view(plan.view(entry.name()), entry);
        }
      }
      return new PlanDiff(kept, added, rebuilt, dropped(), List.of());
    }

    /** Why there is no state for a relation, or not over what is below it; empty if there is. */
    private Optional<String> misfit(Node node) {
      for (Node input : node.sources()) {
        if (misfits.containsKey(input)) {
          return Optional.ofNullable(misfits.get(input));
        }
      }
      // Whether a stream's columns fit is said by the relations that read them.
      boolean isStateless =
          node instanceof Node.Named
              || (node instanceof Node.Input input && input.kind() == Node.InputKind.STREAM);
      if (isStateless || isStored(node)) {
        return Optional.empty();
      }
      if (node instanceof Node.Input input) {
        return Optional.of(changed(input));
      }
      return node.sources().stream()
          .flatMap(input -> changedInput(input).stream())
          .findFirst()
          .or(() -> Optional.of(PlanManifest.describe(node) + " changed"));
    }

    /** If a relation is an input, perhaps with names: how it changed, if it did. */
    private Optional<String> changedInput(Node node) {
      Node origin = node;
      while (origin instanceof Node.Named named) {
        origin = named.input();
      }
      return origin instanceof Node.Input input && !isStored(input)
          ? Optional.of(changed(input))
          : Optional.empty();
    }

    private boolean isStored(Node node) {
      return storedState.contains(node.fingerprint());
    }

    private void input(Node.Input input, PlanManifest.Entry entry) {
      if (stored.find(entry.kind(), entry.name()).isEmpty()) {
        added.add(new Change(entry, ""));
      } else if (isStored(input)) {
        kept.add(new Change(entry, ""));
      } else {
        (misfits.containsKey(input) ? rebuilt : kept).add(new Change(entry, changed(input)));
      }
    }

    private void relation(PlanManifest.Entry entry) {
      Node node = Objects.requireNonNull(relations.get(entry.fingerprint()));
      String misfit = misfits.get(node);
      if (misfit == null) {
        kept.add(new Change(entry, ""));
      } else if (isStored(node)) {
        rebuilt.add(new Change(entry, misfit));
      } else {
        added.add(new Change(entry, ""));
      }
    }

    private void view(ViewDefinition view, PlanManifest.Entry entry) {
      Optional<PlanManifest.Entry> before = stored.find(entry.kind(), view.name());
      Optional<String> misfit = Optional.ofNullable(misfits.get(view.relation()));
      if (before.isEmpty()) {
        added.add(new Change(entry, ""));
      } else if (storedState.contains(view.fingerprint()) && misfit.isEmpty()) {
        kept.add(new Change(entry, ""));
      } else {
        String why =
            misfit
                .or(() -> changedInput(view.relation()))
                .orElse("was: " + before.get().description() + ", and is: " + entry.description());
        rebuilt.add(new Change(entry, why));
      }
    }

    private String changed(Node.Input input) {
      String is = PlanManifest.describe(input);
      return stored
          .findInput(input.name())
          .map(before -> input.describe() + " was: " + before.description() + ", and is: " + is)
          .orElse(input.describe() + " is new");
    }

    private List<Change> dropped() {
      Set<Object> here = new HashSet<>();
      wanted.entries().forEach(entry -> here.add(entry.key()));
      return stored.entries().stream()
          .filter(entry -> !here.contains(entry.key()))
          .map(entry -> new Change(entry, ""))
          .toList();
    }
  }
}
