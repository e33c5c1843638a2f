package dev.leat.engine.plan;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A relation that is kept up to date for readers.
 *
 * @param name its name, unique in the plan
 * @param relation what it holds
 * @param growthReason why it may grow with the input, in the pipeline's own words; null if it may
 *     not
 */
public record ViewDefinition(String name, Node relation, @Nullable String growthReason) {
  public ViewDefinition {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(relation, "relation");
  }

  /**
   * Which rows the view holds, and under which name and key: equal where they are equal. Stable as
   * {@link Node#fingerprint} is.
   */
  public Fingerprint fingerprint() {
    Canonical text = new Canonical("view").name(name).part(relation.fingerprint());
    return relation.key().map(text::names).orElseGet(() -> text.word("-")).fingerprint();
  }
}
