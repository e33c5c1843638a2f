package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.internal.batch.ByteReader;
import dev.leat.engine.internal.batch.ByteWriter;
import dev.leat.engine.internal.batch.RowsCodec;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes an epoch as a record of the log, and reads it. The first record after each opening of the
 * engine also says which inputs there are and what columns they have, so that reading rows with
 * other columns than they were written with is noticed.
 *
 * <p>Layout: format; time; inputs (if any: name and columns as text); sections (input's number in
 * that list, rows as {@link RowsCodec} has them); rejected rows.
 */
final class EpochCodec {
  private static final int FORMAT = 1;

  private final Plan plan;
  private final RowsPool pool;
  private final LoggedInputs inputs;
  private final ByteWriter out = new ByteWriter();
  private boolean hasWrittenInputs;
  private final Map<Integer, Integer> inputOfNumber = new HashMap<>();

  /** Inputs of the log that the pipeline does not have like that, and what to say of them. */
  private final Map<Integer, String> refusedNumbers = new HashMap<>();

  /**
   * A codec for the records behind a position.
   *
   * @param inputs what the numbers of inputs mean in these records, until one says otherwise
   */
  EpochCodec(Plan plan, RowsPool pool, LoggedInputs inputs) {
    this.plan = plan;
    this.pool = pool;
    this.inputs = inputs;
    resolveInputs();
  }

  /** The record of an epoch; valid until the next call. */
  ByteWriter write(Epoch epoch) {
    out.clear();
    out.writeByte(FORMAT);
    out.writeLong(epoch.tickMicros());
    out.writeInt(hasWrittenInputs ? 0 : plan.inputs().size());
    if (!hasWrittenInputs) {
      for (Node.Input input : plan.inputs()) {
        out.writeString(input.name());
        out.writeString(columns(input));
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
    return out;
  }

  /** Says that the record written last is in the log, and with it the inputs. */
  void confirm() {
    if (!hasWrittenInputs) {
      hasWrittenInputs = true;
      inputs.set(plan.inputs().stream().map(LoggedInputs.Entry::of).toList());
    }
  }

  /**
   * The columns of an input as they are kept in the log. So the texts of schemas, fields, types and
   * kinds of input are part of the log's format: where one changes, logs written before are
   * refused.
   */
  static String columns(Node.Input input) {
    return input.kind() + " " + input.schema() + " key " + input.primaryKey();
  }

  /**
   * Reads a record.
   *
   * @throws EngineException if it is damaged, of another format, or of inputs that the pipeline
   *     does not have like that
   */
  Epoch read(long position, byte[] bytes, int from, int length) {
    try {
      ByteReader in = new ByteReader(bytes, from, length);
      int format = in.readByte();
      if (format != FORMAT) {
        throw new EngineException(
            EngineException.Kind.CORRUPT,
            "the record at position "
                + position
                + " has format "
                + format
                + ", this version reads format "
                + FORMAT
                + ": it was written by a newer version, open it with that one");
      }
      Epoch epoch = new Epoch(position);
      epoch.close(in.readLong());
      readInputs(in);
      int sections = in.readInt();
      for (int i = 0; i < sections; i++) {
        int number = in.readInt();
        Integer input = inputOfNumber.get(number);
        String why = refusedNumbers.get(number);
        if (why != null) {
          throw new EngineException(EngineException.Kind.INVALID, why);
        }
        if (input == null) {
          throw corrupt(position, "it names input number " + number + ", which is not known");
        }
        StagedRows rows = pool.take(input);
        RowsCodec.read(in, rows);
        epoch.sections().add(new Epoch.Section(input, rows));
      }
      int rejects = in.readInt();
      for (int i = 0; i < rejects; i++) {
        epoch.rejects().add(new Epoch.Reject(in.readString(), in.readString(), in.readString()));
      }
      return epoch;
    } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
      throw corrupt(position, String.valueOf(e.getMessage()));
    }
  }

  private static EngineException corrupt(long position, String why) {
    return new EngineException(
        EngineException.Kind.CORRUPT,
        "the record at position "
            + position
            + " cannot be read: "
            + why
            + "; its checksum is right, so it was written like that: report it");
  }

  private void readInputs(ByteReader in) {
    int count = in.readInt();
    if (count > 0) {
      List<LoggedInputs.Entry> read = new ArrayList<>();
      for (int number = 0; number < count; number++) {
        read.add(new LoggedInputs.Entry(in.readString(), in.readString()));
      }
      inputs.set(read);
      resolveInputs();
    }
  }

  /** Finds the inputs of the plan that the numbers mean. */
  private void resolveInputs() {
    inputOfNumber.clear();
    refusedNumbers.clear();
    for (int number = 0; number < inputs.entries().size(); number++) {
      String name = inputs.entries().get(number).name();
      String written = inputs.entries().get(number).columns();
      List<Node.Input> known = plan.inputs();
      int index = 0;
      while (index < known.size() && !known.get(index).name().equals(name)) {
        index++;
      }
      if (index == known.size()) {
        // Only if it has rows does it matter.
        refusedNumbers.put(
            number,
            "the log has rows of input '"
                + name
                + "', which the pipeline does not declare; declare it as "
                + written
                + ", or use another directory");
        continue;
      }
      String declared = columns(known.get(index));
      if (!declared.equals(written)) {
        refusedNumbers.put(
            number,
            "input '"
                + name
                + "' was written to the log as "
                + written
                + ", the pipeline declares "
                + declared
                + "; declare it as it was written, or use another directory");
        continue;
      }
      inputOfNumber.put(number, index);
    }
  }
}
