package dev.leat.engine.examples.shop;

import dev.leat.engine.Engine;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Generated visits, all of them or what is left of them; they end with a whole hour. */
final class GeneratedArrivals implements Arrivals {
  private final List<GeneratedTraffic.Arrival> arrivals;
  private final Instant end;
  private int taken;

  /**
   * Visits of so many hours.
   *
   * @param held how many events the engine has of them
   */
  GeneratedArrivals(int hours, int held) {
    this.arrivals = GeneratedTraffic.of(hours);
    this.end = GeneratedTraffic.START.plus(Duration.ofHours(hours));
    this.taken = held;
  }

  /** How many events there are. */
  int size() {
    return arrivals.size();
  }

  /** When those that the engine has were all in: the step of the clock that brought the last. */
  Instant clock() {
    if (taken == 0) {
      return GeneratedTraffic.START;
    }
    Instant last = arrivals.get(taken - 1).at();
    long step = ShopRun.STEP.toMillis();
    long millis = Duration.between(GeneratedTraffic.START, last).toMillis();
    Instant stepped = GeneratedTraffic.START.plusMillis((millis + step - 1) / step * step);
    return stepped.isAfter(end) ? end : stepped;
  }

  @Override
  public boolean isOver(Instant now) {
    return !now.isBefore(end);
  }

  @Override
  public Instant earliest(Instant time) {
    return time.isBefore(end) ? time : end;
  }

  @Override
  public void bring(Engine engine, Instant until) {
    int from = taken;
    while (taken < arrivals.size() && !arrivals.get(taken).at().isAfter(until)) {
      taken++;
    }
    if (taken > from) {
      engine.stream(ShopPipeline.EVENTS, ShopEvent.class)
          .append(
              arrivals.subList(from, taken).stream().map(GeneratedTraffic.Arrival::event).toList());
    }
  }

  /** Brings everything up to a number of events, step by step, as a run does that nobody sees. */
  void play(Engine engine, VirtualClock clock, int events) {
    while (taken < events) {
      clock.moveTo(clock.instant().plus(ShopRun.STEP));
      bring(engine, clock.instant());
      engine.step();
    }
  }
}
