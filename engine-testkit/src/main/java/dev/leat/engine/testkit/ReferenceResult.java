package dev.leat.engine.testkit;

import java.util.Map;

/**
 * What a plan gives for the current rows of its inputs.
 *
 * @param views for each view its rows, each with how often it is there (more than zero)
 * @param errors how many rows were left out of the output of an operator because an expression or
 *     an aggregate failed, over all operators that a view reads; an operator that several read
 *     counts once
 */
public record ReferenceResult(Map<String, Map<ReferenceRow, Long>> views, long errors) {
  /**
   * The rows of a view, each with how often it is there.
   *
   * @throws IllegalArgumentException if there is no view of that name
   */
  public Map<ReferenceRow, Long> view(String name) {
    Map<ReferenceRow, Long> rows = views.get(name);
    if (rows == null) {
      throw new IllegalArgumentException("no view '" + name + "', there are " + views.keySet());
    }
    return rows;
  }
}
