package dev.leat.readback;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Questions about one column whose answers follow from the expected rows, and which engines answer
 * with the statistics of files, row groups and pages, with dictionaries, and with partitions: each
 * of these may be wrong though all values are right.
 */
final class Questions {
  /** A condition, and how many rows meet it. */
  private record Question(String where, long rows) {}

  private final ReadingEngine engine;
  private final Column column;
  private final List<@Nullable String> values;
  private final Comparator<String> order;

  /** Questions about a column of some rows. */
  Questions(ReadingEngine engine, Rows rows, int column) {
    this.engine = engine;
    this.column = rows.columns().get(column);
    this.values = new ArrayList<>();
    rows.rows().forEach(row -> values.add(row.get(column)));
    this.order = order(this.column.type());
  }

  private static Comparator<String> order(String type) {
    String kind = type.startsWith("decimal") ? "decimal" : type;
    return switch (kind) {
      case "int", "long", "decimal" -> Comparator.comparing(BigDecimal::new);
      // Zeros are equal, whatever their sign.
      case "float", "double" -> Comparator.comparing(text -> Double.valueOf(text) + 0.0);
      case "instant" -> Comparator.comparing(Instant::parse);
      case "date" -> Comparator.comparing(LocalDate::parse);
      case "string" ->
          (one, other) ->
              Arrays.compareUnsigned(
                  one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
      default -> Comparator.naturalOrder();
    };
  }

  private static boolean isNumber(@Nullable String text) {
    return text != null && !text.equals("NaN");
  }

  private long count(Predicate<String> condition) {
    return values.stream().filter(value -> value != null && condition.test(value)).count();
  }

  private List<Question> all() {
    String name = column.name();
    long there = count(value -> true);
    List<Question> all = new ArrayList<>();
    all.add(new Question(name + " is null", values.size() - there));
    TreeSet<String> sorted = new TreeSet<>(order);
    values.stream().filter(Questions::isNumber).forEach(sorted::add);
    if (column.isList() || sorted.isEmpty()) {
      return all;
    }
    String low = sorted.first();
    String high = sorted.last();
    String middle = sorted.stream().skip(sorted.size() / 2).findFirst().orElseThrow();
    for (String value : List.of(low, middle, high)) {
      all.add(
          new Question(
              name + " = " + literal(value),
              count(v -> isNumber(v) && order.compare(v, value) == 0)));
    }
    all.add(between(low, middle));
    return all;
  }

  private Question between(String low, String high) {
    return new Question(
        column.name() + " between " + literal(low) + " and " + literal(high),
        count(v -> isNumber(v) && order.compare(v, low) >= 0 && order.compare(v, high) <= 0));
  }

  private String literal(String text) {
    return engine.literal(column.type(), text);
  }

  /**
   * Asks them.
   *
   * @param table as the engine names it
   * @return what was answered otherwise
   */
  List<String> wrongAnswers(String table) {
    List<Question> all = all();
    List<String> selects = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      selects.add(
          "select " + i + " as number, count(*) as c from " + table + " where " + all.get(i).where);
    }
    List<String> wrong = new ArrayList<>();
    List<List<@Nullable String>> answers = engine.ask(String.join(" union all ", selects)).rows();
    if (answers.size() != all.size()) {
      wrong.add("questions: expected=" + all.size() + " found=" + answers.size());
    }
    for (List<@Nullable String> answer : answers) {
      Question question = all.get(Integer.parseInt(Objects.requireNonNull(answer.get(0))));
      if (!Long.toString(question.rows).equals(answer.get(1))) {
        wrong.add(question.where + ": expected=" + question.rows + " found=" + answer.get(1));
      }
    }
    wrong.addAll(wrongBounds(table));
    return wrong;
  }

  /** Least and greatest value, which may come from statistics alone. */
  private List<String> wrongBounds(String table) {
    String name = column.name();
    boolean isOrdered = !column.isList() && !values.contains("NaN");
    List<String> there = values.stream().filter(Objects::nonNull).sorted(order).toList();
    if (!isOrdered || there.isEmpty() || column.type().equals("boolean")) {
      return List.of();
    }
    List<@Nullable String> found =
        engine
            .ask("select count(" + name + "), min(" + name + "), max(" + name + ") from " + table)
            .rows()
            .get(0);
    String low = there.get(0);
    String high = there.get(there.size() - 1);
    boolean isRight =
        Integer.toString(there.size()).equals(found.get(0))
            && isSame(low, found.get(1))
            && isSame(high, found.get(2));
    return isRight
        ? List.of()
        : List.of(
            "count, min, max of "
                + name
                + ": expected="
                + List.of(there.size(), low, high)
                + " found="
                + found);
  }

  private boolean isSame(String expected, @Nullable String found) {
    return found != null && order.compare(expected, found) == 0;
  }
}
