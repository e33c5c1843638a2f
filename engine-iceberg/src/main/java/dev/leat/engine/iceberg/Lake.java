package dev.leat.engine.iceberg;

import dev.leat.engine.iceberg.internal.catalog.LakeAddress;
import dev.leat.engine.iceberg.internal.catalog.Steps;
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
  final LakeCatalog open(Steps steps) {
    return new LakeCatalog(address().open(steps));
  }

  abstract LakeAddress address();

  @Override
  public String toString() {
    return address().toString();
  }
}
