package dev.leat.engine.internal.op;

import com.carrotsearch.hppc.IntArrayList;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.state.TimedRows;
import dev.leat.engine.plan.ClosingJoin;
import dev.leat.engine.plan.Joined;
import dev.leat.engine.plan.Schema;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * One of the two relations of a join that lets go of rows: those of its rows of this epoch that are
 * not late, and those that are kept.
 */
final class TimedSide {
  private final Operator input;
  private final Joined.Side side;
  private final Schema schema;
  private final String place;
  private final Failures failures;
  private final int timeColumn;

  /** How much earlier and later than a row of this side those may be that match it. */
  private final long earlier;

  private final long later;
  private final TimedRows rows;
  private final boolean tellsAlone;

  /** The rows of this epoch that are not late. */
  private final Batch open;

  private int[] selection = new int[0];
  private int[] otherKeys = new int[0];

  TimedSide(
      ClosingJoin join, Joined.Side side, Operator input, Hashing hashing, Failures failures) {
    this.input = input;
    this.side = side;
    this.schema = join.input(side).schema();
    this.place = join.describe();
    this.failures = failures;
    this.timeColumn = schema.find(join.range().time(side));
    this.earlier = join.range().earlierMicros(side);
    this.later = join.range().laterMicros(side);
    this.tellsAlone = join.tellsAlone(side);
    this.open = new Batch(schema.size());
    this.rows =
        new TimedRows(
            new TimedRows.Layout(
                schema,
                indexes(join.keys(side)),
                join.keys().matchesNull(),
                indexes(join.kept(side)),
                timeColumn,
                later,
                tellsAlone),
            hashing);
  }

  private int[] indexes(List<String> names) {
    return names.stream().mapToInt(schema::find).toArray();
  }

  TimedRows rows() {
    return rows;
  }

  /** The rows of this epoch that are not late. */
  Batch open() {
    return open;
  }

  /** Selects the rows that are not late, reports the others. */
  void takeOpen(ClosingTime time) {
    Batch in = input.output();
    if (in.isEmpty()) {
      open.clear();
      return;
    }
    Operators.shareColumns(in, open);
    long until = time.reached();
    long[] times = in.column(timeColumn).words();
    if (!isLate(least(in, times), until)) {
      open.select(in.rows(), in.selection(), in.count(), null);
      return;
    }
    if (selection.length < in.count()) {
      selection = new int[in.count() + (in.count() >> 1)];
    }
    int count = 0;
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      if (isLate(times[row], until)) {
        failures.report(place, late(times[row], time), schema, in, row);
      } else {
        selection[count++] = row;
      }
    }
    open.select(in.rows(), selection, count, null);
  }

  /** Rows at the very time that is reached are still expected. */
  private static boolean isLate(long at, long until) {
    return at < until;
  }

  private static long least(Batch in, long[] times) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < in.count(); i++) {
      least = Math.min(least, times[in.row(i)]);
    }
    return least;
  }

  private String late(long at, ClosingTime time) {
    return "late, rows that it could match may have been let go of: side="
        + side.name().toLowerCase(Locale.ROOT)
        + " "
        + schema.field(timeColumn).name()
        + "="
        + Words.toInstant(at)
        + " matches_from="
        + Words.toInstant(from(at))
        + " matches_to="
        + Words.toInstant(to(at))
        + " watermark="
        + Words.toInstant(time.watermark())
        + " late_by="
        + Duration.between(Words.toInstant(at), Words.toInstant(time.reached()));
  }

  /** Can any row have a time that matches? Not if the range is beyond all times. */
  private boolean hasRange(long at) {
    boolean isBefore = later < 0 && at < Long.MIN_VALUE - later;
    boolean isBehind = earlier < 0 && at > Long.MAX_VALUE + earlier;
    return !isBefore && !isBehind;
  }

  /** The earliest time of rows that match one of this side. */
  private long from(long at) {
    return Words.saturatedSum(at, -earlier);
  }

  /** The latest. */
  private long to(long at) {
    return Words.saturatedSum(at, later);
  }

  /** Keeps the rows of this epoch that are not late. */
  void keep() {
    rows.add(open);
  }

  /** Collects the pairs of the rows of this epoch with the rows that the other side keeps. */
  void addPairs(TimedSide other, RowPairs out) {
    TimedRows kept = other.rows;
    if (open.isEmpty() || kept.size() == 0) {
      return;
    }
    if (otherKeys.length < open.rows()) {
      otherKeys = new int[open.rows() + (open.rows() >> 1)];
    }
    kept.find(open, rows, otherKeys);
    long[] times = open.column(timeColumn).words();
    for (int i = 0; i < open.count(); i++) {
      int row = open.row(i);
      int found = kept.first(otherKeys[row]);
      if (found < 0 || !hasRange(times[row])) {
        continue;
      }
      long from = from(times[row]);
      long to = to(times[row]);
      for (int at = found; at >= 0; at = kept.next(at)) {
        long time = kept.time(at);
        if (from <= time && time <= to) {
          out.add(row, at, 1);
        }
      }
    }
  }

  /**
   * The rows that can match nothing any more. They are still there, to be read and then to be
   * removed.
   *
   * @param alone is given those that nothing has matched, if the join tells them
   */
  IntArrayList ending(ClosingTime time, IntArrayList alone) {
    IntArrayList ending = rows.endingBefore(time.reached());
    for (int i = 0; tellsAlone && i < ending.size(); i++) {
      if (!rows.isMatched(ending.get(i))) {
        alone.add(ending.get(i));
      }
    }
    return ending;
  }

  /** Removes rows. */
  void remove(IntArrayList places) {
    for (int i = 0; i < places.size(); i++) {
      rows.remove(places.get(i));
    }
  }
}
