package dev.leat.engine.iceberg.internal.catalog;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.iceberg.catalog.Catalog;

/**
 * A catalog that is open.
 *
 * @param tables Iceberg's own
 * @param connection what is to be closed
 */
public record OpenCatalog(Catalog tables, Closeable connection) implements AutoCloseable {
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
