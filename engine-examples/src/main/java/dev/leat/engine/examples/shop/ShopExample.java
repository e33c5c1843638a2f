package dev.leat.engine.examples.shop;

import static dev.leat.engine.Expressions.asc;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Row;
import dev.leat.engine.Threading;
import dev.leat.engine.examples.Example;
import dev.leat.engine.examples.FileRun;
import dev.leat.engine.examples.Flags;
import dev.leat.engine.examples.OpenEngine;
import dev.leat.engine.examples.Report;
import dev.leat.engine.examples.Terminal;
import dev.leat.engine.examples.UsageException;
import dev.leat.engine.examples.UserFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A web shop watched live, under a clock that can be seen to move. */
public final class ShopExample implements Example {
  private static final int HOURS = 4;
  private static final int MOST_HOURS = 72;
  private static final int MOST_SPEED = 100_000;
  private static final int SPEED_ON_TERMINAL = 120;
  private static final int LINES = 50;
  private static final int LEAST_LINES = 20;
  private static final int MOST_LINES = 1000;
  private static final String HELP =
      """
      003: a web shop watched live (streaming SQL over its clickstream): funnel per 10 minutes,
      sessions and whose they are, carts left behind for 15 to 60 minutes, products and searches per
      hour, traffic unlike that of the two hours before, and bots, which are left out of all that

      Plays four hours of generated visits, the same each time, under a clock of its own. On a
      terminal the views are tables that change in place, two minutes pass in a second, and the
      latest alerts stand below; elsewhere there is a line for each alert and each half hour, as
      fast as it goes, and the views at the end.

      In the second hour comes a bot, in the third a rush, and then a failure: watch what it does.

        --speed N      N seconds pass in a second: 1 to 100,000
        --hours N      another number of hours: 1 to 72
        --lines N      the terminal has N lines: 20 to 1,000; 50 if nothing is said
        --plain        print lines on a terminal too
        --out DIR      write each view as it is at the end as CSV; files that are there are replaced
        --data DIR     keep the events in DIR. The next run with DIR has them, and plays on from
                       there; a run that was killed is continued. If DIR holds other events, or
                       more, nothing is played: their views are shown
        --events FILE  play a file of such events, a JSON object a line, instead; fields: event_id,
                       session_id, user_id, event_type, page_url, product_id, category_id,
                       search_query, traffic_source, campaign_id, device_type, event_time
                       (2026-04-01T08:00:00Z; the offset is needed). They come in in the order of
                       the file, each when it happened or with the one before, if that is later.
                       With --data, DIR must hold no event yet; the next run shows its views
                       without --events
        --append       with --events and --data: add the file to the events that DIR holds. A file
                       that is added twice counts twice
        --help         show this
      """;

  /** What the flags say. */
  private record Options(
      OptionalInt speed,
      int hours,
      int lines,
      boolean isPlain,
      Optional<Path> out,
      Optional<Path> data,
      Optional<Path> events,
      boolean isAppend) {
    static Options of(List<String> arguments) {
      Flags flags =
          Flags.parse(
              arguments,
              List.of("--speed", "--hours", "--lines", "--out", "--data", "--events"),
              List.of("--plain", "--append", "--help"));
      OptionalInt hours = flags.number("--hours", 1, MOST_HOURS);
      Options options =
          new Options(
              flags.number("--speed", 1, MOST_SPEED),
              hours.orElse(HOURS),
              flags.number("--lines", LEAST_LINES, MOST_LINES).orElse(LINES),
              flags.has("--plain"),
              flags.path("--out"),
              flags.path("--data"),
              flags.path("--events"),
              flags.has("--append"));
      if (options.isAppend && (options.data.isEmpty() || options.events.isEmpty())) {
        throw new UsageException("--append goes with both --events and --data");
      }
      if (hours.isPresent() && options.events.isPresent()) {
        throw new UsageException("--hours goes without --events");
      }
      return options;
    }
  }

  @Override
  public String name() {
    return "003";
  }

  @Override
  public String summary() {
    return "a shop watched live: funnel, sessions, carts left behind, searches, unusual traffic, bots";
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
    Report report = new Report(out, options.out, ShopView.SHOWN);
    VirtualClock clock = new VirtualClock(GeneratedTraffic.START);
    EngineSettings settings =
        EngineSettings.defaults().withThreading(Threading.HOST).withClock(clock);
    try (OpenEngine open = OpenEngine.open(options.data, ShopPipeline.define(), settings, out)) {
      try {
        String suffix = run(options, open, clock, report, out);
        report.print(open.engine());
        report.printRejected(open.engine());
        report.write(open.engine(), suffix);
      } catch (EngineException e) {
        if (!open.isInterrupted()) {
          throw e;
        }
      }
    }
  }

  /** Plays what there is to play; gives what the names of files end with. */
  private static String run(
      Options options, OpenEngine open, VirtualClock clock, Report report, PrintStream out)
      throws IOException {
    if (options.events.isEmpty()) {
      playGenerated(options, open, clock, out);
      return options.hours + "h";
    }
    if (!options.isAppend) {
      new FileRun(open, report, out).requireEmpty();
    }
    try (FileArrivals arrivals = FileArrivals.of(options.events.get())) {
      out.println("Taking " + options.events.get() + " into " + open.place());
      clock.moveTo(arrivals.start());
      play(options, open.engine(), clock, arrivals, out);
      out.println(arrivals.text());
    }
    return String.valueOf(Report.accepted(open.engine()));
  }

  private static void playGenerated(
      Options options, OpenEngine open, VirtualClock clock, PrintStream out) throws IOException {
    Engine engine = open.engine();
    long held = Report.accepted(engine);
    int all = new GeneratedArrivals(options.hours, 0).size();
    if (!holdsGenerated(options.hours, engine, held, all)) {
      out.println("Found " + held + " events in " + open.place() + "; nothing is played.");
      return;
    }
    if (held > 0) {
      out.println("Found " + held + " of " + all + " events in " + open.place() + ".");
    }
    GeneratedArrivals arrivals = new GeneratedArrivals(options.hours, (int) held);
    clock.moveTo(arrivals.clock());
    play(options, engine, clock, arrivals, out);
  }

  private static void play(
      Options options, Engine engine, VirtualClock clock, Arrivals arrivals, PrintStream out)
      throws IOException {
    boolean isLive = !options.isPlain && Terminal.isThere();
    try (Display display =
        isLive
            ? new LivePage(engine, options.lines, out)
            : new PlainLines(engine, clock.instant(), out)) {
      new ShopRun(engine, clock, display)
          .run(arrivals, options.speed.orElse(isLive ? SPEED_ON_TERMINAL : 0));
    }
  }

  /**
   * Are the views those of generated visits, as far as they came? What is forgotten after a day
   * depends on the last tick, which nobody tells, so then their number must do.
   */
  private static boolean holdsGenerated(int hours, Engine engine, long held, int all) {
    if (held > all || Report.rejected(engine) > 0) {
      return false;
    }
    GeneratedArrivals arrivals = new GeneratedArrivals(hours, 0);
    VirtualClock clock = new VirtualClock(GeneratedTraffic.START);
    EngineSettings settings =
        EngineSettings.defaults().withThreading(Threading.HOST).withClock(clock);
    try (Engine sample = Engine.inMemory(ShopPipeline.define(), settings)) {
      arrivals.play(sample, clock, (int) held);
      boolean isForgetting =
          clock.instant().isAfter(GeneratedTraffic.START.plus(ShopPipeline.KEPT));
      return isForgetting || rows(engine).equals(rows(sample));
    }
  }

  /** Of sessions, which do not change because time passes. */
  private static List<Row> rows(Engine engine) {
    return engine.view("session_summary").orderBy(asc("session_id"), asc("user_id")).toList();
  }
}
