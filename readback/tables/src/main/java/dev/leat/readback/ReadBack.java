package dev.leat.readback;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lets another engine read all tables of a folder that {@link LakeTables} has written, and compares
 * with the rows that lie beside them.
 */
public final class ReadBack {
  private static final String ALL_TYPES = "append.all_types";
  private static final String NEVER_NULL = "_always";

  private final Path directory;
  private final ReadingEngine engine;
  private final PrintStream out;

  /**
   * Nothing is read yet.
   *
   * @param directory what {@link LakeTables} has written
   * @param out where each case is said
   */
  public ReadBack(Path directory, ReadingEngine engine, PrintStream out) {
    this.directory = directory;
    this.engine = engine;
    this.out = out;
  }

  /**
   * Reads everything; the last line that is said counts the cases and failures.
   *
   * @return what is different, with its case; nothing if all is as it should be
   */
  public List<String> failures() throws IOException {
    List<String> failures = new ArrayList<>();
    int cases = 0;
    int failed = 0;
    for (Path file : files(ExpectedFiles.tables(directory))) {
      String name = name(file);
      Rows expected = Rows.read(file);
      cases++;
      failed += report(name, () -> table(name, expected), expected, failures);
    }
    Map<String, String> queries = SixResults.queries(engine);
    List<Path> results = files(ExpectedFiles.results(directory));
    if (!queries.keySet().equals(names(results))) {
      throw new IllegalStateException(
          "other results than queries: queries=" + queries.keySet() + " results=" + names(results));
    }
    for (Path file : results) {
      Rows expected = Rows.read(file);
      cases++;
      failed +=
          report(
              "result " + name(file),
              () -> result(Objects.requireNonNull(queries.get(name(file))), expected),
              expected,
              failures);
    }
    out.println(engine.name() + ": " + cases + " cases, " + failed + " failures");
    return failures;
  }

  private static Set<String> names(List<Path> files) {
    return new TreeSet<>(files.stream().map(ReadBack::name).toList());
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.sorted().toList();
      if (all.isEmpty()) {
        throw new IllegalStateException("nothing is expected: folder=" + folder);
      }
      return all;
    }
  }

  private static String name(Path file) {
    String name = Objects.requireNonNull(file.getFileName(), "name").toString();
    return name.substring(0, name.length() - ExpectedFiles.ENDING.length());
  }

  private int report(
      String name, Supplier<List<String>> reading, Rows expected, List<String> failures) {
    String what = engine.name() + " " + name;
    List<String> differences;
    try {
      differences = reading.get();
    } catch (RuntimeException e) {
      // The other cases are read all the same, so that one run shows all there is.
      e.printStackTrace(out);
      differences = List.of("cannot be read: " + e);
    }
    differences.forEach(difference -> failures.add(what + ": " + difference));
    out.println(
        what
            + ": "
            + expected.rows().size()
            + " rows, "
            + expected.columns().size()
            + " columns: "
            + (differences.isEmpty() ? "equal" : differences));
    return differences.isEmpty() ? 0 : 1;
  }

  /** All rows of a table, their number alone, and questions about each column. */
  private List<String> table(String name, Rows expected) {
    int at = name.indexOf(ExpectedFiles.BRANCH);
    @Nullable String branch = at < 0 ? null : name.substring(at + 1);
    String table = engine.table(at < 0 ? name : name.substring(0, at), branch);
    List<String> names = expected.columns().stream().map(Column::name).toList();
    ReadingEngine.Answer all = engine.ask("select " + String.join(", ", names) + " from " + table);
    List<String> differences = new ArrayList<>();
    List<String> types =
        expected.columns().stream().map(column -> engine.type(column.type())).toList();
    if (!all.types().equals(types)) {
      differences.add("types: expected=" + types + " found=" + all.types());
    }
    differences.addAll(expected.differences(new Rows(expected.columns(), all.rows())));
    String count = engine.ask("select count(*) from " + table).rows().get(0).get(0);
    if (!Integer.toString(expected.rows().size()).equals(count)) {
      differences.add("count(*): expected=" + expected.rows().size() + " found=" + count);
    }
    for (int column = 0; column < names.size(); column++) {
      // Of pairs that differ only in whether null may be there, the second is asked about once.
      if (name.equals(ALL_TYPES) || !names.get(column).endsWith(NEVER_NULL)) {
        differences.addAll(new Questions(engine, expected, column).wrongAnswers(table));
      }
    }
    return differences;
  }

  private List<String> result(String sql, Rows expected) {
    Rows found = new Rows(expected.columns(), SixResults.comparable(engine.ask(sql).rows()));
    return expected.differences(found);
  }
}
