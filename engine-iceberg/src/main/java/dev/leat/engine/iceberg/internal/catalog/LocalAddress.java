package dev.leat.engine.iceberg.internal.catalog;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.jdbc.UncheckedSQLException;

/**
 * A folder, with the data in {@code warehouse} and the catalog in {@code catalog.db}, a database of
 * SQLite.
 */
public record LocalAddress(Path directory) implements LakeAddress {
  /** The name of the catalog, by which its rows are keyed. */
  public static final String CATALOG = "leat";

  private static final int BUSY_MILLIS = 30_000;

  public LocalAddress {
    directory = directory.toAbsolutePath().normalize();
  }

  /** Where the catalog is, for the drivers of other engines. */
  public String jdbcUrl() {
    return "jdbc:sqlite:" + directory.resolve("catalog.db");
  }

  /** Where the data is, as the location that tables are under. */
  public String warehouse() {
    return LocalFileIO.location(directory.resolve("warehouse"));
  }

  @Override
  public OpenCatalog open(Steps steps) {
    try {
      Files.createDirectories(directory.resolve("warehouse"));
    } catch (IOException e) {
      throw new EngineException(
          Kind.UNAVAILABLE,
          "the folder of a lake cannot be made: directory=" + directory + " cause=" + e,
          e);
    }
    JdbcCatalog catalog = new JdbcCatalog(properties -> new LocalFileIO(steps), null, true);
    try {
      catalog.initialize(
          CATALOG,
          Map.of(
              CatalogProperties.URI,
              jdbcUrl(),
              CatalogProperties.WAREHOUSE_LOCATION,
              warehouse(),
              CatalogProperties.FILE_IO_IMPL,
              LocalFileIO.class.getName(),
              CatalogProperties.CLIENT_POOL_SIZE,
              "1",
              "jdbc.schema-version",
              "V1",
              "jdbc.busy_timeout",
              Integer.toString(BUSY_MILLIS),
              "jdbc.synchronous",
              steps.isForced() ? "FULL" : "OFF"));
    } catch (UncheckedSQLException e) {
      catalog.close();
      throw new EngineException(
          Kind.UNAVAILABLE,
          "the catalog of a lake cannot be opened; is it a file of something else, or of another"
              + " user? file="
              + directory.resolve("catalog.db")
              + " cause="
              + e.getCause(),
          e);
    }
    return new OpenCatalog(catalog, catalog);
  }

  /** The location of the metadata file is compared, and each version has its own. */
  @Override
  public boolean replacesExactVersions() {
    return true;
  }

  @Override
  public String toString() {
    return directory.toString();
  }
}
