package dev.leat.engine.iceberg.internal.catalog;

/** Where the catalog of some tables is, and their files. As text it has no keys and no token. */
public sealed interface LakeAddress permits LocalAddress, RestAddress {
  /** Opens the catalog; whoever opened it closes it. */
  OpenCatalog open(Steps steps);

  /**
   * Does a commit replace exactly the version of the table that it was made on, properties
   * included? If not, only what it says of snapshots, schemas and partitions is compared, and a
   * commit that is to be refused when a property has changed must move a snapshot.
   */
  boolean replacesExactVersions();
}
