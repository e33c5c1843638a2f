package dev.leat.engine.plan;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A result of a plan: a relation that is kept up to date for readers, or whose changes go to a
 * sink.
 *
 * @param name its name, unique in the plan
 * @param relation what it holds
 * @param growthReason why it may grow with the input, in the pipeline's own words; null if it may
 *     not
 * @param use what becomes of it
 */
public record ViewDefinition(String name, Node relation, @Nullable String growthReason, Use use) {

  /** What becomes of a relation. */
  public enum Use {
    /** Its rows are kept, to be read. */
    VIEW,
    /** Its changes go to a sink; no row is kept for that. */
    SINK
  }

  public ViewDefinition {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(relation, "relation");
    Objects.requireNonNull(use, "use");
  }

  /** A view. */
  public ViewDefinition(String name, Node relation, @Nullable String growthReason) {
    this(name, relation, growthReason, Use.VIEW);
  }

  /** Do its changes go to a sink? Then it has no rows to be read. */
  public boolean isSink() {
    return use == Use.SINK;
  }

  /** What it is and its name, for messages. */
  public String describe() {
    return (isSink() ? "sink '" : "view '") + name + "'";
  }

  /**
   * Which rows it holds, and under which name and key: equal where they are equal. Stable as {@link
   * Node#fingerprint} is.
   */
  public Fingerprint fingerprint() {
    Canonical text =
        new Canonical(isSink() ? "sink" : "view").name(name).part(relation.fingerprint());
    return relation.key().map(text::names).orElseGet(() -> text.word("-")).fingerprint();
  }
}
