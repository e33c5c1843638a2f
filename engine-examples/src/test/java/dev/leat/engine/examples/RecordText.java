package dev.leat.engine.examples;

import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/** Records as NDJSON, as a producer would write them, and as tables of a database. */
public final class RecordText {
  private RecordText() {}

  /** A line for each record. */
  public static String ndjson(List<? extends Record> records) {
    return records.stream().map(RecordText::line).collect(Collectors.joining());
  }

  /** The columns of a table of such records, with their types. */
  public static String columns(Class<? extends Record> type) {
    return Arrays.stream(type.getRecordComponents())
        .map(c -> column(c) + ": '" + sqlType(c.getType()) + "'")
        .collect(Collectors.joining(", "));
  }

  private static String sqlType(Class<?> type) {
    return type == Instant.class ? "TIMESTAMP" : type == Integer.class ? "INTEGER" : "VARCHAR";
  }

  private static String column(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  private static String line(Record record) {
    StringJoiner fields = new StringJoiner(",", "{", "}\n");
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      Object value;
      try {
        value = component.getAccessor().invoke(record);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
      boolean isBare = value == null || value instanceof Integer;
      fields.add('"' + column(component) + "\":" + (isBare ? value : "\"" + value + '"'));
    }
    return fields.toString();
  }
}
