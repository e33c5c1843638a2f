package dev.leat.engine.plan;

/**
 * The built-in scalar operations. Unless said otherwise the result is null when an argument is. {@link TypeRules} says which types
 * each takes and gives.
 */
public enum Op {
  ADD("+"),
  SUBTRACT("-"),
  MULTIPLY("*"),
  /** Of integers the quotient, truncated towards zero. Division by zero is an error of the row. */
  DIVIDE("/"),
  /** The remainder, with the sign of the dividend. */
  MODULO("%"),
  NEGATE("-"),
  ABS("abs"),
  EQ("="),
  NE("<>"),
  LT("<"),
  LE("<="),
  GT(">"),
  GE(">="),
  /** Three-valued: false if any is false, else null if any is null. Evaluates left to right and stops at false. */
  AND("and"),
  /** Three-valued: true if any is true, else null if any is null. Evaluates left to right and stops at true. */
  OR("or"),
  NOT("not"),
  IS_NULL("is null"),
  IS_NOT_NULL("is not null"),
  /** The first argument that is not null; later ones are not evaluated. */
  COALESCE("coalesce"),
  /** Null if both are equal, else the first. */
  NULLIF("nullif"),
  /** Is the first among the others? Null if it is not and one of them is null. */
  IN("in"),
  /** Pattern match: {@code %} any run, {@code _} any one character, {@code \} takes the next literally. Pattern: a literal. */
  LIKE("like"),
  LOWER("lower"),
  UPPER("upper"),
  TRIM("trim"),
  /** Characters (code points) of a string. */
  LENGTH("length"),
  /** From a 1-based character position, for a number of characters. */
  SUBSTRING("substring"),
  CONCAT("concat"),
  /** To a number of digits behind the point, half away from zero. Digits: an int literal. */
  ROUND("round"),
  /** An instant cut down to a unit, UTC. Unit: a literal, a name of {@link TruncUnit}. */
  DATE_TRUNC("date_trunc"),
  /** Whole seconds of an instant since 1970, or of a duration, rounded down. */
  EPOCH_SECONDS("epoch_seconds");

  private final String sign;

  Op(String sign) {
    this.sign = sign;
  }

  /** How it is written in {@code explain()}. */
  public String sign() {
    return sign;
  }

  /** Is it one of the six comparisons? */
  public boolean isComparison() {
    return ordinal() >= EQ.ordinal() && ordinal() <= GE.ordinal();
  }

  /** Is it one of the five arithmetic operations with two operands? */
  public boolean isArithmetic() {
    return ordinal() <= MODULO.ordinal();
  }
}
