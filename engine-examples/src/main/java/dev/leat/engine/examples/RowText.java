package dev.leat.engine.examples;

import dev.leat.engine.Row;
import dev.leat.engine.plan.Schema;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows as text: aligned for people, or as CSV. */
public final class RowText {
  private RowText() {}

  /** A value as text, without exponents; empty for null. */
  static String value(@Nullable Object value) {
    if (value == null) {
      return "";
    }
    return value instanceof BigDecimal decimal ? decimal.toPlainString() : value.toString();
  }

  /** Lines of CSV: the names of the columns, then the rows. */
  public static List<String> csv(Schema schema, List<Row> rows) {
    List<String> lines = new ArrayList<>();
    lines.add(String.join(",", schema.names()));
    for (Row row : rows) {
      lines.add(String.join(",", row.values().stream().map(v -> quoted(value(v))).toList()));
    }
    return lines;
  }

  /** As RFC 4180 has it: quotes only where they are needed. */
  private static String quoted(String text) {
    boolean isPlain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return isPlain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  /**
   * Lines of a table with a heading.
   *
   * @param marks what stands before each row; empty if nothing does
   */
  public static List<String> table(Schema schema, List<Row> rows, List<String> marks) {
    List<List<String>> cells = new ArrayList<>();
    cells.add(schema.names());
    for (Row row : rows) {
      cells.add(row.values().stream().map(v -> v == null ? "null" : printable(value(v))).toList());
    }
    int[] widths = new int[schema.size()];
    for (List<String> row : cells) {
      for (int c = 0; c < widths.length; c++) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (int r = 0; r < cells.size(); r++) {
      String mark = marks.isEmpty() ? "" : (r == 0 ? " " : marks.get(r - 1)) + " ";
      lines.add(("  " + mark + line(schema, cells.get(r), widths)).stripTrailing());
    }
    return lines;
  }

  private static String line(Schema schema, List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < widths.length; c++) {
      String padding = " ".repeat(widths[c] - row.get(c).length());
      boolean isNumber = schema.field(c).type().isNumeric();
      line.append(c == 0 ? "" : "  ");
      line.append(isNumber ? padding + row.get(c) : row.get(c) + padding);
    }
    return line.toString();
  }

  /** Data comes from anywhere: what would move a terminal's cursor is not shown as it is. */
  public static String printable(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints().forEach(c -> shown.appendCodePoint(Character.isISOControl(c) ? '.' : c));
    return shown.toString();
  }
}
