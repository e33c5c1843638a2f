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
public final class LocalAddress implements LakeAddress {
  /** The name of the catalog, by which its rows are keyed. */
  public static final String CATALOG = "leat";

  private static final int BUSY_MILLIS = 30_000;

  private final Path directory;

  /** Was the catalog there once? Then it is not made anew where it is missed. */
  private volatile boolean isKnown;

  public LocalAddress(Path directory) {
    this.directory = directory.toAbsolutePath().normalize();
    if (this.directory.toString().indexOf('?') >= 0) {
      throw new IllegalArgumentException(
          "what is behind a question mark is no path to the catalog's database; name the folder of"
              + " a lake without: directory="
              + this.directory);
    }
  }

  /** Where the catalog is, for the drivers of other engines. */
  public String jdbcUrl() {
    return "jdbc:sqlite:" + file();
  }

  /** Where the data is, as the location that tables are under. */
  public String warehouse() {
    return LocalFileIO.location(directory.resolve("warehouse"));
  }

  private Path file() {
    return directory.resolve("catalog.db");
  }

  @Override
  public boolean isThere() {
    return isKnown || Files.exists(file());
  }

  @Override
  public OpenCatalog open(Steps steps) {
    if (isKnown && !Files.exists(file())) {
      throw new EngineException(
          Kind.UNAVAILABLE,
          "a lake that was there is gone; bring its folder back, or mount it again: file="
              + file());
    }
    OpenCatalog catalog = make(steps);
    isKnown = true;
    return catalog;
  }

  private OpenCatalog make(Steps steps) {
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
              + file()
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
