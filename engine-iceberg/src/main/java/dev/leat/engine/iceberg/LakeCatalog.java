package dev.leat.engine.iceberg;

import dev.leat.engine.iceberg.internal.catalog.OpenCatalog;
import org.apache.iceberg.catalog.Catalog;

/** A catalog that is open: Iceberg's own, with everything that can be done with it. */
public final class LakeCatalog implements AutoCloseable {
  private final OpenCatalog catalog;

  LakeCatalog(OpenCatalog catalog) {
    this.catalog = catalog;
  }

  /** The catalog. */
  public Catalog tables() {
    return catalog.tables();
  }

  /** Ends the connection; tables that were loaded can no longer be read or changed. */
  @Override
  public void close() {
    catalog.close();
  }
}
