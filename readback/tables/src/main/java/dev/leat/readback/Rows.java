package dev.leat.readback;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Rows in no order, as {@link CanonicalText}.
 *
 * @param columns what they are of
 * @param rows each with a text or null for each column
 */
public record Rows(List<Column> columns, List<List<@Nullable String>> rows) {
  private static final String NULL = "\\N";

  public Rows {
    columns = List.copyOf(columns);
    rows = Collections.unmodifiableList(new ArrayList<>(rows));
    for (List<@Nullable String> row : rows) {
      if (row.size() != columns.size()) {
        throw new IllegalArgumentException(
            "a row has other columns: columns=" + columns.size() + " row=" + row);
      }
    }
  }

  /** Writes them into a file: two lines of names and types, and a line for each row. */
  void write(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(line(columns.stream().map(Column::name).toList()));
    lines.add(line(columns.stream().map(Column::type).toList()));
    rows.forEach(row -> lines.add(line(row)));
    Path unused = Files.write(file, lines, StandardCharsets.UTF_8);
  }

  /** Reads what was written. */
  static Rows read(Path file) throws IOException {
    // Not by Files.readAllLines: to that, a carriage return in a value would be an end of a line.
    String text = Files.readString(file, StandardCharsets.UTF_8);
    String[] lines = text.split("\n", -1);
    List<@Nullable String> names = values(lines[0]);
    List<@Nullable String> types = values(lines[1]);
    List<Column> columns = new ArrayList<>();
    for (int c = 0; c < names.size(); c++) {
      columns.add(
          new Column(
              Objects.requireNonNull(names.get(c), "name"),
              Objects.requireNonNull(types.get(c), "type")));
    }
    List<List<@Nullable String>> rows = new ArrayList<>();
    for (String line : Arrays.asList(lines).subList(2, lines.length - 1)) {
      rows.add(values(line));
    }
    return new Rows(columns, rows);
  }

  private static String line(List<? extends @Nullable String> values) {
    StringBuilder line = new StringBuilder();
    for (String value : values) {
      line.append(line.isEmpty() ? "" : "\t");
      line.append(value == null ? NULL : value.replace("\\", "\\\\").replace("\t", "\\t"));
    }
    return line.toString().replace("\n", "\\n");
  }

  private static List<@Nullable String> values(String line) {
    List<@Nullable String> values = new ArrayList<>();
    for (String value : line.split("\t", -1)) {
      values.add(value.equals(NULL) ? null : unescaped(value));
    }
    return values;
  }

  private static String unescaped(String value) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\\') {
        i++;
        char escaped = value.charAt(i);
        c = escaped == 't' ? '\t' : escaped == 'n' ? '\n' : escaped;
      }
      text.append(c);
    }
    return text.toString();
  }

  /** A sum over all values of a column, in whatever order the rows are. */
  long checksum(int column) {
    long sum = 0;
    for (List<@Nullable String> row : rows) {
      String value = row.get(column);
      CRC32 crc = new CRC32();
      crc.update(value == null ? 0 : 1);
      if (value != null) {
        crc.update(value.getBytes(StandardCharsets.UTF_8));
      }
      sum += crc.getValue();
    }
    return sum;
  }

  /** How often each row is there. */
  private static Map<List<@Nullable String>, Integer> counts(List<List<@Nullable String>> rows) {
    Map<List<@Nullable String>, Integer> counts = new HashMap<>();
    rows.forEach(row -> counts.merge(row, 1, Integer::sum));
    return counts;
  }

  /** What is different in other rows of the same columns; nothing if they are the same. */
  List<String> differences(Rows found) {
    List<String> differences = new ArrayList<>();
    if (found.rows.size() != rows.size()) {
      differences.add("rows: expected=" + rows.size() + " found=" + found.rows.size());
    }
    for (int c = 0; c < columns.size(); c++) {
      if (checksum(c) != found.checksum(c)) {
        differences.add("checksum of column " + columns.get(c));
      }
    }
    Map<List<@Nullable String>, Integer> here = counts(rows);
    Map<List<@Nullable String>, Integer> there = counts(found.rows);
    if (!here.equals(there)) {
      differences.add("missing: " + first(here, there) + " surplus: " + first(there, here));
    }
    return differences;
  }

  /** The first row, by its text, that one has more often than the other. */
  private static String first(
      Map<List<@Nullable String>, Integer> one, Map<List<@Nullable String>, Integer> other) {
    return one.entrySet().stream()
        .filter(row -> row.getValue() > other.getOrDefault(row.getKey(), 0))
        .map(row -> row.getKey().toString())
        .sorted()
        .findFirst()
        .orElse("none");
  }
}
