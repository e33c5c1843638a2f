package dev.leat.engine.examples.shop;

import dev.leat.engine.Change;
import dev.leat.engine.Changes;
import dev.leat.engine.Engine;
import dev.leat.engine.Row;
import dev.leat.engine.SubscriptionSettings;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/** Brings visits to the engine while a virtual clock goes on. */
final class ShopRun {
  /** Short enough that nothing enters and leaves a view unseen in between. */
  static final Duration STEP = Duration.ofSeconds(10);

  private static final int FRAMES_A_SECOND = 10;
  private static final long NANOS_OF_FRAME = TimeUnit.SECONDS.toNanos(1) / FRAMES_A_SECOND;

  private final Engine engine;
  private final VirtualClock clock;
  private final Display display;

  ShopRun(Engine engine, VirtualClock clock, Display display) {
    this.engine = engine;
    this.clock = clock;
    this.display = display;
    tell("cart_abandonment_candidates", ShopRun::cart);
    tell("traffic_alerts", ShopRun::traffic);
    tell("bot_sessions", ShopRun::bot);
  }

  /** Alerts are entries: one for each, however often its row changes while it stays. */
  private void tell(String view, Function<Row, String> text) {
    engine
        .view(view)
        .subscribe(
            SubscriptionSettings.defaults().withPolicy(SubscriptionSettings.Policy.INSERTS),
            changes -> alert(changes, text));
  }

  private void alert(Changes<Row> changes, Function<Row, String> text) {
    for (Change<Row> change : changes.changes()) {
      display.alert(clock.instant(), text.apply(change.row()));
    }
  }

  private static String cart(Row row) {
    Object user = row.value("user_id");
    return "cart left behind: session "
        + row.value("session_id")
        + (user == null ? "" : " of user " + user)
        + ", last seen "
        + row.value("last_event_time");
  }

  private static String traffic(Row row) {
    return "traffic "
        + row.value("kind")
        + ": "
        + row.value("current_sessions")
        + " sessions from "
        + row.value("window_start")
        + " on, "
        + row.value("pct_deviation")
        + " % beside the two hours before";
  }

  private static String bot(Row row) {
    return "bot: session "
        + row.value("session_id")
        + ", with "
        + row.value("most_events_a_minute")
        + " events a minute, is left out";
  }

  /**
   * Runs until all has come in.
   *
   * @param speed virtual seconds for a second; 0 for as fast as it goes
   */
  void run(Arrivals arrivals, int speed) throws IOException {
    Duration frame =
        speed == 0 ? STEP : Duration.ofSeconds(1).multipliedBy(speed).dividedBy(FRAMES_A_SECOND);
    long drawAt = System.nanoTime();
    while (!arrivals.isOver(clock.instant())) {
      Instant frameEnd = clock.instant().plus(frame);
      while (clock.instant().isBefore(frameEnd) && !arrivals.isOver(clock.instant())) {
        clock.moveTo(arrivals.earliest(earlier(frameEnd, clock.instant().plus(STEP))));
        arrivals.bring(engine, clock.instant());
        engine.step();
        display.passed(clock.instant());
      }
      display.draw(clock.instant());
      if (speed > 0) {
        drawAt += NANOS_OF_FRAME;
        await(drawAt);
      }
    }
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  private static void await(long nanoTime) {
    for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
