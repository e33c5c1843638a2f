package dev.leat.readback;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The six groups of results of the engagement example, as queries over its events that mean the
 * same in every engine. What engines say differently is written as {@code ratio2(a, b)}, the
 * quotient of two whole numbers, rounded to two digits; and {@code whole_seconds(x)}.
 */
final class SixResults {
  /** The table of the events. */
  static final String TABLE = "append.clickstream";

  private static final String RATIO = "ratio2(";
  private static final String SECONDS = "whole_seconds(";

  private SixResults() {}

  /** The queries by the names of their views, in the words of an engine. */
  static Map<String, String> queries(ReadingEngine engine) throws IOException {
    String all;
    try (InputStream text =
        Objects.requireNonNull(
            SixResults.class.getResourceAsStream("/six-results.sql"), "six-results.sql")) {
      all = new String(text.readAllBytes(), StandardCharsets.UTF_8);
    }
    Map<String, String> queries = new LinkedHashMap<>();
    for (String part : all.split("\n?-- ", -1)) {
      int end = part.indexOf('\n');
      if (end > 0) {
        String sql =
            part.substring(end + 1).strip().replace("clickstream", engine.table(TABLE, null));
        queries.put(part.substring(0, end), expanded(engine, sql));
      }
    }
    return queries;
  }

  /** The innermost, and so the last, first. */
  private static String expanded(ReadingEngine engine, String sql) {
    String text = sql;
    while (true) {
      int ratio = text.lastIndexOf(RATIO);
      int seconds = text.lastIndexOf(SECONDS);
      int start = Math.max(ratio, seconds);
      if (start < 0) {
        return text;
      }
      int from = text.indexOf('(', start) + 1;
      List<String> arguments = new ArrayList<>();
      int depth = 0;
      int argument = from;
      int end = from;
      for (; depth >= 0; end++) {
        char c = text.charAt(end);
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        if (depth < 0 || (depth == 0 && c == ',')) {
          arguments.add(text.substring(argument, end).strip());
          argument = end + 1;
        }
      }
      String made =
          start == ratio
              ? ratio(engine, arguments.get(0), arguments.get(1))
              : engine.wholeSeconds(arguments.get(0));
      text = text.substring(0, start) + made + text.substring(end);
    }
  }

  private static String ratio(ReadingEngine engine, String part, String whole) {
    String quotient =
        "(200 * ("
            + part
            + ") + ("
            + whole
            + ")) "
            + engine.wholeDivision()
            + " (2 * ("
            + whole
            + "))";
    return "case when (" + whole + ") > 0 then cast(" + quotient + " as decimal(18,0)) * 0.01 end";
  }

  /**
   * One text for numbers that are equal, as engines count and divide in different types.
   *
   * @param rows as they are
   */
  static List<List<@Nullable String>> comparable(List<List<@Nullable String>> rows) {
    List<List<@Nullable String>> all = new ArrayList<>();
    for (List<@Nullable String> row : rows) {
      List<@Nullable String> values = new ArrayList<>();
      row.forEach(value -> values.add(value == null ? null : comparable(value)));
      all.add(values);
    }
    return all;
  }

  private static String comparable(String value) {
    if (!value.matches("-?[0-9]+(\\.[0-9]+)?")) {
      return value;
    }
    BigDecimal number = new BigDecimal(value);
    return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
  }
}
