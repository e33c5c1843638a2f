package dev.leat.engine.internal.time;

import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.plan.EventTime;
import java.util.List;

/**
 * How far the event time of a stream has come: the greatest that it brought, less what rows may be
 * out of order by; or what its source says of it, if that is more. It moves with the rows of epochs
 * and their ticks, and never back. Microseconds since 1970; one thread.
 *
 * <p><b>Silence.</b> A stream is idle when nothing came for some time while the engine was open. So
 * that time begins when something came last, or when the engine was opened, if that was later: what
 * waited at a source meanwhile has its chance first. An opening is in the record of the first epoch
 * after it, and is part of the state from then on; between the two it counts, too.
 */
public final class Watermark implements Checkpointed {
  /**
   * Begins what is kept where a source said something: no tick, so that states without are read.
   */
  private static final long WAS_TOLD = Long.MAX_VALUE;

  /** Begins what is kept where an opening is later than all that came. */
  private static final long WAS_OPENED = Long.MAX_VALUE - 1;

  private final String stream;
  private final long outOfOrder;
  private final long ahead;
  private final long idleAfter;

  /** The latest tick of an epoch. */
  private long tick = EventTime.NEVER;

  /** The tick when something came last, or the first tick while none has. */
  private long lastRow = EventTime.NEVER;

  private long greatest = EventTime.NEVER;

  /** The greatest time of which the source said that it is reached. */
  private long told = EventTime.NEVER;

  /** When the engine was opened last, of the openings that epochs said, as ticks count. */
  private long opened = EventTime.NEVER;

  /** When the engine was opened, if the next epoch is the first to say it. */
  private long opening = EventTime.NEVER;

  /** Of a stream that had no row yet. */
  public Watermark(String stream, EventTime eventTime) {
    this.stream = stream;
    this.outOfOrder = eventTime.outOfOrderMicros();
    this.ahead = eventTime.aheadMicros();
    this.idleAfter = eventTime.idleAfterMicros();
  }

  /** Says that the engine was opened; again when the next epoch says so, before it starts. */
  public void opened(long clockMicros) {
    opening = clockMicros;
  }

  /** Says when an epoch was closed; clocks that are set back do not count. */
  public void startEpoch(long tickMicros) {
    long before = tick;
    tick = Math.max(tick, tickMicros);
    if (opening != EventTime.NEVER) {
      // Not before what was, nor behind what is: the clock may have been set in between.
      opened = Math.max(opened, Math.min(tick, Math.max(before, opening)));
      opening = EventTime.NEVER;
    }
    if (lastRow == EventTime.NEVER) {
      lastRow = tick;
    }
  }

  /** Event times above this are too far ahead of the clock. */
  public long limit() {
    return tick == EventTime.NEVER ? Long.MAX_VALUE : Words.saturatedSum(tick, ahead);
  }

  /** Says that rows came, and the greatest of their event times. */
  public void takeRows(long greatestEventTime) {
    greatest = Math.max(greatest, greatestEventTime);
    lastRow = tick;
  }

  /** Says that the source expects no rows that happened before a time. */
  public void advance(long time) {
    told = Math.max(told, time);
    lastRow = tick;
  }

  /** The greatest time that the source said; {@link EventTime#NEVER} if it said none. */
  public long told() {
    return told;
  }

  /** Why a row is refused whose event time is above the limit. */
  public String tooFarAhead(long eventTime) {
    return "its event time is too far ahead of the clock, which was "
        + Words.toInstant(tick)
        + ": event_time="
        + Words.toInstant(eventTime)
        + " limit="
        + Words.toInstant(limit());
  }

  /** Rows before this are no longer expected; {@link EventTime#NEVER} if nothing came yet. */
  public long value() {
    long ofRows =
        greatest == EventTime.NEVER ? greatest : Words.saturatedSum(greatest, -outOfOrder);
    return Math.max(told, ofRows);
  }

  /**
   * Had it no row, nor said its source anything, for the time after which it holds nothing back?
   */
  public boolean isIdle() {
    return isIdleAt(tick);
  }

  /** Is it idle at a tick, if no row comes? As it is now, if that is before the latest. */
  public boolean isIdleAt(long micros) {
    return idleAfter != Long.MAX_VALUE
        && tick != EventTime.NEVER
        && Math.max(micros, tick) >= idleAt();
  }

  /** The tick at which it is idle if no row comes; the greatest value if never. */
  private long idleAt() {
    return idleAfter == Long.MAX_VALUE || tick == EventTime.NEVER
        ? Long.MAX_VALUE
        : Words.saturatedSum(silentSince(), idleAfter);
  }

  /** The tick since when nothing came while the engine was open. */
  private long silentSince() {
    return Math.max(lastRow, openedTick());
  }

  /**
   * When the engine was opened last, if nothing came since; {@link EventTime#NEVER} if something
   * did, or that is not known.
   */
  public long openedSinceLastRow() {
    long at = openedTick();
    return at > lastRow ? at : EventTime.NEVER;
  }

  private long openedTick() {
    return opening == EventTime.NEVER ? opened : Math.max(opened, Math.max(tick, opening));
  }

  /** After how long without a row it is idle; the greatest value if never. */
  public long idleAfter() {
    return idleAfter;
  }

  /** The stream's name. */
  public String stream() {
    return stream;
  }

  /** The greatest event time that came; {@link EventTime#NEVER} if none. */
  public long greatest() {
    return greatest;
  }

  /** The tick of the epoch in which something came last, or of the first one while none has. */
  public long lastRowTick() {
    return lastRow;
  }

  /** The latest tick of an epoch. */
  public long tick() {
    return tick;
  }

  /** The smallest of those that are not idle; the greatest if all are. */
  public static long smallest(List<Watermark> all) {
    return smallestAt(all, EventTime.NEVER);
  }

  /**
   * The tick at which streams are idle so that what is left has reached a time, if no row comes;
   * the greatest value if that does not happen.
   *
   * @param time that is not reached now
   */
  public static long tickReaching(List<Watermark> all, long time) {
    long least = Long.MAX_VALUE;
    for (Watermark candidate : all) {
      long at = candidate.idleAt();
      if (at > candidate.tick && at < least && smallestAt(all, at) >= time) {
        least = at;
      }
    }
    return least;
  }

  /** The smallest as it would be at a tick, if that is later than the latest. */
  private static long smallestAt(List<Watermark> all, long tick) {
    long smallest = Long.MAX_VALUE;
    long greatest = EventTime.NEVER;
    boolean isHeldBack = false;
    for (Watermark watermark : all) {
      long value = watermark.value();
      greatest = Math.max(greatest, value);
      if (!watermark.isIdleAt(tick)) {
        smallest = Math.min(smallest, value);
        isHeldBack = true;
      }
    }
    return isHeldBack ? smallest : greatest;
  }

  @Override
  public StateImage capture() {
    long atTick = tick;
    long atRow = lastRow;
    long atTime = greatest;
    long asTold = told;
    long asOpened = opened;
    return out -> {
      if (asOpened > atRow) {
        out.writeLong(WAS_OPENED);
        out.writeLong(asOpened);
      }
      if (asTold != EventTime.NEVER) {
        out.writeLong(WAS_TOLD);
        out.writeLong(asTold);
      }
      out.writeLong(atTick);
      out.writeLong(atRow);
      out.writeLong(atTime);
    };
  }

  @Override
  public void restore(StateReader in) {
    long first = in.readLong();
    opened = EventTime.NEVER;
    opening = EventTime.NEVER;
    if (first == WAS_OPENED) {
      opened = in.readLong();
      first = in.readLong();
    }
    boolean wasTold = first == WAS_TOLD;
    told = wasTold ? in.readLong() : EventTime.NEVER;
    tick = wasTold ? in.readLong() : first;
    lastRow = in.readLong();
    greatest = in.readLong();
  }
}
