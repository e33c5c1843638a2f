package dev.leat.engine.iceberg;

import dev.leat.engine.iceberg.internal.catalog.LakeAddress;
import dev.leat.engine.iceberg.internal.catalog.LocalAddress;
import java.nio.file.Path;

/**
 * A folder, with the data in {@code warehouse} and the catalog in {@code catalog.db}, a database of
 * SQLite that other engines open as Iceberg's JDBC catalog of the name {@value #CATALOG}.
 */
public final class LocalLake extends Lake {
  /** The name of the catalog, by which its rows are keyed. */
  public static final String CATALOG = LocalAddress.CATALOG;

  private final LocalAddress address;

  LocalLake(Path directory) {
    this.address = new LocalAddress(directory);
  }

  /** Where the catalog is, for the drivers of other engines. */
  public String jdbcUrl() {
    return address.jdbcUrl();
  }

  /** Where the data is, as the location that tables are under. */
  public String warehouse() {
    return address.warehouse();
  }

  @Override
  LakeAddress address() {
    return address;
  }
}
