package dev.leat.engine.examples.shop;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Threading;
import dev.leat.engine.examples.Example;
import dev.leat.engine.examples.Flags;
import dev.leat.engine.examples.OpenEngine;
import dev.leat.engine.examples.Report;
import dev.leat.engine.examples.Terminal;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
      fast as it goes, and the views at the end. All is in memory.

      In the second hour comes a bot, in the third a rush, and then a failure: watch what it does.

        --speed N      N seconds pass in a second: 1 to 100,000
        --hours N      another number of hours: 1 to 72
        --lines N      the terminal has N lines: 20 to 1,000; 50 if nothing is said
        --plain        print lines on a terminal too
        --out DIR      write each view as it is at the end as CSV; files that are there are replaced
        --help         show this
      """;

  /** What the flags say. */
  private record Options(
      OptionalInt speed, int hours, int lines, boolean isPlain, Optional<Path> out) {
    static Options of(List<String> arguments) {
      Flags flags =
          Flags.parse(
              arguments,
              List.of("--speed", "--hours", "--lines", "--out"),
              List.of("--plain", "--help"));
      return new Options(
          flags.number("--speed", 1, MOST_SPEED),
          flags.number("--hours", 1, MOST_HOURS).orElse(HOURS),
          flags.number("--lines", LEAST_LINES, MOST_LINES).orElse(LINES),
          flags.has("--plain"),
          flags.path("--out"));
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
    Report report = new Report(out, options.out, ShopView.SHOWN);
    VirtualClock clock = new VirtualClock(GeneratedTraffic.START);
    EngineSettings settings =
        EngineSettings.defaults().withThreading(Threading.HOST).withClock(clock);
    try (OpenEngine open =
        OpenEngine.open(Optional.empty(), ShopPipeline.define(), settings, out)) {
      try {
        run(options, open.engine(), clock, out);
        report.print(open.engine());
        report.printRejected(open.engine());
        report.write(open.engine(), options.hours + "h");
      } catch (EngineException e) {
        if (!open.isInterrupted()) {
          throw e;
        }
      }
    }
  }

  private static void run(Options options, Engine engine, VirtualClock clock, PrintStream out) {
    boolean isLive = !options.isPlain && Terminal.isThere();
    Instant end = GeneratedTraffic.START.plus(Duration.ofHours(options.hours));
    try (Display display =
        isLive
            ? new LivePage(engine, options.lines, out)
            : new PlainLines(engine, GeneratedTraffic.START, out)) {
      new ShopRun(engine, clock, display)
          .run(
              GeneratedTraffic.of(options.hours),
              end,
              options.speed.orElse(isLive ? SPEED_ON_TERMINAL : 0));
    }
  }
}
