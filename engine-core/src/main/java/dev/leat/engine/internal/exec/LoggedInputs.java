package dev.leat.engine.internal.exec;

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
 * Which inputs the rows in the log are of, and how a plan reads them. Which inputs the next
 * record's numbers mean is known from a record before it, so a checkpoint must keep it; and it
 * keeps where the last rows of each are, because an engine that opens with a checkpoint must open
 * without it, too.
 */
final class LoggedInputs implements Checkpointed {
  /** What it is called in a checkpoint. */
  static final String SECTION = "logged inputs";

  /** An input as a record names it. */
  record Named(String name, String text) {
    /** An input as records name it from now on. */
    static Named of(Node.Input input) {
      return new Named(input.name(), WrittenInput.of(input).text());
    }

    /** The input that wrote it. */
    Node.Input input() {
      WrittenInput written = WrittenInput.parse(text);
      return new Node.Input(name, written.kind(), written.schema(), written.primaryKey());
    }
  }

  /**
   * How the rows of one number are read.
   *
   * @param input its index in the plan; -1 if they cannot be read
   * @param targets the column that takes the values of each that was written; null if they are the
   *     same
   * @param refusal why the rows cannot be read; null if they can
   * @param passedOver the columns of rows that nobody wants; null if they are wanted
   */
  record Reading(
      int input, int @Nullable [] targets, @Nullable String refusal, @Nullable Schema passedOver) {
    private Reading(int input, int @Nullable [] targets, @Nullable String refusal) {
      this(input, targets, refusal, null);
    }
  }

  private final Plan plan;
  private final List<Named> declared;
  private final boolean passesOverDropped;

  /** What the numbers in the records mean, by number. */
  private List<Named> named = List.of();

  private final List<Reading> readings = new ArrayList<>();

  /** Where the last rows of each input are, once for each way in which it was written. */
  private final Map<Named, Long> lastRows = new LinkedHashMap<>();

  /**
   * None yet.
   *
   * @param passesOverDropped whether rows of inputs that the plan does not have are passed over,
   *     and not refused
   */
  LoggedInputs(Plan plan, boolean passesOverDropped) {
    this.plan = plan;
    this.declared = plan.inputs().stream().map(Named::of).toList();
    this.passesOverDropped = passesOverDropped;
  }

  /** The plan's inputs, as records name them. */
  List<Named> declared() {
    return declared;
  }

  /** Says that the numbers in the next records mean the plan's inputs. */
  void useDeclared() {
    named = declared;
  }

  /** Says what the numbers in the next records mean. */
  void use(List<Named> inputs) {
    named = List.copyOf(inputs);
    readings.clear();
    named.forEach(input -> readings.add(reading(input)));
  }

  /** How the rows of a number are read. */
  Reading reading(int number) {
    if (number < 0 || number >= readings.size()) {
      throw new IllegalArgumentException("input number " + number + " is not known");
    }
    return readings.get(number);
  }

  /** Says that the record at a position has rows of a number. */
  void hasRows(int number, long position) {
    lastRows.put(named.get(number), position);
  }

  /**
   * The inputs of which the log has rows that cannot be read, each with the reason.
   *
   * @param from the first position that the log has
   */
  Map<Named, String> refusals(long from) {
    Map<Named, String> refusals = new LinkedHashMap<>();
    lastRows.forEach(
        (written, last) -> {
          String refusal = last >= from ? reading(written).refusal() : null;
          if (refusal != null) {
            refusals.put(written, refusal);
          }
        });
    return refusals;
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
