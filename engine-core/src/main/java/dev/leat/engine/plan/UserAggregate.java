package dev.leat.engine.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An aggregate of the user's, over one or more values of each row.
 *
 * <p><b>Laws.</b>
 *
 * <ul>
 *   <li><i>What is taken back leaves nothing:</i> {@code add(add(state, v, n), v, -n)} has the
 *       result of {@code state}, and goes on like it. A row that is retracted is added with a
 *       negative number of times, maybe before others that came with it, so a state may for a
 *       moment have more taken back than added. An aggregate that cannot do that says so, by {@link
 *       #takesBack}.
 *   <li><i>The order does not matter:</i> states to which the same was added have the same result.
 *   <li><i>Several times is once for each:</i> {@code add(state, v, 2)} is as adding {@code v}
 *       twice.
 *   <li><i>A state never changes:</i> {@code add} gives another one, or the same if nothing
 *       changed. States are kept, and written to checkpoints by another thread, while the engine
 *       goes on.
 *   <li><i>Whether {@code add} throws follows from the values alone,</i> not from the state. The
 *       engine tries each row on {@link #empty} first; a row for which that throws goes to the
 *       ledger, and counts in no aggregate of the relation.
 *   <li><i>{@code read(write(state))} is the state,</i> in every version of the program that opens
 *       the log.
 *   <li><i>{@code merge(a, b)} is the state of the rows of both,</i> where rows cannot be taken
 *       back.
 * </ul>
 *
 * <p>All methods depend on their arguments alone: the engine calls them again when the log is
 * replayed. The test kit has {@code AggregateLaws}, which checks all this.
 *
 * <p><b>Nulls.</b> A row in which one of the values is null is passed over, and the result of no
 * rows is null, as with most aggregates, or what {@link #resultOfNone} says.
 *
 * @param <S> the state
 */
public interface UserAggregate<S> {
  /** The state of no rows. */
  S empty();

  /**
   * The state with a row more, or less.
   *
   * @param values one for each operand, as the Java class of its type; none is null
   * @param times how often it comes; negative if it is taken back, which happens only if {@link
   *     #takesBack}; not 0
   */
  S add(S state, List<Object> values, long times);

  /**
   * The result of at least one row. If this throws, the group has no row, and the ledger says why.
   *
   * @return a value of the declared type's Java class; or null, unless {@link #resultOfNone} is not
   *     null
   */
  @Nullable Object result(S state);

  /** The bytes of a state, for checkpoints. */
  byte[] write(S state);

  /** The state of bytes. */
  S read(byte[] bytes);

  /**
   * About how many bytes a state takes in memory, for the engine's budget. By default 64: say so if
   * states hold more than some numbers. Must not throw, and always say the same of a state.
   */
  default long sizeOf(S state) {
    return 64;
  }

  /**
   * Can rows be taken back? If not, as with sketches, it can only be used over relations whose rows
   * are only added, which is checked when a pipeline is defined; and it has {@link #merge}.
   */
  default boolean takesBack() {
    return true;
  }

  /**
   * The state of the rows of both, which stay as they are: where a row makes two sessions one. Only
   * asked of an aggregate that cannot take rows back.
   */
  default S merge(S a, S b) {
    throw new UnsupportedOperationException("two states cannot be put together: " + getClass());
  }

  /**
   * What to use where rows can be taken back, for the message that refuses this aggregate there; as
   * in {@code "countDistinct(...), which is exact"}. Null if there is nothing.
   */
  default @Nullable String insteadOfIt() {
    return null;
  }

  /**
   * The result of no rows. If it is not null, the column has no nulls, and {@link #result} gives
   * none.
   */
  default @Nullable Object resultOfNone() {
    return null;
  }

  /** What bounds a state, for {@code explain()}, as in {@code "at most 4 KiB"}; null if unknown. */
  default @Nullable String boundOfState() {
    return null;
  }
}
