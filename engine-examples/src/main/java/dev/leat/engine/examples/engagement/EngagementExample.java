package dev.leat.engine.examples.engagement;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Row;
import dev.leat.engine.Threading;
import dev.leat.engine.examples.Example;
import dev.leat.engine.examples.FileRun;
import dev.leat.engine.examples.Flags;
import dev.leat.engine.examples.InputFile;
import dev.leat.engine.examples.LakeTable;
import dev.leat.engine.examples.OpenEngine;
import dev.leat.engine.examples.Report;
import dev.leat.engine.examples.UsageException;
import dev.leat.engine.examples.UserFiles;
import dev.leat.engine.iceberg.TableCare;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Six groups of questions about interactions with a web shop. */
public final class EngagementExample implements Example {
  private static final int MAX_GENERATED = 1_000_000;
  private static final int SNAPSHOTS_KEPT = 30;
  private static final String HELP =
      """
      002: engagement, sessions, funnel, devices, campaigns and places over interactions with a shop
      (the notebook on Kafka, Spark and Iceberg), as live views

      Without flags: takes in 300 generated interactions, the same each time, fifty at a time; prints
      how many rows of each view these change, and the views.

        --generate N   another number of interactions: 1 to 1,000,000
        --out DIR      write each view as CSV; files that are there are replaced
        --data DIR     keep the events in DIR. The next run with DIR has them, and adds only those
                       that are missing; a run that was killed is continued. If DIR holds other
                       events, or more, nothing is added: their views are shown
        --events FILE  take in a file of such events, a JSON object a line, instead; fields:
                       event_id, event_timestamp (2025-01-16T09:00:00Z; the offset is needed),
                       user_id, session_id, event_type, page_url, page_title, referrer_url,
                       element_id, element_text, device_type, browser, os, screen_width,
                       screen_height, viewport_width, viewport_height, scroll_depth, time_on_page,
                       utm_source, utm_medium, utm_campaign, ip_address, country, city,
                       ingestion_timestamp. All may be null or missing. With --data, DIR must hold
                       no event yet; the next run shows its views without --events
        --lake DIR     with --data: write all events to the Iceberg table analytics.clickstream in
                       DIR, too, partitioned by day and type, each once, whatever happens. At the
                       end the views are computed from the files of the table as well, and
                       compared; then small files are put together, old snapshots let go of, and
                       the views compared again. The README says how others open it
        --append       with --events and --data: add the file to the events that DIR holds. A file
                       that is added twice counts twice
        --help         show this
      """;

  /** What the flags say. */
  private record Options(
      Optional<Path> out,
      Optional<Path> data,
      Optional<Path> events,
      Optional<LakeTable> lake,
      OptionalInt generated,
      boolean isAppend) {
    static Options of(List<String> arguments) {
      Flags flags =
          Flags.parse(
              arguments,
              List.of("--out", "--data", "--events", "--lake", "--generate"),
              List.of("--append", "--help"));
      Options options =
          new Options(
              flags.path("--out"),
              flags.path("--data"),
              flags.path("--events"),
              flags.path("--lake").map(dir -> new LakeTable(dir, EngagementPipeline.TABLE)),
              flags.number("--generate", 1, MAX_GENERATED),
              flags.has("--append"));
      if (options.isAppend && (options.data.isEmpty() || options.events.isEmpty())) {
        throw new UsageException("--append goes with both --events and --data");
      }
      if (options.generated.isPresent() && options.events.isPresent()) {
        throw new UsageException("--generate goes without --events");
      }
      if (options.lake.isPresent() && options.data.isEmpty()) {
        throw new UsageException(
            "--lake goes with --data: a table is of the events that DIR keeps");
      }
      return options;
    }
  }

  @Override
  public String name() {
    return "002";
  }

  @Override
  public String summary() {
    return "engagement, sessions, funnel, devices, campaigns and places over interactions";
  }

  @Override
  public String help() {
    return HELP;
  }

  @Override
  public void run(List<String> arguments, PrintStream out) throws IOException {
    Options options = Options.of(arguments);
    if (options.events.isPresent()) {
      UserFiles.requireReadable(options.events.get());
    }
    if (options.data.isPresent()) {
      UserFiles.requireWritable(options.data.get());
    }
    Report report = new Report(out, options.out, EngagementView.SHOWN);
    // The sample is stepped by this thread, so that what it prints is in step with the engine.
    EngineSettings settings =
        EngineSettings.defaults()
            .withThreading(options.events.isPresent() ? Threading.OWN_THREAD : Threading.HOST);
    Pipeline pipeline =
        options.lake.map(EngagementPipeline::define).orElseGet(EngagementPipeline::define);
    Map<String, List<Row>> live;
    try (OpenEngine open = OpenEngine.open(options.data, pipeline, settings, out)) {
      try {
        run(options, open, report, out);
      } catch (EngineException e) {
        if (!open.isInterrupted()) {
          throw e;
        }
      }
      if (options.lake.isEmpty() || open.isInterrupted()) {
        return;
      }
      live = EngagementView.SHOWN.rows(open.engine());
    }
    // With the engine closed, everything is in the table.
    show(options.lake.get(), live, out);
  }

  private static void show(LakeTable table, Map<String, List<Row>> live, PrintStream out)
      throws IOException {
    out.println();
    table.printFiles(out);
    compare(table, live, out);
    TableCare.Compacted compacted = table.care().compact();
    int expired = table.care().expireSnapshots(Duration.ZERO, SNAPSHOTS_KEPT);
    out.printf(
        Locale.ROOT,
        "%nMaintenance: %,d small files became %,d, %,d snapshots expired%n",
        compacted.filesBefore(),
        compacted.filesAfter(),
        expired);
    table.printFiles(out);
    compare(table, live, out);
  }

  private static void compare(LakeTable table, Map<String, List<Row>> live, PrintStream out)
      throws IOException {
    table.compare(
        EngagementPipeline.define(), EngagementPipeline.EVENTS, EngagementView.SHOWN, live, out);
  }

  private static void run(Options options, OpenEngine open, Report report, PrintStream out)
      throws IOException {
    if (options.events.isEmpty()) {
      int count = options.generated.orElse(GeneratedInteractions.SAMPLE);
      new SampleRun(open, count, report, out).run();
      return;
    }
    FileRun run = new FileRun(open, report, out);
    List<InputFile> file = List.of(new InputFile(EngagementPipeline.EVENTS, options.events.get()));
    if (options.isAppend) {
      run.append(file);
    } else {
      run.run(file);
    }
  }
}
