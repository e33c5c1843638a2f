package dev.leat.engine.examples.enrichment;

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
import dev.leat.engine.plan.Schema;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Events joined with five other inputs, and figures of sessions. */
public final class EnrichmentExample implements Example {
  private static final int MAX_GENERATED = 10_000_000;
  private static final int SNAPSHOTS_KEPT = 30;
  private static final String HELP =
      """
      000: events joined with users, sessions, devices, pages and campaigns (the demo of events
      over HTTP and a streaming database); figures of each session; conversion by device

      Without flags: takes in three events, then their session, user and device, then pages and a
      campaign, then some of it again, then the user with another country; prints what changes in
      each view, and the views. Rows are told apart by their keys, so what is sent again changes
      nothing.

        --keyless       rows are not told apart, as in the demo's tables: what is sent again is
                        there twice, and so is all that is joined with it. A directory is of one
                        kind or the other
        --out DIR       write each view as CSV, after each step; files that are there are replaced
        --data DIR      keep the rows in DIR. The next run with DIR has them, and adds only those
                        that are missing; a run that was killed is continued. If DIR holds other
                        rows, nothing is added: their views are shown
        --lake DIR      with --data: write the joined events to the Iceberg table
                        analytics.clickstream_joined in DIR, too; what is corrected in the view is
                        corrected there. At the end its rows are compared with those of the view.
                        The README says how others open it
        --events FILE   take in a file of events, a JSON object a line, instead; fields: event_id,
                        user_id (a number), session_id, event_type (page_view, click, add_to_cart,
                        checkout_start, purchase), page_url, element_id, event_time
                        (2026-01-01T10:00:00Z), referrer, campaign_id, revenue_usd, ingested_at
        --users FILE    with or without events: user_id, full_name, email, country, signup_time,
                        marketing_opt_in, ingested_at
        --devices FILE  device_id, device_type, os, browser, user_agent, ingested_at
        --sessions FILE session_id, user_id, device_id, session_start, ip_address, geo_city,
                        geo_region, ingested_at
        --campaigns FILE
                        campaign_id, source, medium, campaign, content, term, ingested_at
        --pages FILE    page_url, page_category, product_id, product_category, ingested_at
        --append        with files and --data: add the files to the rows that DIR holds. Without it
                        DIR must hold no row yet; the next run shows its views without files
        --generate N    take in N generated events and what belongs to them, the same each time,
                        instead; 1 to 10,000,000. With --data, DIR must hold no row yet
        --help          show this
      """;

  /** The flags of files, in the order in which they are taken in, and their inputs. */
  private static final Map<String, String> FILES = files();

  private static Map<String, String> files() {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("--users", EnrichmentPipeline.USERS);
    files.put("--devices", EnrichmentPipeline.DEVICES);
    files.put("--sessions", EnrichmentPipeline.SESSIONS);
    files.put("--campaigns", EnrichmentPipeline.CAMPAIGNS);
    files.put("--pages", EnrichmentPipeline.PAGES);
    files.put("--events", EnrichmentPipeline.EVENTS);
    return files;
  }

  /** What the flags say. */
  private record Options(
      Optional<Path> out,
      Optional<Path> data,
      Optional<LakeTable> lake,
      List<InputFile> files,
      OptionalInt generated,
      boolean isAppend,
      RowIdentity identity) {
    static Options of(List<String> arguments) {
      List<String> withValue = new ArrayList<>(FILES.keySet());
      withValue.addAll(List.of("--out", "--data", "--lake", "--generate"));
      Flags flags = Flags.parse(arguments, withValue, List.of("--append", "--keyless", "--help"));
      List<InputFile> files = new ArrayList<>();
      FILES.forEach(
          (flag, input) ->
              flags.path(flag).ifPresent(file -> files.add(new InputFile(input, file))));
      Options options =
          new Options(
              flags.path("--out"),
              flags.path("--data"),
              flags.path("--lake").map(dir -> new LakeTable(dir, EnrichmentPipeline.TABLE)),
              files,
              flags.number("--generate", 1, MAX_GENERATED),
              flags.has("--append"),
              flags.has("--keyless") ? RowIdentity.NONE : RowIdentity.KEYS);
      if (options.isAppend && (options.data.isEmpty() || files.isEmpty())) {
        throw new UsageException("--append goes with both --data and a file, as of --events");
      }
      if (options.generated.isPresent() && !files.isEmpty()) {
        throw new UsageException("--generate goes with no file");
      }
      if (options.lake.isPresent()
          && (options.data.isEmpty() || options.identity == RowIdentity.NONE)) {
        throw new UsageException(
            "--lake goes with --data, and without --keyless: rows of a table are told apart");
      }
      return options;
    }

    boolean isSample() {
      return files.isEmpty() && generated.isEmpty();
    }
  }

  @Override
  public String name() {
    return "000";
  }

  @Override
  public String summary() {
    return "events joined with users, sessions, devices, pages and campaigns; session figures";
  }

  @Override
  public String help() {
    return HELP;
  }

  @Override
  public void run(List<String> arguments, PrintStream out) throws IOException {
    Options options = Options.of(arguments);
    for (InputFile file : options.files) {
      UserFiles.requireReadable(file.file());
    }
    if (options.data.isPresent()) {
      UserFiles.requireWritable(options.data.get());
    }
    Report report = new Report(out, options.out, EnrichmentView.SHOWN);
    // The sample is stepped by this thread, so that what it prints is in step with the engine.
    EngineSettings settings =
        EngineSettings.defaults()
            .withThreading(options.isSample() ? Threading.HOST : Threading.OWN_THREAD);
    Pipeline pipeline =
        options
            .lake
            .map(EnrichmentPipeline::define)
            .orElseGet(() -> EnrichmentPipeline.define(options.identity));
    Map<String, List<Row>> live;
    Schema joined;
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
      live = EnrichmentView.JOINED.rows(open.engine());
      joined = open.engine().view(EnrichmentPipeline.JOINED).schema();
    }
    // With the engine closed, everything is in the table.
    show(options.lake.get(), joined, live, out);
  }

  private static void show(
      LakeTable table, Schema joined, Map<String, List<Row>> live, PrintStream out)
      throws IOException {
    out.println();
    table.printFiles(out);
    Pipeline readBack = EnrichmentPipeline.readBack(joined);
    table.compare(readBack, EnrichmentPipeline.EVENTS, EnrichmentView.JOINED, live, out);
    TableCare.Compacted compacted = table.care().compact();
    int expired = table.care().expireSnapshots(Duration.ZERO, SNAPSHOTS_KEPT);
    out.printf(
        Locale.ROOT,
        "%nMaintenance: %,d files became %,d, %,d snapshots expired%n",
        compacted.filesBefore(),
        compacted.filesAfter(),
        expired);
    table.printFiles(out);
    table.compare(readBack, EnrichmentPipeline.EVENTS, EnrichmentView.JOINED, live, out);
  }

  private static void run(Options options, OpenEngine open, Report report, PrintStream out)
      throws IOException {
    if (options.isSample()) {
      new SampleRun(open, options.identity, report, out).run();
      return;
    }
    FileRun run = new FileRun(open, report, out);
    if (options.generated.isPresent()) {
      run.requireEmpty();
      new GeneratedRun(open, report, out).run(new GeneratedRows(options.generated.getAsInt()));
    } else if (options.isAppend) {
      run.append(options.files);
    } else {
      run.run(options.files);
    }
  }
}
