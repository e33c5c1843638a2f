package dev.leat.engine.plan;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Orders what relations and expressions are made of. Both are graphs: parts may be shared, and
 * chains may be long. So everything that goes through them does it by this order, in a loop, and
 * meets each part once.
 */
public final class Postorder {
  private Postorder() {}

  /** A part, and those of its own parts that are still to be visited. */
  private record Visit<T>(T part, Iterator<? extends T> rest) {}

  /**
   * All that some roots are made of, and the roots: equal parts once, each behind its own parts,
   * and otherwise in the order in which a reader from left to right meets them.
   *
   * @param parts what something is made of directly, in order; no part may contain itself
   */
  public static <T> List<T> of(
      Collection<? extends T> roots, Function<? super T, ? extends Collection<? extends T>> parts) {
    Set<T> done = new LinkedHashSet<>();
    Deque<Visit<T>> open = new ArrayDeque<>();
    for (T root : roots) {
      if (!done.contains(root)) {
        open.push(new Visit<>(root, parts.apply(root).iterator()));
      }
      while (!open.isEmpty()) {
        Visit<T> visit = open.element();
        if (!visit.rest().hasNext()) {
          done.add(open.remove().part());
          continue;
        }
        T next = visit.rest().next();
        if (!done.contains(next)) {
          open.push(new Visit<>(next, parts.apply(next).iterator()));
        }
      }
    }
    return List.copyOf(done);
  }
}
