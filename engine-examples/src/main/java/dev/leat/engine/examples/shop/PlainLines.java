package dev.leat.engine.examples.shop;

import dev.leat.engine.Engine;
import dev.leat.engine.examples.Report;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** A line for each alert and for each half hour, for files and other programs. */
final class PlainLines implements Display {
  private static final Duration STEP = Duration.ofMinutes(30);

  private final Engine engine;
  private final PrintStream out;
  private Instant next;

  /**
   * Nothing is printed yet.
   *
   * @param start what the clock says
   */
  PlainLines(Engine engine, Instant start, PrintStream out) {
    this.engine = engine;
    this.out = out;
    this.next = halfHourAfter(start);
  }

  private static Instant halfHourAfter(Instant time) {
    long half = Math.floorDiv(time.getEpochSecond(), STEP.toSeconds()) + 1;
    return Instant.ofEpochSecond(half * STEP.toSeconds());
  }

  @Override
  public void alert(Instant now, String text) {
    out.println(now + "  " + text);
  }

  @Override
  public void passed(Instant now) {
    if (now.isBefore(next)) {
      return;
    }
    next = halfHourAfter(now);
    out.printf(
        Locale.ROOT,
        "%s  %,d events, %,d sessions, carts left behind now: %,d%n",
        now,
        Report.accepted(engine),
        engine.view("session_summary").count(),
        engine.view("cart_abandonment_candidates").count());
  }

  @Override
  public void draw(Instant now) {
    // Lines are printed when something is to be said.
  }

  @Override
  public void close() {
    out.flush();
  }
}
