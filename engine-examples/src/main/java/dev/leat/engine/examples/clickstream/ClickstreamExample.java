package dev.leat.engine.examples.clickstream;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Threading;
import dev.leat.engine.examples.Example;
import dev.leat.engine.examples.FileRun;
import dev.leat.engine.examples.Flags;
import dev.leat.engine.examples.InputFile;
import dev.leat.engine.examples.OpenEngine;
import dev.leat.engine.examples.Report;
import dev.leat.engine.examples.UsageException;
import dev.leat.engine.examples.UserFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Sessions, conversion, a funnel, page traffic and outcomes over a clickstream. */
public final class ClickstreamExample implements Example {
  private static final String HELP =
      """
      001: five views over a clickstream (the clickstream tutorial, Kafka and streaming SQL)

      Without flags: takes in 25 events, then two more, then one that comes late; prints what
      changes in each view, and the views.

        --out DIR      write each view as CSV, after each step; files that are there are replaced
        --data DIR     keep the events in DIR. The next run with DIR has them, and adds only those
                       that are missing; a run that was killed is continued. If DIR holds other
                       events, nothing is added: their views are shown
        --events FILE  take in a file of such events, a JSON object a line, instead; fields:
                       event_id, user_id, session_id, event_type, page_url, referrer_url,
                       device_type, country, event_ts (2026-04-01T09:00:00Z). With --data, DIR must
                       hold no event yet; the next run shows its views without --events
        --append       with --events and --data: add the file to the events that DIR holds. A file
                       that is added twice counts twice
        --help         show this
      """;

  /** What the flags say. */
  private record Options(
      Optional<Path> out, Optional<Path> data, Optional<Path> events, boolean isAppend) {
    static Options of(List<String> arguments) {
      Flags flags =
          Flags.parse(
              arguments, List.of("--out", "--data", "--events"), List.of("--append", "--help"));
      Options options =
          new Options(
              flags.path("--out"),
              flags.path("--data"),
              flags.path("--events"),
              flags.has("--append"));
      if (options.isAppend && (options.data.isEmpty() || options.events.isEmpty())) {
        throw new UsageException("--append goes with both --events and --data");
      }
      return options;
    }
  }

  @Override
  public String name() {
    return "001";
  }

  @Override
  public String summary() {
    return "sessions, conversion, funnel, page traffic and outcomes over a clickstream";
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
    Report report = new Report(out, options.out, ClickstreamView.SHOWN);
    // The sample is stepped by this thread, so that what it prints is in step with the engine.
    EngineSettings settings =
        EngineSettings.defaults()
            .withThreading(options.events.isPresent() ? Threading.OWN_THREAD : Threading.HOST);
    try (OpenEngine open =
        OpenEngine.open(options.data, ClickstreamPipeline.define(), settings, out)) {
      try {
        if (options.events.isPresent()) {
          FileRun run = new FileRun(open, report, out);
          List<InputFile> file =
              List.of(new InputFile(ClickstreamPipeline.EVENTS, options.events.get()));
          if (options.isAppend) {
            run.append(file);
          } else {
            run.run(file);
          }
        } else {
          new SampleRun(open, report, out).run();
        }
      } catch (EngineException e) {
        if (!open.isInterrupted()) {
          throw e;
        }
      }
    }
  }
}
