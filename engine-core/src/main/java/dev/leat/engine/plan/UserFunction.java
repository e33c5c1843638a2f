package dev.leat.engine.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A function of the user's inside an expression. It must be a pure function of its arguments: the
 * engine calls it again for a row that is retracted, and when the log is replayed. Called by the
 * thread that steps the engine, or by a reader for a query's filter, so it may be called by several
 * threads at once.
 *
 * <p>A row for which it throws goes to the ledger, and not further.
 */
@FunctionalInterface
public interface UserFunction {
  /**
   * Computes the value.
   *
   * @param arguments one for each argument expression, as the Java class of its type; null for
   *     SQL's null
   * @return a value of the declared type's Java class, or null
   * @throws Exception if it cannot; the row goes to the ledger with the message
   */
  @Nullable Object apply(@Nullable Object[] arguments) throws Exception;

  /**
   * Checks the types of its arguments, when a pipeline is defined. Unless it is overridden any will
   * do.
   *
   * @throws IllegalArgumentException if it cannot take them; the message says what it takes, and is
   *     part of the pipeline's error
   */
  default void check(List<Type> types) {}
}
