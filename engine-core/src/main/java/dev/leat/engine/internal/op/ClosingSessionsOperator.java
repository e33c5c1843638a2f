package dev.leat.engine.internal.op;

import com.carrotsearch.hppc.IntArrayList;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.ClosedSessions;
import dev.leat.engine.internal.state.SessionKeys;
import dev.leat.engine.internal.state.TimeHeap;
import dev.leat.engine.plan.ClosingSessions;
import dev.leat.engine.plan.Schema;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sessions that close. As in a {@link ClosingOperator}, a step looks at which rows are late, by
 * what was known before it; at what the others make of their sessions; and at which sessions the
 * watermark, as it is now, closes.
 *
 * <p><b>Late</b> is a row that is at most a gap from a session that is closed, as it would be of
 * that one; and a row whose own end is passed if no open session is near, or if it was passed when
 * the key began to have open ones, as it may be near one that closed before. So no two results of a
 * key are at most a gap apart, and all together are the sessions of the rows that were not late.
 *
 * <p>The open sessions are those of an {@link AggregateOperator} whose changes nobody reads. When
 * they close stands beside, in a heap that is made anew on restoring. A session that goes on is not
 * moved in it before it comes to be the first: its end only ever becomes later.
 */
public final class ClosingSessionsOperator implements Closing {
  private final Batch open;
  private final AggregateOperator groups;
  private final SessionKeys sessions;
  private final ClosedSessions lastClosed;
  private final TimeHeap byEnd = new TimeHeap();
  private final Operator input;
  private final Schema schema;
  private final String place;
  private final Failures failures;
  private final ClosingTime time;
  private final long gap;
  private final int timeColumn;
  private final ClosedRows closed;
  private int[] selection = new int[0];

  public ClosingSessionsOperator(ClosingSessions node, Operator input, Wiring wiring) {
    this.input = input;
    this.schema = node.input().schema();
    this.place = node.describe();
    this.failures = wiring.failures();
    this.time = new ClosingTime(wiring.sources(), node.latenessMicros());
    this.gap = node.live().sessions().window().micros();
    this.timeColumn = schema.find(node.live().sessions().time());
    this.open = new Batch(schema.size());
    this.groups =
        new AggregateOperator(
            node.live(), new OpenRows(open), wiring.dictionary(), wiring.failures());
    this.sessions = groups.sessions();
    int[] by = node.live().sessions().by().stream().mapToInt(schema::find).toArray();
    this.lastClosed = new ClosedSessions(schema, by, gap, wiring.dictionary().hashing());
    this.closed = new ClosedRows(node.schema().size());
  }

  @Override
  public @Nullable Waiting waiting() {
    if (byEnd.size() == 0) {
      return null;
    }
    long end = byEnd.firstTime();
    return new Waiting("the session that ends at", end, time.passing(end), 1);
  }

  @Override
  public ClosingTime time() {
    return time;
  }

  @Override
  public String place() {
    return place;
  }

  @Override
  public long given() {
    return closed.given();
  }

  @Override
  public void step() {
    takeOpen(input.output());
    groups.step();
    noteEnds();
    time.advance();
    close();
  }

  /** Selects the rows that are not late, reports the others. */
  private void takeOpen(Batch in) {
    if (in.isEmpty()) {
      open.clear();
      return;
    }
    Operators.shareColumns(in, open);
    if (selection.length < in.count()) {
      selection = new int[in.count() + (in.count() >> 1)];
    }
    Column times = in.column(timeColumn);
    long until = time.passed();
    int count = 0;
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      // Sessions that are closed end at this time or before, so that later rows are near none.
      boolean isBehindAll = times.word(row) > until;
      String late = isBehindAll || times.isNull(row) ? null : late(in, row, until);
      if (late == null) {
        selection[count++] = row;
      } else {
        failures.report(place, late, schema, in, row);
      }
    }
    open.select(in.rows(), selection, count, in.weights());
    open.number(in.slots());
  }

  /** Why a row is late; null if it is not. */
  private @Nullable String late(Batch in, int row, long until) {
    long at = in.column(timeColumn).word(row);
    if (!time.isKnown() || at > Long.MAX_VALUE - gap) {
      // A time that no session can end behind is for the aggregate to report.
      return null;
    }
    long end = at + gap;
    int last = lastClosed.find(in, row);
    boolean isClosed = last >= 0 && lastClosed.isBehind(last, at);
    if (isClosed && lastClosed.isSession(last) && end >= lastClosed.start(last)) {
      long endOfLast = lastClosed.last(last) + gap;
      return late("its session is closed", lastClosed.start(last), endOfLast, until);
    }
    if (isClosed || (end <= until && !sessions.isNear(in, row))) {
      return late("a session of its own would be closed", at, end, until);
    }
    return null;
  }

  private String late(String why, long start, long end, long until) {
    return "late, "
        + why
        + ": session_start="
        + Words.toInstant(start)
        + " session_end="
        + Words.toInstant(end)
        + " watermark="
        + Words.toInstant(time.watermark())
        + " late_by="
        + Duration.of(until + 1 - end, ChronoUnit.MICROS);
  }

  /** Notes when the sessions end that the step touched. */
  private void noteEnds() {
    if (open.isEmpty()) {
      return;
    }
    for (int i = 0; i < groups.touchedCount(); i++) {
      int slot = groups.touchedSlot(i);
      if (!sessions.isSession(slot)) {
        byEnd.remove(slot);
      } else if (!byEnd.contains(slot)) {
        byEnd.put(slot, end(slot));
        lastClosed.begin(sessions.key(slot), time.passed(), time.isKnown());
      }
    }
  }

  private long end(int slot) {
    return sessions.last(slot) + gap;
  }

  /** Has the first in the heap be the one that ends first: where it lies is when it ended once. */
  private void settle() {
    while (byEnd.size() > 0 && byEnd.firstTime() < end(byEnd.first())) {
      byEnd.put(byEnd.first(), end(byEnd.first()));
    }
  }

  private void close() {
    long until = time.passed();
    settle();
    IntArrayList ending = new IntArrayList();
    while (time.isKnown() && byEnd.size() > 0 && byEnd.firstTime() <= until) {
      ending.add(byEnd.removeFirst());
      settle();
    }
    if (ending.isEmpty()) {
      closed.output().clear();
    } else {
      int[] slots = ending.toArray();
      for (int slot : slots) {
        lastClosed.add(sessions.key(slot), sessions.start(slot), sessions.last(slot));
      }
      groups.end(slots);
      closed.give(groups.output());
    }
    lastClosed.free(until, sessions);
  }

  @Override
  public Batch output() {
    return closed.output();
  }

  @Override
  public long stateBytes() {
    return groups.stateBytes() + lastClosed.bytes() + byEnd.bytes();
  }

  @Override
  public void mark(CodeSet live) {
    groups.mark(live);
    lastClosed.mark(live);
  }

  @Override
  public StateImage capture() {
    StateImage ofGroups = groups.capture();
    StateImage ofClosed = lastClosed.capture();
    long reached = time.watermark();
    int soFar = closed.given();
    return out -> {
      out.writeLong(reached);
      out.writeInt(soFar);
      ofGroups.writeTo(out);
      ofClosed.writeTo(out);
    };
  }

  @Override
  public void restore(StateReader in) {
    time.restore(in.readLong());
    closed.restore(in.readInt());
    groups.restore(in);
    lastClosed.restore(in);
    boolean[] isFree = groups.groups().isFree();
    for (int slot = 0; slot < isFree.length; slot++) {
      if (!isFree[slot]) {
        byEnd.put(slot, end(slot));
      }
    }
  }
}
