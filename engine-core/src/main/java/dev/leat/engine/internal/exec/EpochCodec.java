package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.batch.ByteReader;
import dev.leat.engine.internal.batch.ByteWriter;
import dev.leat.engine.internal.batch.RowsCodec;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.checkpoint.StateWriter;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes an epoch as a record of the log, and reads it. The first record after each opening of the
 * engine, and of each file of the log, also says which inputs there are and what columns they have
 * ({@link WrittenInput}), so that rows can be read with other columns than they were written with
 * ({@link InputEvolution}).
 *
 * <p>Layout: format; time; inputs (if any: name and columns as text); sections (input's number in
 * that list, rows as {@link RowsCodec} has them); rejected rows; the appends that their producers
 * numbered (not in format 1); how far event time has come, as sources said, by name of the stream
 * (only in format 3).
 *
 * <p>Which inputs the next record's numbers mean is known from a record before it, so a checkpoint
 * must keep it: that is its state, with how the rows before it were written.
 */
final class EpochCodec implements Checkpointed {
  private static final int FORMAT = 3;
  private static final int FORMAT_WITHOUT_TIMES = 2;
  private static final int FORMAT_WITHOUT_PRODUCERS = 1;

  /** An input as a record names it. */
  private record Named(String name, String text) {}

  /**
   * How the rows of one number are read.
   *
   * @param input its index in the plan; -1 if they cannot be read
   * @param targets the column that takes the values of each that was written; null if they are the
   *     same
   * @param refusal why the rows cannot be read; null if they can
   * @param passedOver the columns of rows that nobody wants; null if they are wanted
   */
  private record Reading(
      int input, int @Nullable [] targets, @Nullable String refusal, @Nullable Schema passedOver) {
    private Reading(int input, int @Nullable [] targets, @Nullable String refusal) {
      this(input, targets, refusal, null);
    }
  }

  private final Plan plan;
  private final RowsPool pool;
  private final ByteWriter out = new ByteWriter();
  private final List<Named> declared;
  private boolean passesOverDropped;
  private boolean hasWrittenInputs;

  /** What the numbers in the records mean, by number. */
  private List<Named> named = List.of();

  /** Where the last rows of each input are, once for each way in which it was written. */
  private final Map<Named, Long> lastRows = new LinkedHashMap<>();

  private final List<Reading> readings = new ArrayList<>();

  EpochCodec(Plan plan, RowsPool pool) {
    this.plan = plan;
    this.pool = pool;
    this.declared =
        plan.inputs().stream()
            .map(input -> new Named(input.name(), WrittenInput.of(input).text()))
            .toList();
  }

  /**
   * Reads records for views that are built from the beginning of the log. Rows of inputs that the
   * pipeline had once, and that were dropped since, are passed over.
   */
  static EpochCodec ofHistory(Plan plan, RowsPool pool) {
    EpochCodec codec = new EpochCodec(plan, pool);
    codec.passesOverDropped = true;
    return codec;
  }

  /** The record of an epoch; valid until the next call. */
  ByteWriter write(Epoch epoch) {
    out.clear();
    // Records that say nothing of event time are those of versions that could not, and are read
    // there.
    out.writeByte(epoch.reached().isEmpty() ? FORMAT_WITHOUT_TIMES : FORMAT);
    out.writeLong(epoch.tickMicros());
    out.writeInt(hasWrittenInputs ? 0 : declared.size());
    if (!hasWrittenInputs) {
      for (Named input : declared) {
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
    if (!epoch.reached().isEmpty()) {
      out.writeInt(epoch.reached().size());
      for (Epoch.Reached time : epoch.reached()) {
        out.writeString(time.stream());
        out.writeLong(time.micros());
      }
    }
    return out;
  }

  /** Has the next record say the inputs, though one before it has said them. */
  void repeatInputs() {
    hasWrittenInputs = false;
  }

  /** Says that an epoch, which was written last, is in the log, and with it the inputs. */
  void confirm(Epoch epoch) {
    hasWrittenInputs = true;
    named = declared;
    for (Epoch.Section section : epoch.sections()) {
      lastRows.put(declared.get(section.input()), epoch.position());
    }
  }

  /**
   * Checks that all rows can be read that the log has and a checkpoint makes it unnecessary to
   * read: an engine that opens with a checkpoint must open without it, too.
   *
   * @param from the first position that the log has
   * @throws EngineException INVALID as {@link #read} would throw it
   */
  void checkReadable(long from) {
    lastRows.forEach(
        (written, last) -> {
          String refusal = last >= from ? reading(written).refusal() : null;
          if (refusal != null) {
            throw new EngineException(Kind.INVALID, refusal);
          }
        });
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
      int times = format == FORMAT ? in.readInt() : 0;
      for (int i = 0; i < times; i++) {
        epoch.reached().add(new Epoch.Reached(in.readString(), in.readLong()));
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
      List<Named> inputs = new ArrayList<>();
      for (int number = 0; number < count; number++) {
        inputs.add(new Named(in.readString(), in.readString()));
      }
      use(inputs);
    }
  }

  private void use(List<Named> inputs) {
    named = List.copyOf(inputs);
    readings.clear();
    named.forEach(input -> readings.add(reading(input)));
  }

  private Reading reading(Named written) {
    List<Node.Input> inputs = plan.inputs();
    int index = 0;
    while (index < inputs.size() && !inputs.get(index).name().equals(written.name())) {
      index++;
    }
    if (index == inputs.size() && passesOverDropped) {
      return new Reading(-1, null, null, WrittenInput.parse(written.text()).schema());
    }
    if (index == inputs.size()) {
      // Only if it has rows does it matter.
      return new Reading(
          -1,
          null,
          "the log has rows of input '"
              + written.name()
              + "', which the pipeline does not declare; declare it as "
              + written.text()
              + ", or use another directory");
    }
    if (declared.get(index).text().equals(written.text())) {
      return new Reading(index, null, null);
    }
    InputEvolution evolution =
        InputEvolution.of(WrittenInput.parse(written.text()), inputs.get(index));
    if (evolution.differences().isEmpty()) {
      return new Reading(index, evolution.targets(), null);
    }
    return new Reading(
        -1,
        null,
        "the log has rows of input '"
            + written.name()
            + "' that cannot be read as it is declared now: "
            + String.join("; ", evolution.differences())
            + "; it was written as "
            + written.text()
            + ", the pipeline declares "
            + declared.get(index).text());
  }

  private void readSections(ByteReader in, Epoch epoch) {
    int sections = in.readInt();
    for (int i = 0; i < sections; i++) {
      int number = in.readInt();
      if (number < 0 || number >= readings.size()) {
        throw new IllegalArgumentException("input number " + number + " is not known");
      }
      Reading reading = readings.get(number);
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
      lastRows.put(named.get(number), epoch.position());
    }
  }

  @Override
  public StateImage capture() {
    List<Named> inputs = named;
    Map<Named, Long> rows = new LinkedHashMap<>(lastRows);
    return out -> {
      out.writeInt(inputs.size());
      inputs.forEach(input -> write(input, out));
      out.writeInt(rows.size());
      rows.forEach(
          (input, last) -> {
            write(input, out);
            out.writeLong(last);
          });
    };
  }

  private static void write(Named input, StateWriter out) {
    out.writeString(input.name());
    out.writeString(input.text());
  }

  @Override
  public void restore(StateReader in) {
    List<Named> inputs = new ArrayList<>();
    for (int i = in.readInt(); i > 0; i--) {
      inputs.add(new Named(in.readString(), in.readString()));
    }
    use(inputs);
    for (int i = in.readInt(); i > 0; i--) {
      lastRows.put(new Named(in.readString(), in.readString()), in.readLong());
    }
  }
}
