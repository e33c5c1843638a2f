package dev.leat.engine.iceberg.internal.parquet;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Names;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a relation as those of a table.
 *
 * @param source the relation's
 * @param schema the same columns of the table, with its numbers, in the relation's order
 * @param written the numbers of those columns that are written, in order
 * @param parquet these columns as files have them
 */
public record TableShape(
    Schema source, org.apache.iceberg.Schema schema, List<Integer> written, MessageType parquet) {
  /**
   * The columns of a table that is to be made.
   *
   * @param key names columns that no two rows share, if there are such; the table says so if
   *     Iceberg lets it, which is if none may be null or is a fraction
   */
  public static org.apache.iceberg.Schema toCreate(Schema source, List<String> key) {
    AtomicInteger ids = new AtomicInteger();
    List<Types.NestedField> fields = new ArrayList<>();
    for (Field field : source.fields()) {
      fields.add(field(field, ids.incrementAndGet(), ids));
    }
    Set<Integer> identifiers = new LinkedHashSet<>();
    for (Types.NestedField field : fields) {
      if (key.contains(field.name())) {
        if (field.isOptional() || isFraction(field.type())) {
          return new org.apache.iceberg.Schema(fields);
        }
        identifiers.add(field.fieldId());
      }
    }
    return new org.apache.iceberg.Schema(fields, identifiers);
  }

  /**
   * Looks whether a table can have such columns, so that all that reads Iceberg finds them.
   *
   * @throws EngineException INVALID if not
   */
  public static void checkNames(Schema source, String what) {
    Map<String, String> seen = new HashMap<>();
    for (String name : source.names()) {
      String other = seen.putIfAbsent(name.toLowerCase(Locale.ROOT), name);
      if (other != null) {
        throw new EngineException(
            Kind.INVALID,
            what
                + " has columns whose names differ in case only, which many engines take for one:"
                + " columns="
                + List.of(other, name)
                + "; name one of them anew before");
      }
      if (MetadataColumns.isMetadataColumn(name)) {
        throw new EngineException(
            Kind.INVALID,
            what
                + " has a column of a name that Iceberg keeps for itself: column="
                + name
                + "; name it anew before");
      }
    }
  }

  private static boolean isFraction(org.apache.iceberg.types.Type type) {
    return type.typeId() == org.apache.iceberg.types.Type.TypeID.FLOAT
        || type.typeId() == org.apache.iceberg.types.Type.TypeID.DOUBLE;
  }

  private static Types.NestedField field(Field field, int id, AtomicInteger ids) {
    return Types.NestedField.builder()
        .withId(id)
        .isOptional(field.nullable())
        .withName(field.name())
        .ofType(type(field.type(), ids))
        .withDoc(doc(field.type()))
        .build();
  }

  private static @Nullable String doc(Type type) {
    return type.kind() == Type.Kind.DURATION ? "a length of time in microseconds" : null;
  }

  private static org.apache.iceberg.types.Type type(Type type, AtomicInteger ids) {
    return switch (type.kind()) {
      case BOOLEAN -> Types.BooleanType.get();
      case INT -> Types.IntegerType.get();
      case LONG, DURATION -> Types.LongType.get();
      case FLOAT -> Types.FloatType.get();
      case DOUBLE -> Types.DoubleType.get();
      case DECIMAL -> Types.DecimalType.of(type.precision(), type.scale());
      case STRING -> Types.StringType.get();
      case INSTANT -> Types.TimestampType.withZone();
      case DATE -> Types.DateType.get();
      case BYTES -> Types.BinaryType.get();
      case ARRAY -> Types.ListType.ofOptional(ids.incrementAndGet(), type(type.elementType(), ids));
    };
  }

  /**
   * Adds the columns that a table lacks, if they may be null: rows that are there have none.
   *
   * @throws EngineException INVALID if there is another difference; the message has all of them
   */
  public static void evolve(
      Schema source, org.apache.iceberg.Schema table, UpdateSchema update, String what) {
    List<String> differences = new ArrayList<>();
    for (Field field : source.fields()) {
      Types.NestedField there = table.findField(field.name());
      org.apache.iceberg.types.Type wanted = type(field.type(), new AtomicInteger());
      Types.NestedField alike = table.caseInsensitiveFindField(field.name());
      if (there == null && alike != null) {
        differences.add(
            "column '" + field.name() + "' is spelled '" + alike.name() + "' in the table");
      } else if (there == null && field.nullable()) {
        UpdateSchema unused = update.addColumn(field.name(), wanted, doc(field.type()));
      } else if (there == null) {
        differences.add("column '" + field.name() + "' is not in the table, and not nullable");
      } else if (!sameType(wanted, there.type())) {
        differences.add(
            "column '" + field.name() + "' is " + wanted + ", in the table " + there.type());
      } else if (there.isRequired() && field.nullable()) {
        differences.add("column '" + field.name() + "' may be null, in the table not");
      }
    }
    for (Types.NestedField there : table.columns()) {
      if (there.isRequired() && source.find(there.name()) < 0) {
        differences.add("the table needs column '" + there.name() + "'");
      }
    }
    if (!differences.isEmpty()) {
      throw new EngineException(
          Kind.INVALID,
          what
              + " is there and has other columns: "
              + String.join("; ", differences)
              + "; write to another table, or change the table or the relation");
    }
  }

  /**
   * Checks that the rows of a table can be those of a stream.
   *
   * @param what for the message
   * @throws EngineException INVALID if there is a difference; the message has all of them
   */
  public static void requireReadable(Schema stream, org.apache.iceberg.Schema table, String what) {
    List<String> differences = new ArrayList<>();
    List<String> names = table.columns().stream().map(Types.NestedField::name).toList();
    for (Field field : stream.fields()) {
      Types.NestedField there = table.asStruct().field(field.name());
      if (there == null) {
        differences.add(Names.unknown("column of the table", field.name(), names));
      } else if (!isReadable(type(field.type(), new AtomicInteger()), there.type())) {
        differences.add(
            "column '"
                + field.name()
                + "' is "
                + field.type()
                + " in the stream, and "
                + there.type()
                + " in the table");
      } else if (there.isOptional() && !field.nullable()) {
        differences.add(
            "column '" + field.name() + "' may be null in the table, in the stream not");
      } else if (there.initialDefault() != null) {
        differences.add(
            "column '"
                + field.name()
                + "' has a default for rows that were there before it, which is not read here");
      }
    }
    if (!differences.isEmpty()) {
      throw new EngineException(
          Kind.INVALID,
          what
              + " cannot be read: "
              + String.join("; ", differences)
              + "; change the stream's record, or read into a stream of its own and compute from it");
    }
  }

  /** Is it the type that is wanted, or a narrower one? Elements of lists may be null in both. */
  private static boolean isReadable(
      org.apache.iceberg.types.Type wanted, org.apache.iceberg.types.Type there) {
    if (wanted.isListType() && there.isListType()) {
      return there.asListType().isElementOptional()
          && isReadable(wanted.asListType().elementType(), there.asListType().elementType());
    }
    return wanted.equals(there)
        || (there.isPrimitiveType()
            && wanted.isPrimitiveType()
            && TypeUtil.isPromotionAllowed(there, wanted.asPrimitiveType()));
  }

  /** Numbers of elements do not matter. */
  private static boolean sameType(
      org.apache.iceberg.types.Type wanted, org.apache.iceberg.types.Type there) {
    if (wanted.isListType() && there.isListType()) {
      return sameType(wanted.asListType().elementType(), there.asListType().elementType());
    }
    return wanted.equals(there);
  }

  /** The relation's columns in a table that has them. */
  public static TableShape of(Schema source, org.apache.iceberg.Schema table) {
    List<Types.NestedField> fields = new ArrayList<>();
    for (Field field : source.fields()) {
      fields.add(table.findField(field.name()));
    }
    org.apache.iceberg.Schema schema = new org.apache.iceberg.Schema(fields);
    return new TableShape(
        source,
        schema,
        IntStream.range(0, fields.size()).boxed().toList(),
        ParquetSchemaUtil.convert(schema, "table"));
  }

  /** The same, of which only some columns are written. */
  public TableShape writing(List<String> names) {
    List<Integer> some = names.stream().map(source::find).toList();
    org.apache.iceberg.Schema columns =
        new org.apache.iceberg.Schema(some.stream().map(schema.columns()::get).toList());
    return new TableShape(source, schema, some, ParquetSchemaUtil.convert(columns, "table"));
  }
}
