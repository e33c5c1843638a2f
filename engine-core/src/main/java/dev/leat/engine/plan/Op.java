package dev.leat.engine.plan;

/**
 * The built-in scalar operations. Unless said otherwise the result is null when an argument is.
 * {@link TypeRules} says which types each takes and gives.
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
  /**
   * Three-valued: false if any is false, else null if any is null. Evaluates left to right and
   * stops at false.
   */
  AND("and"),
  /**
   * Three-valued: true if any is true, else null if any is null. Evaluates left to right and stops
   * at true.
   */
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
  /**
   * Pattern match: {@code %} any run, {@code _} any one character, {@code \} takes the next
   * literally. Pattern: a literal.
   */
  LIKE("like"),
  LOWER("lower"),
  UPPER("upper"),
  TRIM("trim"),
  /** Characters (code points) of a string. */
  LENGTH("length"),
  /** From a 1-based character position, for a number of characters. */
  SUBSTRING("substring"),
  /** All joined; more than 16,777,216 characters are an error of the row. */
  CONCAT("concat"),
  /** To a number of digits behind the point, half away from zero. Digits: an int literal. */
  ROUND("round"),
  /** An instant cut down to a unit, UTC. Unit: a literal, a name of {@link TruncUnit}. */
  DATE_TRUNC("date_trunc"),
  /** Whole seconds of an instant since 1970, or of a duration, rounded down. */
  EPOCH_SECONDS("epoch_seconds"),
  /** How many elements an array has, nulls too. */
  CARDINALITY("cardinality"),
  /** Is a value among the elements of an array? Null if it is not and an element is null. */
  CONTAINS("contains"),
  /** The element of an array at a 1-based place; null where there is none. */
  ELEMENT("element"),
  /**
   * The elements of an array as texts, those that are not null, joined with a string between them;
   * more than 16,777,216 characters are an error of the row.
   */
  ARRAY_TO_STRING("array_to_string"),
  /** The time of the pipeline, which moves in ticks: see {@link ClockRules}. */
  NOW("now");

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
    return switch (this) {
      case EQ, NE, LT, LE, GT, GE -> true;
      default -> false;
    };
  }

  /** Is it one of the five arithmetic operations with two operands? */
  public boolean isArithmetic() {
    return switch (this) {
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, MODULO -> true;
      default -> false;
    };
  }

  /** Is it AND or OR? Nested in itself, either is the same as one of all the operands. */
  public boolean isConnective() {
    return this == AND || this == OR;
  }

  /** The fewest arguments that it takes. */
  int minArguments() {
    return switch (this) {
      case NOW -> 0;
      case NEGATE, ABS, NOT, IS_NULL, IS_NOT_NULL, LOWER, UPPER, TRIM, LENGTH, EPOCH_SECONDS -> 1;
      case CARDINALITY -> 1;
      case COALESCE, CONCAT -> 1;
      default -> 2;
    };
  }

  /** The most arguments that it takes. */
  int maxArguments() {
    return switch (this) {
      case NOW -> 0;
      case NEGATE, ABS, NOT, IS_NULL, IS_NOT_NULL, LOWER, UPPER, TRIM, LENGTH, EPOCH_SECONDS -> 1;
      case CARDINALITY -> 1;
      case COALESCE, CONCAT, IN, AND, OR -> Integer.MAX_VALUE;
      case SUBSTRING -> 3;
      default -> 2;
    };
  }
}
