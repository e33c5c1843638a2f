package dev.leat.engine.iceberg;

import java.net.URI;
import java.nio.file.Path;

/**
 * Where tables are: a catalog, which says which there are, and a store, which has their files.
 * Immutable; refinements return a copy.
 */
public abstract sealed class Lake permits LocalLake, RestLake {
  Lake() {}

  /** A lake in a folder, which is made when the first sink writes. */
  public static LocalLake local(Path directory) {
    return new LocalLake(directory);
  }

  /**
   * A lake behind a REST catalog. That needs libraries that do not come with this module: its
   * README has the list.
   *
   * @param uri what other engines give as the catalog's {@code uri}, without the {@code /v1}
   */
  public static RestLake rest(URI uri) {
    return RestLake.of(uri);
  }

  /** Opens the catalog, for what Iceberg can do with its tables; close it after use. */
  public LakeCatalog catalog() {
    return open(Steps.UNDISTURBED);
  }

  /** Opens the catalog; whoever opened it closes it. */
  abstract LakeCatalog open(Steps steps);

  /** Is there something to open? Whoever does not write looks first, as opening makes it. */
  abstract boolean isThere();

  /**
   * Does a commit replace exactly the version of the table that it was made on, properties
   * included? If not, only what it says of snapshots, schemas and partitions is compared, and a
   * commit that is to be refused when a property has changed must move a snapshot.
   */
  abstract boolean replacesExactVersions();
}
