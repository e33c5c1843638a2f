package dev.leat.engine.iceberg.internal.catalog;

import java.util.Objects;
import org.apache.iceberg.catalog.TableIdentifier;

/** Names of tables, as hosts give them. */
public final class TableNames {
  /** What ends a name or means something else in a path or an address. */
  private static final String NOT_IN_PATHS = "/\\#?%";

  private TableNames() {}

  /**
   * The table of a name.
   *
   * @throws IllegalArgumentException if it has no namespace or an empty part
   */
  public static TableIdentifier parse(String name) {
    Objects.requireNonNull(name, "table");
    String[] parts = name.split("\\.", -1);
    for (String part : parts) {
      if (part.isBlank()) {
        throw new IllegalArgumentException(
            "a table's name has no empty part, as in 'web.clicks': table=" + name);
      }
    }
    if (parts.length < 2) {
      throw new IllegalArgumentException(
          "a table has a namespace, as in 'web.clicks': table=" + name);
    }
    return TableIdentifier.of(parts);
  }

  /**
   * The table of a name that may be new: its folder has the name, and in a REST catalog its
   * address.
   *
   * @throws IllegalArgumentException also if a character of it is none for these
   */
  public static TableIdentifier parseNew(String name) {
    TableIdentifier table = parse(name);
    boolean isInPaths =
        name.chars().allMatch(c -> !Character.isISOControl(c) && NOT_IN_PATHS.indexOf(c) < 0);
    if (!isInPaths) {
      throw new IllegalArgumentException(
          "a table's name becomes part of paths and addresses; name it without control characters"
              + " and "
              + NOT_IN_PATHS
              + ": table="
              + name);
    }
    return table;
  }
}
