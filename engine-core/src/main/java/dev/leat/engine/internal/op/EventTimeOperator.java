package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.time.Watermark;
import dev.leat.engine.plan.EventTime;
import dev.leat.engine.plan.Node;
import java.util.List;
import java.util.Objects;

/**
 * A stream whose rows say when they happened: leaves out those that do not, or that are too far
 * ahead of the clock, and knows how far event time has come.
 */
public final class EventTimeOperator implements InputOperator {
  private final InputOperator rows;
  private final int column;
  private final Watermark watermark;
  private final RowErrors errors = new RowErrors();
  private final RowFilter failed;
  private final Batch valid;
  private Batch output;

  /**
   * The operator of a stream with event time.
   *
   * @param rows brings the rows
   */
  public EventTimeOperator(Node.Input node, InputOperator rows, Failures failures) {
    EventTime eventTime = Objects.requireNonNull(node.eventTime(), "event time");
    this.rows = rows;
    this.column = node.schema().find(eventTime.column());
    this.watermark = new Watermark(node.name(), eventTime);
    this.failed = new RowFilter("event time of " + node.describe(), node.schema(), failures);
    this.valid = new Batch(node.schema().size());
    this.output = rows.output();
  }

  @Override
  public void opened(long clockMicros) {
    watermark.opened(clockMicros);
  }

  @Override
  public void startEpoch(long tickMicros) {
    rows.startEpoch(tickMicros);
    watermark.startEpoch(tickMicros);
  }

  @Override
  public void advanceWatermark(long micros) {
    watermark.advance(micros);
  }

  @Override
  public void stage(List<StagedRows> sections) {
    rows.stage(sections);
  }

  @Override
  public void step() {
    rows.step();
    Batch in = rows.output();
    output = in;
    if (in.isEmpty()) {
      return;
    }
    errors.clear();
    Column times = in.column(column);
    boolean hasNulls = times.nulls() != null;
    long limit = watermark.limit();
    long greatest = EventTime.NEVER;
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      long time = times.word(row);
      if (hasNulls && times.isNull(row)) {
        errors.fail(row, "it has no event time");
      } else if (time > limit) {
        errors.fail(row, watermark.tooFarAhead(time));
      } else {
        greatest = Math.max(greatest, time);
      }
    }
    if (!errors.isEmpty()) {
      Operators.shareColumns(in, valid);
      failed.exclude(in, errors, valid);
      output = valid;
    }
    if (!output.isEmpty()) {
      watermark.takeRows(greatest);
    }
  }

  /** How far event time has come. */
  public Watermark watermark() {
    return watermark;
  }

  @Override
  public long duplicateRows() {
    return rows.duplicateRows();
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public long stateBytes() {
    return rows.stateBytes();
  }

  @Override
  public void mark(CodeSet live) {
    rows.mark(live);
  }

  @Override
  public StateImage capture() {
    StateImage ofRows = rows.capture();
    StateImage reached = watermark.capture();
    return out -> {
      reached.writeTo(out);
      ofRows.writeTo(out);
    };
  }

  @Override
  public void restore(StateReader in) {
    watermark.restore(in);
    rows.restore(in);
  }
}
