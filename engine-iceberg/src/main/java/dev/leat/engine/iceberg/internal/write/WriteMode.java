package dev.leat.engine.iceberg.internal.write;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.SinkSource;
import dev.leat.engine.iceberg.internal.key.RowKeys;
import dev.leat.engine.iceberg.internal.parquet.TableShape;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Names;
import dev.leat.engine.plan.Type;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.TableMetadata;

/**
 * How a sink changes its table.
 *
 * @param deletes how rows are taken away
 * @param key names the columns that no two rows share; empty for the key of the relation itself, or
 *     where rows are only added
 * @param order names the columns by which the rows of a file are sorted; none if they are not
 */
public record WriteMode(Deletes deletes, List<String> key, List<String> order) {
  /** How rows are taken away, and since which version of the format. */
  public enum Deletes {
    NONE(2),
    VECTORS(3),
    EQUALITY(2);

    private final int formatVersion;

    Deletes(int formatVersion) {
      this.formatVersion = formatVersion;
    }
  }

  public static final WriteMode APPEND = new WriteMode(Deletes.NONE, List.of());

  public WriteMode(Deletes deletes, List<String> key) {
    this(deletes, key, List.of());
  }

  public WriteMode {
    key = List.copyOf(key);
    order = List.copyOf(order);
    if (key.stream().distinct().count() < key.size()) {
      throw new IllegalArgumentException("a column is named twice: key=" + key);
    }
  }

  /** The same, for the relation that it is used for. */
  WriteMode of(SinkSource source) {
    return deletes == Deletes.NONE || !key.isEmpty()
        ? this
        : new WriteMode(deletes, source.key().orElse(List.of()), order);
  }

  public int formatVersion() {
    return deletes.formatVersion;
  }

  /**
   * Looks whether a relation can be written so.
   *
   * @throws EngineException INVALID if not
   */
  public void check(SinkSource source, String what) {
    if (deletes == Deletes.NONE) {
      checkAppendOnly(source, what);
      return;
    }
    if (key.isEmpty() && source.key().isEmpty()) {
      throw invalid(
          what
              + " upserts by key, and "
              + source.relation()
              + " has none that is known: name columns that no two rows share,"
              + " IcebergSink.upsert(lake, table, \"column\", ...), or make them so before, with"
              + " .groupBy, or .partitionBy and the first row of each"
              + (source.isAppendOnly() ? "; or write the rows with IcebergSink.append" : ""));
    }
    for (String name : key) {
      int column = source.schema().find(name);
      if (column < 0) {
        throw invalid(
            what + ": " + Names.unknown("column of the key", name, source.schema().names()));
      }
    }
    for (String name : of(source).key) {
      checkColumn(source.schema().field(source.schema().find(name)), what);
    }
    if (deletes == Deletes.EQUALITY) {
      checkUnique(source, what);
    }
  }

  private static void checkAppendOnly(SinkSource source, String what) {
    if (source.isAppendOnly()) {
      return;
    }
    String key =
        source
            .key()
            .map(names -> "upsert by its key " + names + " with IcebergSink.upsert(lake, table)")
            .orElse(
                "name columns that no two rows share and upsert by them with"
                    + " IcebergSink.upsert(lake, table, \"column\", ...)");
    throw invalid(
        what
            + " only adds rows, and "
            + source.relation()
            + " takes rows back when its inputs change: "
            + key
            + "; or close its windows or sessions with .closing(lateness), and each result is"
            + " written once; or write the rows that it is computed from, or a relation that only"
            + " adds rows, such as a stream, a filter or projection of one, or a lookup; or keep it"
            + " as a view with .materialize(...)");
  }

  private void checkColumn(Field field, String what) {
    if (!RowKeys.canBeKey(field)) {
      throw invalid(
          what
              + " cannot upsert by an array: column="
              + field.name()
              + "; name other columns that no two rows share");
    }
    boolean isFraction =
        field.type().kind() == Type.Kind.FLOAT || field.type().kind() == Type.Kind.DOUBLE;
    if (deletes == Deletes.EQUALITY && isFraction) {
      throw invalid(
          what
              + " cannot delete by a float or double, which Iceberg does not compare: column="
              + field.name()
              + "; upsert without .equalityDeletes(), or name other columns");
    }
  }

  /** Where nothing is known of the table, a second row of a key would not be seen. */
  private void checkUnique(SinkSource source, String what) {
    Optional<List<String>> known = source.key();
    boolean isUnique = known.isPresent() && of(source).key.containsAll(known.get());
    if (!isUnique) {
      throw invalid(
          what
              + " deletes by key "
              + of(source).key
              + ", of which the plan does not say that no two rows share it: relation_key="
              + known.map(List::toString).orElse("none")
              + "; upsert by all columns of that, or without .equalityDeletes(), where each row is"
              + " checked");
    }
    if (of(source).key.isEmpty()) {
      throw invalid(
          what
              + " deletes by key, and a relation of one row has no column of a key: name one, or"
              + " upsert without .equalityDeletes()");
    }
  }

  /**
   * Looks whether a table that is there can be changed so.
   *
   * @throws EngineException INVALID if its version is too old
   */
  public void check(TableMetadata table, String what) {
    if (table.formatVersion() < formatVersion()) {
      throw invalid(
          what
              + " is there with format version "
              + table.formatVersion()
              + ", and deletion vectors need "
              + formatVersion()
              + ": raise its property format-version, write to another table, or use"
              + " .equalityDeletes()");
    }
  }

  /** What brings changes into the table. */
  TableChanges changes(SinkTable sink, SinkSource source, TableShape shape) {
    if (deletes == Deletes.NONE) {
      return new AddedRows(shape, sink, order);
    }
    RowKeys keys = new RowKeys(source.schema(), of(source).key);
    return deletes == Deletes.VECTORS
        ? new ReplacedRows(shape, sink, keys)
        : new EqualityDeletes(shape, sink, keys);
  }

  private static EngineException invalid(String message) {
    return new EngineException(Kind.INVALID, message);
  }
}
