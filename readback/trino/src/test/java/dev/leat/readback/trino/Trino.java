package dev.leat.readback.trino;

import dev.leat.readback.CanonicalText;
import dev.leat.readback.ReadingEngine;
import io.airlift.log.Level;
import io.airlift.log.Logging;
import io.trino.Session;
import io.trino.plugin.iceberg.IcebergPlugin;
import io.trino.spi.type.SqlDate;
import io.trino.spi.type.SqlDecimal;
import io.trino.spi.type.SqlTimestampWithTimeZone;
import io.trino.spi.type.SqlVarbinary;
import io.trino.spi.type.TimeZoneKey;
import io.trino.spi.type.Type;
import io.trino.testing.MaterializedResult;
import io.trino.testing.MaterializedRow;
import io.trino.testing.StandaloneQueryRunner;
import io.trino.testing.TestingSession;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Trino in this process, with Iceberg's JDBC catalog over the lake's database. */
final class Trino implements ReadingEngine, AutoCloseable {
  private static final String CATALOG = "leat";

  private final StandaloneQueryRunner runner;

  /**
   * Starts it.
   *
   * @param lake the folder with {@code catalog.db} and {@code warehouse}
   */
  Trino(Path lake) {
    Logging.initialize().setRootLevel(Level.ERROR);
    Session session =
        TestingSession.testSessionBuilder()
            .setCatalog(CATALOG)
            .setTimeZoneKey(TimeZoneKey.UTC_KEY)
            .build();
    runner = new StandaloneQueryRunner(session);
    runner.installPlugin(new IcebergPlugin());
    runner.createCatalog(
        CATALOG,
        "iceberg",
        Map.of(
            "iceberg.catalog.type", "jdbc",
            "iceberg.jdbc-catalog.driver-class", "org.sqlite.JDBC",
            "iceberg.jdbc-catalog.connection-url", "jdbc:sqlite:" + lake.resolve("catalog.db"),
            "iceberg.jdbc-catalog.catalog-name", CATALOG,
            "iceberg.jdbc-catalog.schema-version", "V1",
            "iceberg.jdbc-catalog.default-warehouse-dir", "file://" + lake.resolve("warehouse"),
            "fs.local.enabled", "true",
            "local.location", "/"));
  }

  @Override
  public String name() {
    return "Trino " + IcebergPlugin.class.getPackage().getImplementationVersion();
  }

  @Override
  public Answer ask(String sql) {
    MaterializedResult result = runner.execute(sql);
    List<List<String>> rows = new ArrayList<>();
    for (MaterializedRow row : result.getMaterializedRows()) {
      List<String> values = new ArrayList<>();
      row.getFields().forEach(value -> values.add(CanonicalText.of(value(value))));
      rows.add(values);
    }
    return new Answer(result.getTypes().stream().map(Type::getDisplayName).toList(), rows);
  }

  /** Trino's own classes, as it gives values to tests. */
  private static Object value(Object value) {
    return switch (value) {
      case SqlDecimal number -> number.toBigDecimal();
      case SqlTimestampWithTimeZone time -> time.toZonedDateTime();
      case SqlDate date -> LocalDate.ofEpochDay(date.getDays());
      case SqlVarbinary bytes -> bytes.getBytes();
      case List<?> elements -> {
        List<Object> list = new ArrayList<>();
        elements.forEach(element -> list.add(value(element)));
        yield list;
      }
      case null -> null;
      default -> value;
    };
  }

  @Override
  public String table(String table, String branch) {
    return CATALOG + "." + table + (branch == null ? "" : " for version as of '" + branch + "'");
  }

  @Override
  public String type(String type) {
    if (type.startsWith("list(")) {
      return "array(" + type(type.substring("list(".length(), type.length() - 1)) + ")";
    }
    return switch (type) {
      case "int" -> "integer";
      case "long" -> "bigint";
      case "float" -> "real";
      case "string" -> "varchar";
      case "instant" -> "timestamp(6) with time zone";
      case "bytes" -> "varbinary";
      default -> type;
    };
  }

  @Override
  public String literal(String type, String text) {
    String quoted = "'" + text.replace("'", "''") + "'";
    return switch (type) {
      case "string" -> quoted;
      case "bytes" -> "X" + quoted;
      case "instant" -> "from_iso8601_timestamp_nanos(" + quoted + ")";
      default -> "cast(" + quoted + " as " + type(type) + ")";
    };
  }

  @Override
  public String wholeDivision() {
    return "/";
  }

  @Override
  public String wholeSeconds(String instant) {
    return "cast(floor(to_unixtime(" + instant + ")) as bigint)";
  }

  @Override
  public void close() {
    runner.close();
  }
}
