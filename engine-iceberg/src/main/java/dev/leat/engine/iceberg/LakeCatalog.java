package dev.leat.engine.iceberg;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.iceberg.catalog.Catalog;

/** A catalog that is open: Iceberg's own, with everything that can be done with it. */
public final class LakeCatalog implements AutoCloseable {
  private final Catalog tables;
  private final Closeable connection;

  LakeCatalog(Catalog tables, Closeable connection) {
    this.tables = tables;
    this.connection = connection;
  }

  /** The catalog. */
  public Catalog tables() {
    return tables;
  }

  /** Ends the connection; tables that were loaded can no longer be read or changed. */
  @Override
  public void close() {
    try {
      connection.close();
    } catch (IOException e) {
      throw new UncheckedIOException("a catalog cannot be closed", e);
    }
  }
}
