package dev.leat.engine.plan;

import org.jspecify.annotations.Nullable;

/**
 * When rows of a table are forgotten: when they were not put in for a time, they are taken back, as
 * if they were deleted. The time is that of the pipeline, as {@link Ticking} has it.
 *
 * @param afterMicros how long a row is known after it was put in, again or for the first time; a
 *     millisecond at least
 * @param tickMicros how far time moves at least, when it moves
 */
public record Forgetting(long afterMicros, long tickMicros) {
  /** Adds to the text of an input when its rows are forgotten; nothing if they are not. */
  static Canonical write(@Nullable Forgetting forgetting, Canonical input) {
    return forgetting == null
        ? input
        : input
            .word("forget")
            .word(Long.toString(forgetting.afterMicros))
            .word("tick")
            .word(Long.toString(forgetting.tickMicros));
  }

  /** Checks that the rows of an input can be forgotten. */
  void checkOn(Node.Input input) {
    String place = "forgetAfter on " + input.word();
    if (input.kind() == Node.InputKind.STREAM) {
      throw Node.invalid(
          place
              + ": a stream keeps no rows that it could forget; forget those of a relation over it,"
              + " with .forgetAfter(...) on the relation");
    }
    ClockRules.checkForgetting(afterMicros, place);
  }

  /** What bounds the rows of the table. */
  StateBound bound() {
    return new StateBound(StateBound.Kind.TIME, "rows of the last " + Lengths.text(afterMicros));
  }

  @Override
  public String toString() {
    return "forgotten after "
        + Lengths.text(afterMicros)
        + " without being put in, each "
        + Lengths.text(tickMicros);
  }
}
