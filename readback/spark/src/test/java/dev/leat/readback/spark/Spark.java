package dev.leat.readback.spark;

import dev.leat.readback.CanonicalText;
import dev.leat.readback.ReadingEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.spark.SparkCatalog;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import scala.collection.JavaConverters;
import scala.collection.Seq;

/** Spark in this process, with Iceberg's JDBC catalog over the lake's database. */
final class Spark implements ReadingEngine, AutoCloseable {
  private static final String CATALOG = "leat";

  private final SparkSession session;

  /**
   * Starts it.
   *
   * @param lake the folder with {@code catalog.db} and {@code warehouse}
   * @param work a folder of its own
   */
  Spark(Path lake, Path work) {
    String catalog = "spark.sql.catalog." + CATALOG;
    session =
        SparkSession.builder()
            .master("local[1]")
            .appName("readback")
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.local.dir", work.resolve("local").toString())
            .config("spark.sql.warehouse.dir", work.resolve("warehouse").toString())
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.datetime.java8API.enabled", true)
            .config("spark.sql.shuffle.partitions", 1)
            // Thousands of small queries: compiling each would take most of the time.
            .config("spark.sql.codegen.wholeStage", false)
            .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
            .config(catalog, SparkCatalog.class.getName())
            .config(catalog + ".catalog-impl", JdbcCatalog.class.getName())
            .config(catalog + ".uri", "jdbc:sqlite:" + lake.resolve("catalog.db"))
            .config(catalog + ".warehouse", "file://" + lake.resolve("warehouse"))
            .config(catalog + ".jdbc.schema-version", "V1")
            .config(catalog + ".clients", "1")
            .getOrCreate();
    session.sparkContext().setLogLevel("ERROR");
  }

  @Override
  public String name() {
    return "Spark " + session.version();
  }

  @Override
  public Answer ask(String sql) {
    Dataset<Row> result = session.sql(sql);
    List<String> types = new ArrayList<>();
    for (StructField field : result.schema().fields()) {
      types.add(field.dataType().simpleString());
    }
    List<List<String>> rows = new ArrayList<>();
    for (Row row : result.collectAsList()) {
      List<String> values = new ArrayList<>();
      for (int c = 0; c < row.size(); c++) {
        values.add(CanonicalText.of(value(row.get(c))));
      }
      rows.add(values);
    }
    return new Answer(types, rows);
  }

  private static Object value(Object value) {
    if (value instanceof Seq<?> elements) {
      List<Object> list = new ArrayList<>();
      JavaConverters.seqAsJavaList(elements).forEach(element -> list.add(value(element)));
      return list;
    }
    return value;
  }

  @Override
  public String table(String table, String branch) {
    return CATALOG + "." + table + (branch == null ? "" : " version as of '" + branch + "'");
  }

  @Override
  public String type(String type) {
    if (type.startsWith("list(")) {
      return "array<" + type(type.substring("list(".length(), type.length() - 1)) + ">";
    }
    return switch (type) {
      case "long" -> "bigint";
      case "instant" -> "timestamp";
      case "bytes" -> "binary";
      default -> type;
    };
  }

  @Override
  public String literal(String type, String text) {
    String quoted = "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    return switch (type) {
      case "string" -> quoted;
      case "bytes" -> "X" + quoted;
      default -> "cast(" + quoted + " as " + type(type) + ")";
    };
  }

  @Override
  public String wholeDivision() {
    return "div";
  }

  @Override
  public String wholeSeconds(String instant) {
    return "unix_seconds(" + instant + ")";
  }

  @Override
  public void close() {
    session.stop();
  }
}
