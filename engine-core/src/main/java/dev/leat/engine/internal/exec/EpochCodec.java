package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.batch.ByteReader;
import dev.leat.engine.internal.batch.ByteWriter;
import dev.leat.engine.internal.batch.RowsCodec;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.plan.EventTime;
import dev.leat.engine.plan.Plan;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes an epoch as a record of the log, and reads it. The first record after each opening of the
 * engine, and of each file of the log, also says which inputs there are and what columns they have
 * ({@link WrittenInput}), so that rows can be read with other columns than they were written with
 * ({@link InputEvolution}).
 *
 * <p>Layout: format; time; inputs (if any: name and columns as text); sections (input's number in
 * that list, rows as {@link RowsCodec} has them); rejected rows; the appends that their producers
 * numbered (not in format 1); how far event time has come, as sources said, by name of the stream
 * (not before format 3); when the engine was opened (only in format 4). A record is of the least
 * format that can say what it says, so that older versions read it.
 *
 * <p>Its state is what a checkpoint must keep of the records before it: {@link LoggedInputs}.
 */
final class EpochCodec {
  private static final int FORMAT = 4;
  private static final int FORMAT_WITHOUT_OPENING = 3;
  private static final int FORMAT_WITHOUT_TIMES = 2;
  private static final int FORMAT_WITHOUT_PRODUCERS = 1;

  private final RowsPool pool;
  private final ByteWriter out = new ByteWriter();
  private final LoggedInputs inputs;
  private boolean hasWrittenInputs;

  private EpochCodec(LoggedInputs inputs, RowsPool pool) {
    this.inputs = inputs;
    this.pool = pool;
  }

  EpochCodec(Plan plan, RowsPool pool) {
    this(new LoggedInputs(plan, false), pool);
  }

  /**
   * Reads records for views that are built from the beginning of the log. Rows of inputs that the
   * pipeline had once, and that were dropped since, are passed over.
   */
  static EpochCodec ofHistory(Plan plan, RowsPool pool) {
    return new EpochCodec(new LoggedInputs(plan, true), pool);
  }

  /** What the records so far say of the inputs. */
  LoggedInputs inputs() {
    return inputs;
  }

  /** The record of an epoch; valid until the next call. */
  ByteWriter write(Epoch epoch) {
    out.clear();
    int format = formatOf(epoch);
    out.writeByte(format);
    out.writeLong(epoch.tickMicros());
    out.writeInt(hasWrittenInputs ? 0 : inputs.declared().size());
    if (!hasWrittenInputs) {
      for (LoggedInputs.Named input : inputs.declared()) {
        out.writeString(input.name());
        out.writeString(input.text());
      }
    }
    out.writeInt(epoch.sections().size());
    for (Epoch.Section section : epoch.sections()) {
      out.writeInt(section.input());
      RowsCodec.write(section.rows(), out);
    }
    out.writeInt(epoch.rejects().size());
    for (Epoch.Reject reject : epoch.rejects()) {
      out.writeString(reject.source());
      out.writeString(reject.reason());
      out.writeString(reject.row());
    }
    out.writeInt(epoch.sequences().size());
    for (Epoch.Sequence sequence : epoch.sequences()) {
      out.writeString(sequence.producer());
      out.writeLong(sequence.number());
    }
    if (format >= FORMAT_WITHOUT_OPENING) {
      out.writeInt(epoch.reached().size());
      for (Epoch.Reached time : epoch.reached()) {
        out.writeString(time.stream());
        out.writeLong(time.micros());
      }
    }
    if (format == FORMAT) {
      out.writeLong(epoch.openedMicros());
    }
    return out;
  }

  private static int formatOf(Epoch epoch) {
    if (epoch.openedMicros() != EventTime.NEVER) {
      return FORMAT;
    }
    return epoch.reached().isEmpty() ? FORMAT_WITHOUT_TIMES : FORMAT_WITHOUT_OPENING;
  }

  /** Has the next record say the inputs, though one before it has said them. */
  void repeatInputs() {
    hasWrittenInputs = false;
  }

  /** Says that an epoch, which was written last, is in the log, and with it the inputs. */
  void confirm(Epoch epoch) {
    hasWrittenInputs = true;
    inputs.useDeclared();
    for (Epoch.Section section : epoch.sections()) {
      inputs.hasRows(section.input(), epoch.position());
    }
  }

  /**
   * Reads a record.
   *
   * @throws EngineException if it is damaged, of another format, or of inputs that the pipeline
   *     does not have and that cannot be read as those that it has
   */
  Epoch read(long position, byte[] bytes, int from, int length) {
    try {
      ByteReader in = new ByteReader(bytes, from, length);
      int format = in.readByte();
      if (format < FORMAT_WITHOUT_PRODUCERS || format > FORMAT) {
        throw new EngineException(
            Kind.CORRUPT,
            "the record at position "
                + position
                + " has format "
                + format
                + ", this version reads formats up to "
                + FORMAT
                + ": it was written by a newer version, open it with that one");
      }
      Epoch epoch = new Epoch(position);
      epoch.close(in.readLong());
      readInputs(in);
      readSections(in, epoch);
      int rejects = in.readInt();
      for (int i = 0; i < rejects; i++) {
        epoch.rejects().add(new Epoch.Reject(in.readString(), in.readString(), in.readString()));
      }
      int sequences = format == FORMAT_WITHOUT_PRODUCERS ? 0 : in.readInt();
      for (int i = 0; i < sequences; i++) {
        epoch.sequences().add(new Epoch.Sequence(in.readString(), in.readLong()));
      }
      int times = format >= FORMAT_WITHOUT_OPENING ? in.readInt() : 0;
      for (int i = 0; i < times; i++) {
        epoch.reached().add(new Epoch.Reached(in.readString(), in.readLong()));
      }
      if (format == FORMAT) {
        epoch.opened(in.readLong());
      }
      return epoch;
    } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
      throw corrupt(position, String.valueOf(e.getMessage()));
    }
  }

  private static EngineException corrupt(long position, String why) {
    return new EngineException(
        Kind.CORRUPT,
        "the record at position "
            + position
            + " cannot be read: "
            + why
            + "; its checksum is right, so it was written like that: report it");
  }

  private void readInputs(ByteReader in) {
    int count = in.readInt();
    if (count > 0) {
      List<LoggedInputs.Named> said = new ArrayList<>();
      for (int number = 0; number < count; number++) {
        said.add(new LoggedInputs.Named(in.readString(), in.readString()));
      }
      inputs.use(said);
    }
  }

  private void readSections(ByteReader in, Epoch epoch) {
    int sections = in.readInt();
    for (int i = 0; i < sections; i++) {
      int number = in.readInt();
      LoggedInputs.Reading reading = inputs.reading(number);
      if (reading.refusal() != null) {
        throw new EngineException(Kind.INVALID, reading.refusal());
      }
      if (reading.passedOver() != null) {
        RowsCodec.read(in, pool.unpooled(reading.passedOver()));
        continue;
      }
      StagedRows rows = pool.take(reading.input());
      if (reading.targets() == null) {
        RowsCodec.read(in, rows);
      } else {
        RowsCodec.read(in, rows, reading.targets());
      }
      epoch.sections().add(new Epoch.Section(reading.input(), rows));
      inputs.hasRows(number, epoch.position());
    }
  }
}
