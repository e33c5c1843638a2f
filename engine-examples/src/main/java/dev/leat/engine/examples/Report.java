package dev.leat.engine.examples;

import static dev.leat.engine.Expressions.asc;

import dev.leat.engine.Engine;
import dev.leat.engine.LedgerEntry;
import dev.leat.engine.Row;
import dev.leat.engine.Snapshot;
import dev.leat.engine.plan.Schema;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Shows the views, all at one position, and writes them to files. */
public final class Report {
  private static final int MAX_REJECTED = 5;
  private static final int LONGEST_ROW = 120;

  private final PrintStream out;
  private final Optional<Path> folder;
  private final ShownViews shown;

  /**
   * Nothing is shown yet.
   *
   * @param folder for the files, if there are to be any; it is made now
   * @throws IOException if it cannot be written to
   */
  public Report(PrintStream out, Optional<Path> folder, ShownViews shown) throws IOException {
    this.out = out;
    this.folder = folder;
    this.shown = shown;
    if (folder.isPresent()) {
      UserFiles.requireWritable(folder.get());
    }
  }

  /** Prints the tables, the longest only in part. */
  public void print(Engine engine) {
    List<Runnable> tables = engine.read(snapshot -> read(engine, snapshot));
    tables.forEach(Runnable::run);
  }

  private List<Runnable> read(Engine engine, Snapshot snapshot) {
    List<Runnable> tables = new ArrayList<>();
    for (ShownView view : shown.views()) {
      Schema schema = engine.view(view.name()).schema();
      Snapshot.Of<Row> at = snapshot.view(view.name());
      List<Row> rows = at.orderBy(view.orderKeys()).limit(view.limit()).toList();
      long more = at.count() - rows.size();
      tables.add(() -> print(view, schema, rows, more));
    }
    return tables;
  }

  private void print(ShownView view, Schema schema, List<Row> rows, long more) {
    out.println();
    out.println(view.title() + " (" + view.name() + ")");
    if (!view.columns().isEmpty()) {
      out.println(
          "  "
              + view.columns().size()
              + " of "
              + schema.size()
              + " columns (--out DIR writes all)");
    }
    Schema printed = printed(view, schema);
    List<Row> parts = rows.stream().map(row -> part(printed, row)).toList();
    RowText.table(printed, parts, List.of()).forEach(out::println);
    if (more > 0) {
      out.printf(Locale.ROOT, "  ... and %,d more rows (--out DIR writes all)%n", more);
    }
  }

  /** Lines that show views, all at one position, without what would take place. */
  public static List<String> compact(Engine engine, List<ShownView> views) {
    return engine.read(
        snapshot -> {
          List<String> lines = new ArrayList<>();
          for (ShownView view : views) {
            Schema printed = printed(view, engine.view(view.name()).schema());
            List<Row> rows =
                snapshot.view(view.name()).orderBy(view.orderKeys()).limit(view.limit()).toList();
            lines.add(view.title());
            lines.addAll(
                RowText.table(
                    printed, rows.stream().map(row -> part(printed, row)).toList(), List.of()));
          }
          return lines;
        });
  }

  /** The columns of a view that are printed. */
  static Schema printed(ShownView view, Schema schema) {
    return view.columns().isEmpty() ? schema : schema.select(view.columns(), "what is printed");
  }

  /** What is printed of a row. */
  static Row part(Schema printed, Row row) {
    return printed.equals(row.schema())
        ? row
        : Row.of(printed, printed.names().stream().map(row::value).toArray());
  }

  /** Prints how many rows were left out, and why the first of them. */
  public void printRejected(Engine engine) {
    long rejected = rejected(engine);
    if (rejected == 0) {
      return;
    }
    out.println();
    long kept = engine.ledger().count();
    out.printf(Locale.ROOT, "Rejected rows: %,d%n", rejected);
    if (kept < rejected) {
      out.printf(Locale.ROOT, "Of the latest %,d, which are kept:%n", kept);
    }
    List<LedgerEntry> entries =
        engine.ledger().orderBy(asc("sequence")).limit(MAX_REJECTED).toList();
    for (LedgerEntry entry : entries) {
      String row = RowText.printable(entry.row());
      String start = row.length() > LONGEST_ROW ? row.substring(0, LONGEST_ROW) + "..." : row;
      out.println("  " + entry.source() + ": " + RowText.printable(entry.reason()));
      out.println("    " + start);
    }
    if (rejected > entries.size()) {
      out.printf(Locale.ROOT, "  ... and %,d more%n", rejected - entries.size());
    }
  }

  /** Writes a file for each view, if there is a folder for them. */
  public void write(Engine engine, String suffix) throws IOException {
    if (folder.isEmpty()) {
      return;
    }
    Map<Path, List<String>> files =
        engine.read(
            snapshot -> {
              Map<Path, List<String>> lines = new LinkedHashMap<>();
              for (ShownView view : shown.views()) {
                lines.put(
                    folder.get().resolve(shown.fileName(view, suffix)),
                    RowText.csv(
                        engine.view(view.name()).schema(),
                        snapshot.view(view.name()).orderBy(view.orderKeys()).toList()));
              }
              return lines;
            });
    for (Map.Entry<Path, List<String>> file : files.entrySet()) {
      UserFiles.write(file.getKey(), file.getValue());
    }
    out.println();
    out.println("Wrote " + files.size() + " files to " + folder.get() + ": *_" + suffix + ".csv");
  }

  /** How many rows came in, of all inputs. */
  public static long accepted(Engine engine) {
    return engine.acceptedRows().values().stream().mapToLong(Long::longValue).sum();
  }

  /** How many rows are in no view. */
  public static long rejected(Engine engine) {
    return engine.rejectedRows().values().stream().mapToLong(Long::longValue).sum();
  }
}
