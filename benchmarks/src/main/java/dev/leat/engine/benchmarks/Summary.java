package dev.leat.engine.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes a table of what {@link SideBySide} has printed: medians of its runs. */
public final class Summary {
  private static final Pattern FIELD = Pattern.compile("\"(\\w+)\":\"?([^\",}]*)");

  private record Key(String workload, String order, String what) {}

  private final Map<Key, List<Map<String, String>>> runs = new LinkedHashMap<>();

  private Summary() {}

  /** Prints the table of a file's lines. */
  public static void main(String[] args) throws IOException {
    Summary summary = new Summary();
    Files.readAllLines(Path.of(args[0])).forEach(summary::add);
    summary.print();
  }

  private void add(String line) {
    Map<String, String> run = new LinkedHashMap<>();
    Matcher field = FIELD.matcher(line);
    while (field.find()) {
      run.put(field.group(1), field.group(2));
    }
    Key key = new Key(text(run, "workload"), text(run, "order"), text(run, "what"));
    runs.computeIfAbsent(key, k -> new ArrayList<>()).add(run);
  }

  private static String text(Map<String, String> run, String field) {
    return Objects.requireNonNull(run.get(field), field);
  }

  private double median(Key key, String field) {
    double[] values =
        runs.getOrDefault(key, List.of()).stream()
            .mapToDouble(run -> Double.parseDouble(text(run, field)))
            .sorted()
            .toArray();
    int half = values.length / 2;
    return values.length == 0 ? Double.NaN : (values[half] + values[(values.length - 1) / 2]) / 2;
  }

  private void print() {
    System.out.println(
        "| workload | order | what | CPU ns/event | M events/s a core | x hand-written"
            + " | x DuckDB | of it compilers | x hand-written without | bytes/event |");
    System.out.println("|---|---|---|--:|--:|--:|--:|--:|--:|--:|");
    for (Key key : runs.keySet()) {
      double cpu = median(key, "cpu_ns");
      double duckDb = median(new Key(key.workload(), key.order(), "duckdb"), "cpu_ns");
      System.out.printf(
          Locale.ROOT,
          "| %s | %s | %s | %.1f | %.2f | %.2f | %.2f | %.1f | %.2f | %.2f |%n",
          key.workload().toLowerCase(Locale.ROOT),
          key.order().toLowerCase(Locale.ROOT),
          key.what(),
          cpu,
          1000 / cpu,
          median(key, "ratio"),
          cpu / duckDb,
          median(key, "compilers_ns"),
          median(key, "compiled_ratio"),
          median(key, "bytes"));
    }
  }
}
